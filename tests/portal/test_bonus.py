"""Bonus on its pages: what each viewer sees of it, how it is worked out in words, the account, and the statement."""

import io
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest

import browsing
from building import Household, Source, a_household, a_program, a_receipt, a_return, a_source, administrator, take
from tarkka.vocabulary import months_later

ZONE = ZoneInfo("Europe/Helsinki")
THIS = datetime.now(ZONE).date().replace(day=1)
MARCH = date(2025, 3, 1)
IBAN, PAYER = "FI2112345600000785", "FI7944052020036082"


def bought(home: Household, month: date, total: str, *, source: Source | None = None, **changes: Any) -> dict[str, Any]:
    """Let the household's second person buy on the first day of a month; return the receipt."""
    receipt = a_receipt(
        card=home.cards[1],
        purchased_at=datetime(month.year, month.month, 1, 0, 5, tzinfo=ZONE).isoformat(),
        total=total,
        bonus_eligible=total,
        lines=None,
        **{"card_benefit": "0", "payments": [{"method": "card", "amount": total}]} | changes,
    )
    [verdict] = take(source or a_source(), [receipt])
    assert verdict.status == "accepted", verdict
    return receipt


@pytest.fixture
def home(site: str) -> Household:
    a_program()
    return a_household(2)


def close(month: date) -> None:
    from tarkka.bonus.closing import close

    list(close(month, acting="test"))


def page(person: int, address: str = "/bonus/", language: str = "en") -> str:
    answer = browsing.signed_in(person, language=language).get(address)
    assert answer.status_code == 200
    return browsing.words(answer)


def month_of(first: date) -> str:
    return f"/bonus/month/?year={first.year}&month={first.month}"


def test_month_so_far_tells_the_rate_and_the_next_step(home):
    bought(home, THIS, "180.00")
    for person in home.persons:
        said = page(person)
        assert "€1.80 1% of the household’s bonus purchases of €180.00" in said
        assert "With €20.00 more you get 1.5% on all of the month’s bonus purchases." in said
    bought(home, THIS, "1000.00")
    assert "You are on the highest step." in page(home.persons[0])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Kun ostatte vielä 20,00 €, saatte 1,5 % koko kuukauden bonusostoista."),
        ("sv", "När ni köper för ytterligare 20,00 € får ni 1,5 % på hela månadens bonusköp."),
    ],
)
def test_each_language_says_it_in_its_own_figures(home, language, said):
    bought(home, THIS, "180.00")
    assert said in page(home.persons[0], language=language).replace("\N{NO-BREAK SPACE}", " ")


def test_steps_are_a_picture_with_words_and_a_table(home):
    bought(home, THIS, "180.00")
    html = browsing.signed_in(home.persons[0]).get("/bonus/").content.decode()
    assert re.search(r'role="img" aria-label="Bonus purchases of €180.00: 1% now."', html)
    table = re.search(r"<details[^>]*><summary>Steps as a table</summary>.*?</table>", html, re.DOTALL)[0]
    assert re.findall(r'class="n">([\d.]+)%<', table) == ["1", "1.5", "2", "3", "4", "5"]
    assert "€0.00 <span" in table  # the one that is marked as here


def test_an_ended_month_is_told_line_by_line(home):
    bought(
        home,
        MARCH,
        "300.00",
        payments=[{"method": "gift_card", "amount": "60.00"}, {"method": "group_card", "amount": "240.00"}],
        card_benefit="4.20",
    )
    main, member = home.persons
    assert "March 2025" not in page(main)
    close(MARCH)
    assert "March 2025 €4.80 of bonus purchases of €240.00" in page(main)
    said = page(main, month_of(MARCH))
    for line in (
        "Purchases that can earn Bonus €300.00",
        "because it was earned when the gift card was bought. −€60.00",
        "Bonus purchases €240.00",
        "Bonus 1.5% HOK-Elanto, the step from €200 €3.60",
        "Payment-method benefit 0.5% paid with the group’s own card: €240.00 €1.20",
        "Earned in all €4.80",
        "price benefits of €4.20 at the till",
        "Posted in all €4.80",
    ):
        assert line in said
    # Another member sees what it earns, and not how it was paid (R11).
    assert "March 2025 €3.60 of bonus purchases of €240.00" in page(member)
    said = page(member, month_of(MARCH))
    assert "Bonus 1.5% HOK-Elanto, the step from €200 €3.60" in said
    for amount in ("€300.00", "€60.00", "€1.20", "€4.80", "€4.20"):
        assert amount not in said


