"""A payment file in the banks' standard form: ISO 20022 pain.001.001.09, a customer's order of credit transfers.

Each file is checked against the standard's own schema (docs/decisions/0030-payment-file.md). The same payments give the
same file to the byte. Of who is paid it has what the description lets the bank have, and nothing else (R24).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from lxml import etree
from lxml.builder import ElementMaker

from tarkka.vocabulary import decimal_text

_MESSAGE = "pain.001.001.09"
_NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{_MESSAGE}"
_E = ElementMaker(namespace=_NAMESPACE, nsmap={None: _NAMESPACE})
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_SPELT = str.maketrans(
    {"Æ": "AE", "æ": "ae", "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Þ": "TH", "þ": "th", "ß": "ss"}
    | {"Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k", "Ł": "L", "ł": "l", "Ŋ": "N", "ŋ": "n", "Œ": "OE", "œ": "oe", "Ŧ": "T"}
    | {"ŧ": "t", "&": "+", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'"}
    | dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}", "-")
)
"""Letters that are no letter with a mark, and signs that have a kin among those of SEPA."""
_NAME = 70
"""Characters of a name, as a SEPA credit transfer has it."""


class WrongPaymentFile(ValueError):
    """A payment file would not be of the standard. Tells what is wrong at which elements, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, by name, and from which account (an IBAN)."""

    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid to whom. The reference comes to the payee with the money: at most 35 characters, its own."""

    reference: str
    name: str
    iban: str
    amount_cents: int


def payment_file(
    message_id: str, payments: Sequence[Payment], *, payer: Payer, made_at: datetime, pays_on: date, currency: str
) -> bytes:
    """Return the order of these payments, of which there is at least one, as one debit of the payer's account.

    `message_id` is this file's own for ever: at most 35 characters, by which the bank refuses it a second time.
    `made_at` is an aware time. Raises WrongPaymentFile if the file would not be of the standard.
    """
    total = decimal_text(sum(payment.amount_cents for payment in payments))
    order = _E.Document(
        _E.CstmrCdtTrfInitn(
            _E.GrpHdr(
                _E.MsgId(message_id),
                _E.CreDtTm(made_at.isoformat(timespec="seconds")),
                _E.NbOfTxs(str(len(payments))),
                _E.CtrlSum(total),
                _E.InitgPty(_name(payer.name)),
            ),
            _E.PmtInf(
                _E.PmtInfId(message_id),
                _E.PmtMtd("TRF"),
                _E.BtchBookg("true"),
                _E.NbOfTxs(str(len(payments))),
                _E.CtrlSum(total),
                _E.PmtTpInf(_E.SvcLvl(_E.Cd("SEPA"))),
                _E.ReqdExctnDt(_E.Dt(pays_on.isoformat())),
                _E.Dbtr(_name(payer.name)),
                _account(_E.DbtrAcct, payer.iban),
                # SEPA goes by the IBAN alone; the schema asks for a bank all the same.
                _E.DbtrAgt(_E.FinInstnId(_E.Othr(_E.Id("NOTPROVIDED")))),
                _E.ChrgBr("SLEV"),
                *(_transfer(payment, currency) for payment in payments),
            ),
        )
    )
    if not _schema().validate(order):
        # The schema's own words would quote values: what somebody is called, where their account is.
        wrong = sorted({etree.QName(found).localname for e in _schema().error_log for found in order.xpath(e.path)})
        raise WrongPaymentFile(f"the payment file breaks the schema of {_MESSAGE} at {', '.join(wrong)}")
    return bytes(etree.tostring(order, encoding="UTF-8", xml_declaration=True))


def _transfer(payment: Payment, currency: str) -> etree._Element:
    return _E.CdtTrfTxInf(
        _E.PmtId(_E.EndToEndId(payment.reference)),
        _E.Amt(_E.InstdAmt(decimal_text(payment.amount_cents), Ccy=currency)),
        _E.Cdtr(_name(payment.name)),
        _account(_E.CdtrAcct, payment.iban),
        _E.RmtInf(_E.Ustrd(payment.reference)),
    )


def _name(name: str) -> etree._Element:
    return _E.Nm(written(name)[:_NAME].strip())


def written(name: str) -> str:
    """Return a name in the letters that every bank of SEPA takes (EPC 217-08): marks off letters, "." for the rest.

    No control character is left, nor a "/" at an end or beside another.
    """
    spelt = unicodedata.normalize("NFKD", name.translate(_SPELT)).translate(_SPELT)
    text = "".join("" if unicodedata.combining(c) else c if c in _LETTERS else " " if _parts(c) else "." for c in spelt)
    return re.sub(r" *//+ *", " ", " ".join(text.split())).strip(" /")


def _parts(character: str) -> bool:
    """Whether this parts words, or is not seen at all."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _account(element: Callable[..., etree._Element], iban: str) -> etree._Element:
    return element(_E.Id(_E.IBAN(iban)))


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(files("tarkka.bonus").joinpath(f"{_MESSAGE}.xsd").read_bytes()))
