"""The payment file: what the standard's schema says of it, and that it has nothing but what the bank may have."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tarkka.bonus.pain import Payer, Payment, WrongPaymentFile, payment_file, written

PAYER = Payer("Osuuskauppa & Kumppanit", "FI2112345600000785")
PAID = [
    Payment("BONUS-2017-03-17", "Aino Mäki-Örn", "FI2112345600000785", 1234),
    Payment("BONUS-2017-03-18", "Bo <b>Ek</b>", "SE4550000000058398257466", 1),
]
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def made(payments=PAID, **changed):
    given = {
        "payer": PAYER,
        "made_at": datetime(2017, 4, 3, 8, tzinfo=UTC),
        "pays_on": date(2017, 4, 4),
        "currency": "EUR",
    } | changed
    return payment_file("BONUS-2017-03-1", payments, **given)


def said(file, path):
    return [each.text for each in etree.fromstring(file).iterfind(path, NS)]


def test_each_payment_stands_in_it_with_its_sum():
    file = made()
    assert said(file, ".//p:CdtTrfTxInf/p:PmtId/p:EndToEndId") == [each.reference for each in PAID]
    assert said(file, ".//p:CdtTrfTxInf/p:Cdtr/p:Nm") == ["Aino Maki-Orn", "Bo .b.Ek./b."]
    assert said(file, ".//p:CdtTrfTxInf/p:CdtrAcct/p:Id/p:IBAN") == [each.iban for each in PAID]
    assert said(file, ".//p:InstdAmt") == ["12.34", "0.01"]
    assert said(file, ".//p:CtrlSum") == ["12.35", "12.35"]
    assert said(file, ".//p:NbOfTxs") == ["2", "2"]
    assert said(file, ".//p:Dbtr/p:Nm") == ["Osuuskauppa + Kumppanit"]


def test_of_the_payee_it_has_what_the_description_names_and_nothing_else():
    """`recipient.bank`: names, account, amount, reference (R24)."""
    [first, _] = etree.fromstring(made()).iterfind(".//p:CdtTrfTxInf", NS)
    payment = PAID[0]
    found = {text for each in first.iter() for text in (each.text, *each.attrib.values()) if text}
    assert found == {payment.reference, "Aino Maki-Orn", payment.iban, "12.34", "EUR"}


def test_the_same_payments_give_the_same_file():
    assert made() == made()


def test_a_long_name_is_cut_to_what_a_transfer_has():
    [name] = said(made([Payment("A", "N" * 69 + " nn", PAYER.iban, 1)]), ".//p:Cdtr/p:Nm")
    assert name == "N" * 69


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (Payment("R" * 36, "Aino", PAYER.iban, 1), "EndToEndId"),
        (Payment("R", "", PAYER.iban, 1), "Nm"),
        (Payment("R", "Aino", "nothing", 1), "IBAN"),
        (Payment("R", "Aino", PAYER.iban, -1), "InstdAmt"),
    ],
)
def test_what_the_standard_forbids_is_refused_and_not_quoted(wrong, where):
    with pytest.raises(WrongPaymentFile, match=where) as told:
        made([*PAID, wrong])
    assert "Aino" not in str(told.value)
    assert "nothing" not in str(told.value)


def test_a_file_with_nothing_to_pay_is_refused():
    with pytest.raises(WrongPaymentFile):
        made([])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Åke Öström", "Ake Ostrom"),
        ("Łucja Æbelø", "Lucja AEbelo"),
        ("/Aino//Maija/", "Aino Maija"),
        ("Aino\x07\u202e  Ek", "Aino Ek"),
        ("O’Neill & Co", "O'Neill + Co"),
        ("Aino Ωmega", "Aino .mega"),
        ("Aino 😀", "Aino ."),
    ],
)
def test_names_are_written_in_the_letters_that_every_bank_takes(name, told):
    assert written(name) == told
    assert said(made([Payment("A", name, PAYER.iban, 1)]), ".//p:Cdtr/p:Nm") == [told]


@given(st.text(min_size=1, max_size=90), st.characters(min_codepoint=0xC0, max_codepoint=0x17F, categories=["L"]))
def test_any_name_with_a_letter_makes_a_file(name, letter):
    """`bonus.is_writable` asks for such a letter, or one of English."""
    told = written(name + letter)
    assert re.fullmatch(r"[A-Za-z0-9/?:().,'+ -]+", told)
    assert re.search("[A-Za-z]", written(letter))
    assert made([Payment("A", f"{letter} {name}", PAYER.iban, 1)])