def test_late_return_is_told_and_then_posted_as_an_adjustment(home):
    first = months_later(THIS, -3)
    source = a_source()
    sale = bought(home, first, "300.00", source=source)
    close(first)
    assert "Since the closing" not in page(home.persons[0], month_of(first))
    [verdict] = take(source, [a_return(sale, card=home.cards[1])])
    assert verdict.status == "accepted", verdict
    assert "Since the closing, receipts or returns have come that change the month: −€4.50." in page(
        home.persons[0], month_of(first)
    )
    close(first)
    said = page(home.persons[0], month_of(first))
    assert re.search(r"Adjustment \d+ \w+ \d{4} −€4\.50 Posted in all €0\.00", said)


def test_receipts_that_are_kept_no_more_leave_what_was_posted(home):
    first = date(2025, 5, 1)
    bought(home, first, "300.00")
    close(first)
    with administrator() as connection:
        connection.execute("DELETE FROM receipt WHERE household_id = %s", [home.id])
    said = page(home.persons[0], month_of(first))
    assert "no longer kept" in said
    assert "Posted in all €4.50" in said
    assert "May 2025 €4.50" in page(home.persons[0])


def test_a_month_that_waits_to_be_closed_says_so(home):
    last = months_later(THIS, -1)
    bought(home, last, "100.00")
    assert re.search(r"€1\.00 Not closed yet", page(home.persons[0]))
    assert "Nothing has been posted yet" in page(home.persons[0], month_of(last))


def test_nothing_bought_is_an_empty_page_that_says_what_to_expect(home):
    said = page(home.persons[0])
    assert "€0.00 1% of the household’s bonus purchases of €0.00" in said
    assert "No month has been closed yet." in said
    assert "You have given no account." in said


def test_strangers_months_are_their_own(home):
    bought(home, MARCH, "300.00")
    close(MARCH)
    [stranger] = a_household(1).persons
    assert "€4.50" not in page(stranger)
    assert "Earned in all €0.00" in page(stranger, month_of(MARCH))


def test_only_months_that_lie_wholly_in_ones_time_are_shown(home):
    bought(home, MARCH, "300.00")
    close(MARCH)
    with administrator() as connection:
        connection.execute("UPDATE membership SET valid = '[2025-03-10,)' WHERE person_id = %s", [home.persons[1]])
    assert browsing.signed_in(home.persons[1]).get(month_of(MARCH)).status_code == 404
    assert "March 2025" not in page(home.persons[1])
    assert "March 2025" in page(home.persons[0])


def test_who_has_no_household_is_told(site):
    [person] = a_household(1).persons
    with administrator() as connection:
        connection.execute("UPDATE membership SET valid = '[2014-05-01,2020-01-01)' WHERE person_id = %s", [person])
    assert page(person)
    assert browsing.signed_in(person).get(month_of(MARCH)).status_code == 404


def test_account_is_given_shown_masked_and_removed(home):
    owner = browsing.signed_in(home.persons[0])
    answer = owner.post("/bonus/account/", {"act": "save", "iban": " fi21 1234 5600 0007 85 "})
    assert (answer.status_code, answer["Location"]) == (302, "/bonus/?done=saved")
    for address in ("/bonus/?done=saved", "/bonus/account/"):
        said = browsing.words(owner.get(address))
        assert "FI•• •••• 0785" in said
        assert not re.search(r"1234 ?5600", said.replace("FI21 1234 5600 0007 85. Spaces", ""))
    with administrator() as connection:
        [(sealed,)] = connection.execute(
            "SELECT iban_sealed FROM payout_account WHERE person_id = %s", [home.persons[0]]
        ).fetchall()
    assert b"12345600000785" not in bytes(sealed)
    assert owner.post("/bonus/account/", {"act": "remove"})["Location"] == "/bonus/?done=removed"
    assert "You have given no account." in browsing.words(owner.get("/bonus/"))


@pytest.mark.parametrize(
    ("iban", "told"),
    [
        ("", "Write the account number first."),
        ("FI2112345600000786", "This is no account number."),
        ("TR330006100519786457841326", "Bonus is paid only to accounts within"),
    ],
)
def test_what_is_no_account_is_told_beside_the_field(home, iban, told):
    answer = browsing.signed_in(home.persons[0]).post("/bonus/account/", {"act": "save", "iban": iban})
    assert answer.status_code == 422
    assert told in browsing.words(answer)
    html = answer.content.decode()
    assert f'value="{iban}"' in html
    assert 'aria-describedby="hint wrong" aria-invalid="true"' in html


def test_account_takes_a_fresh_sign_in_and_the_main_member(home, settings_of_freshness):
    owner = browsing.signed_in(home.persons[0])
    member = browsing.signed_in(home.persons[1])
    assert member.get("/bonus/account/").status_code == 404
    assert member.post("/bonus/account/", {"act": "save", "iban": IBAN}).status_code == 404
    settings_of_freshness(0)
    answer = owner.post("/bonus/account/", {"act": "save", "iban": IBAN})
    assert answer.status_code == 302
    assert "afresh=1" in answer["Location"]
    with administrator() as connection:
        assert (
            connection.execute("SELECT FROM payout_account WHERE person_id = ANY (%s)", [list(home.persons)]).fetchall()
            == []
        )


