"""The account that a person wants Bonus paid to: an IBAN (ISO 13616), checked, kept encrypted and shown masked."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from stdnum import iban as standard
from stdnum.exceptions import ValidationError

from tarkka.database.sealing import open_sealed, seal
from tarkka.people.actions import Actor, look

_SEPA = (
    " AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS"
    " SE SI SK SM VA "
)
"""The countries that a SEPA credit transfer reaches, by the code that an IBAN begins with (EPC409-09)."""
_WHAT = "iban"
_LONGEST = 60
"""Characters that somebody may type, spaces included: the longest IBAN has 34."""


class Account(NamedTuple):
    """An account as its person sees it: masked, and since when (aware) it is theirs."""

    masked: str
    set_at: datetime


class Payout(NamedTuple):
    """What a person was paid: for which month, when (aware), how many cents, and to which account, masked.

    `returned_at` (aware): when it was taken in that the bank sent it back.
    """

    month: date
    paid_at: datetime
    cents: int
    masked: str
    returned_at: datetime | None


class WrongAccount(ValueError):
    """What was given is no account that can be paid to. `code` tells why; the message quotes nothing of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked_iban(text: str) -> str:
    """Return the IBAN in capitals without spaces. Raises WrongAccount: `empty`, `wrong` or `not_sepa`."""
    if not text.strip():
        raise WrongAccount("empty")
    try:
        iban = standard.validate(text if len(text) <= _LONGEST else "")
    except ValidationError:
        raise WrongAccount("wrong") from None
    if f" {iban[:2]} " not in _SEPA:
        raise WrongAccount("not_sepa")
    return iban


def masked_iban(iban: str) -> str:
    """Return an IBAN with its country and last four characters alone, in one piece: `FI•• •••• 0785`."""
    return "\N{NO-BREAK SPACE}".join((f"{iban[:2]}••", "••••", iban[-4:]))


def seal_iban(iban: str) -> bytes:
    """Return the account's IBAN encrypted, as identity codes are. Raises WrongAccount as `checked_iban`."""
    return seal(checked_iban(iban), _WHAT)


def open_iban(sealed: bytes) -> str:
    """Return the IBAN that `seal_iban` encrypted. Raises as `open_sealed`."""
    return open_sealed(sealed, _WHAT)


def give_account(person_id: int, text: str, *, acting: Actor) -> None:
    """Have what is owed to the person paid to this account from now on. Raises WrongAccount."""
    sealed = seal_iban(text)
    with look(person_id, acting) as raw:
        raw.execute(
            """
            INSERT INTO payout_account (person_id, iban_sealed) VALUES (%s, %s)
            ON CONFLICT (person_id) DO UPDATE SET iban_sealed = excluded.iban_sealed, set_at = now()
            """,
            [person_id, sealed],
        )


def forget_account(person_id: int, *, acting: Actor) -> bool:
    """Forget where the person is paid: what is owed is then carried on. False if they gave no account."""
    with look(person_id, acting) as raw:
        return raw.execute("DELETE FROM payout_account WHERE person_id = %s", [person_id]).rowcount == 1


def read_account() -> Account | None:
    """Return the subject's account, or None if they gave none. At their own look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban_sealed, set_at FROM payout_account")
        row = cursor.fetchone()
    return Account(masked_iban(open_iban(bytes(row[0]))), row[1]) if row else None


def read_payouts() -> list[Payout]:
    """Return what the subject was paid, the newest first. At their own look."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.month, r.at, p.amount_cents, p.iban_sealed, t.at
            FROM payout p JOIN payout_run r ON r.id = p.run_id LEFT JOIN payout_return t ON t.payout_id = p.id
            ORDER BY r.month DESC, p.id DESC
            """
        )
        return [
            Payout(month, at, cents, masked_iban(open_iban(bytes(sealed))), returned_at)
            for month, at, cents, sealed, returned_at in cursor.fetchall()
        ]