@pytest.fixture
def settings_of_freshness(monkeypatch):
    from django.conf import settings

    return lambda seconds: monkeypatch.setattr(settings, "TARKKA_FRESH_LIMIT", seconds - 1)


def test_payout_is_told_to_who_was_paid(home):
    from tarkka.bonus.account import give_account
    from tarkka.bonus.payout import pay_out
    from tarkka.people.actions import customer

    first = date(2025, 6, 1)
    bought(home, first, "300.00")
    give_account(home.persons[0], IBAN, acting=customer(home.persons[0]))
    close(first)
    assert "Owed to the household €4.50" in page(home.persons[0])
    pay_out(first, from_iban=PAYER, acting="test")
    said = page(home.persons[0])
    assert "Owed to the household €0.00" in said
    assert re.search(r"Paid to you June 2025 €4\.50 Paid on \d+ \w+ \d{4} to FI•• •••• 0785", said)
    member = page(home.persons[1])
    assert "June 2025 €4.50" in member
    for hidden in ("Owed", "Paid to you", "0785", "account number"):
        assert hidden not in member


@pytest.mark.parametrize(
    ("language", "told", "check", "posted"),
    [
        ("fi", "Pankki palautti sen", "Tarkista tilinumero", "Maksu palautui"),
        ("sv", "Banken skickade tillbaka det", "Kontrollera kontonumret", "Betalningen kom tillbaka"),
        ("en", "The bank sent it back", "Check the account number", "Payment came back"),
    ],
)
def test_payment_that_came_back_is_told_in_words(home, language, told, check, posted):
    from tarkka.bonus.account import give_account
    from tarkka.bonus.payout import pay_out, take_back
    from tarkka.people.actions import customer

    first = date(2025, {"fi": 7, "sv": 8, "en": 9}[language], 1)
    bought(home, first, "300.00")
    give_account(home.persons[0], IBAN, acting=customer(home.persons[0]))
    close(first)
    pay_out(first, from_iban=PAYER, acting="test")
    addresses = ("/bonus/", month_of(first), month_of(first).replace("month/", "statement.pdf"))

    def said(person: int) -> list[str]:
        client = browsing.signed_in(person, language=language)
        *pages, paper = (client.get(address).content for address in addresses)
        texts = [each.decode() for each in pages]
        return [*texts, " ".join(pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text().split())]

    assert not any(word in text for text in said(home.persons[0]) for word in (told, check, posted))
    take_back(f"BONUS-{first:%Y-%m}-{home.id}", acting="test")
    page, month, paper = said(home.persons[0])
    assert told in page
    assert check in page
    assert posted in page
    assert posted in month
    assert posted in paper
    assert not any(word in text for text in said(home.persons[1]) for word in (told, check, posted))
    give_account(home.persons[0], IBAN, acting=customer(home.persons[0]))
    page, *_ = said(home.persons[0])
    assert told in page
    assert check not in page


@pytest.mark.parametrize(
    ("language", "title", "earned"),
    [
        ("fi", "Bonuslaskelma · Maaliskuu 2025", "4,50 €"),
        ("sv", "Bonusuträkning · Mars 2025", "4,50 €"),
        ("en", "Bonus statement · March 2025", "€4.50"),
    ],
)
def test_statement_is_a_tagged_paper_in_the_readers_language(home, language, title, earned):
    bought(home, MARCH, "300.00")
    close(MARCH)
    address = month_of(MARCH).replace("month/", "statement.pdf")
    answer = browsing.signed_in(home.persons[0], language=language).get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "2025" not in answer["Content-Disposition"]
    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    assert paper.metadata.title == title
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert paper.trailer["/Root"]["/Lang"].startswith(language)
    text = " ".join(paper.pages[0].extract_text().split()).replace("\N{NO-BREAK SPACE}", " ")
    assert text.count(earned) >= 3
    assert "Given0 Family" in text


def test_first_page_tells_the_month_so_far(home):
    bought(home, THIS, "180.00")
    said = page(home.persons[1], "/home/")
    assert "Bonus so far: €1.80 (1%). Next step 1.5%: €20.00 to go." in said


def test_every_look_at_it_is_in_the_trail(home):
    page(home.persons[0])
    with administrator() as connection:
        found = connection.execute(
            "SELECT purpose, subject_kind, level::text FROM access_event WHERE actor = %s ORDER BY id DESC LIMIT 2",
            [str(home.persons[0])],
        ).fetchall()
    assert found == [("household_view", "household", "TOTAL"), ("own_data", "person", "TOTAL")]
