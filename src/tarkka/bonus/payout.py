"""Paying what is owed, once a month: households with a balance and an account, as files for the bank (R31).

A payment that the bank sends back is owed again, and paid with the month that is paid out next.

What is paid is decided and posted in the database, in one transaction, a month once (`sql/payout.sql`). The files are
written beside their names before it is committed and get them after, so that whatever stops the program, the next run
writes those files again and pays nobody twice.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from django.db import connection

from tarkka import access
from tarkka.bonus.account import open_iban
from tarkka.bonus.pain import Payer, Payment, payment_file
from tarkka.database.outbox import outbox
from tarkka.description.queries import load_rulebook
from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

ACTOR, RETURNED = "bonus payout", "bonus returned"
MOST = 10_000
"""Payments of one file: banks bound a file, and one is held in memory while it is made."""

_REFERENCE = re.compile(r"BONUS-(?P<year>[1-9]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<household>\d{1,18})", re.ASCII)
"""A payment's reference: its month and its household."""

Told = Callable[[int, int], None]
"""Is told how many payments are written, and how many there are."""


class NotPayable(ValueError):
    """A month cannot be paid out, or its files cannot be made again. The message tells why and what to do."""


class NotReturned(ValueError):
    """A payment cannot be taken back. The message tells why and what to do."""


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A month's payout: its files, how many households were paid how many cents, and how many wait for an account.

    `unpayable` are the households, by number, that wait now because no bank takes their payee's name, `unreadable`
    those whose payee's account cannot be decrypted.
    """

    month: date
    at: datetime
    payouts: int
    paid_cents: int
    without_account: int
    files: tuple[Path, ...]
    unpayable: tuple[int, ...]
    unreadable: tuple[int, ...]


def pay_out(month: date, *, from_iban: str, acting: str, told: Told = lambda _done, _all: None) -> PaidOut:
    """Pay out what is owed to households once a month was closed, and write the files for the bank.

    `month` is a first day. A month that was paid out stays as it was, its payer's account too: its files are written
    again, the same to the byte but for names that were corrected meanwhile, and the bank refuses message ids that it
    has had. `acting` is the operator's user id, kept with the payout (R22). Raises NotPayable, access.Refused.
    """
    rulebook = load_rulebook()
    document = rulebook.in_force(datetime.now(rulebook.time_zone)).description.document
    with _alone():
        with access.opened(
            role=Role.AUTOMATIC,
            actor=ACTOR,
            purpose=Purpose.BONUS,
            subject=access.Subject(SubjectKind.TRACE),
            at_most=Level.TOTAL,
        ) as look:
            look.cover_everyone()
            raw = connection.connection
            raw.execute("SET LOCAL statement_timeout = '30min'; SET LOCAL work_mem = '128MB'")
            unpayable, unreadable = _who_waits(raw)
            run = _run(raw, month, Payer(document.controller.name.fi, from_iban), acting, unreadable)
            if unreadable and not run.payouts:
                # Undone: a month is paid out once, and everybody would wait for the next.
                raise NotPayable("no account can be decrypted: see TARKKA_KEYS, whether they are this register's keys")
            zone, currency = rulebook.time_zone, document.register.currency
            parts = [_write(part) for part in run.files(raw, zone, currency, told)]
        named = tuple(part.rename(part.with_name(part.name.removeprefix(".").removesuffix(".part"))) for part in parts)
    return PaidOut(
        month, run.at, run.payouts, run.paid_cents, run.without_account, named, tuple(unpayable), tuple(unreadable)
    )


def take_back(reference: str, *, acting: str) -> int:
    """Have what a payment paid owed to its household again, which the bank sent back; return the cents.

    `reference` is the payment's own, as the bank's statement tells it. At a look at the household, which its members
    see. `acting` is the operator's user id, kept with it (R22). Raises NotReturned, access.Refused.
    """
    read = _REFERENCE.fullmatch(reference)
    if not read:
        raise NotReturned(f"{reference!r} is no payment's reference: it is as BONUS-2017-03-17")
    month, household = date(int(read["year"]), int(read["month"]), 1), int(read["household"])
    subject = access.household(household)
    with access.opened(role=Role.AUTOMATIC, actor=RETURNED, purpose=Purpose.BONUS, subject=subject):
        try:
            [(cents,)] = connection.connection.execute("SELECT bonus.take_back(%s, %s)", [month, acting])
        except psycopg.errors.NoDataFound:
            raise NotReturned(f"there is no payment {reference}: see the bank's statement") from None
        except psycopg.errors.UniqueViolation:
            raise NotReturned(
                f"{reference} was taken back before: its money is owed again, or was paid since"
            ) from None
    return int(cents)


@dataclass(frozen=True, slots=True)
class _Run:
    """A payout as the database keeps it."""

    id: int
    month: date
    at: datetime
    payer: Payer
    payouts: int
    paid_cents: int
    without_account: int

    def files(
        self, raw: psycopg.Connection[Any], zone: tzinfo, currency: str, told: Told
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the name and content of each file, of `MOST` payments at most. Inside the look."""
        at = self.at.astimezone(zone)
        with raw.cursor(name="payments") as rows:
            rows.execute("SELECT * FROM bonus.payments(%s)", [self.id])
            number, done = 0, 0
            while part := rows.fetchmany(MOST):
                number, done = number + 1, done + len(part)
                name = f"bonus-{self.month:%Y-%m}-{number}"
                payments = [_payment(self.month, *row) for row in part]
                yield (
                    f"{name}.xml",
                    payment_file(
                        name.upper(), payments, payer=self.payer, made_at=at, pays_on=at.date(), currency=currency
                    ),
                )
                told(done, self.payouts)


def _who_waits(raw: psycopg.Connection[Any]) -> tuple[list[int], list[int]]:
    """Return the households whose payee's name no bank takes, and those whose account cannot be decrypted."""
    unpayable, unreadable = [], []
    with raw.cursor(name="accounts") as rows:
        rows.itersize = MOST
        rows.execute("SELECT * FROM bonus.accounts_due()")
        for household, iban_sealed, is_writable in rows:
            if not is_writable:
                unpayable.append(household)
            elif _opened(iban_sealed) is None:
                unreadable.append(household)
    return unpayable, unreadable


def _opened(iban_sealed: bytes) -> str | None:
    try:
        return open_iban(iban_sealed)
    except InvalidTag:
        return None


def _run(raw: psycopg.Connection[Any], month: date, payer: Payer, acting: str, unreadable: list[int]) -> _Run:
    try:
        raw.execute("SELECT bonus.pay_out(%s, %s, %s, %s, %s)", [month, payer.name, payer.iban, acting, unreadable])
    except psycopg.errors.ObjectNotInPrerequisiteState:
        raise NotPayable(f"{month:%Y-%m} is not closed: run `tarkka bonus close --month {month:%Y-%m}` first") from None
    [row] = raw.execute(
        "SELECT id, month, at, payer_name, payer_iban, payouts, paid_cents, without_account FROM payout_run"
        " WHERE month = %s",
        [month],
    )
    run, of_month, at, name, iban, payouts, paid_cents, without_account = row
    return _Run(run, of_month, at, Payer(name, iban), payouts, paid_cents, without_account)


def _payment(
    month: date, household: int, given_name: str | None, family_name: str, iban_sealed: bytes, amount_cents: int
) -> Payment:
    if given_name is None:
        raise NotPayable(f"somebody who was paid for {month:%Y-%m} was erased: its files are not made again")
    iban = _opened(iban_sealed)
    if iban is None:
        raise NotPayable(f"the account that household {household} was paid to for {month:%Y-%m} cannot be decrypted")
    reference = f"BONUS-{month:%Y-%m}-{household}"
    return Payment(reference, f"{given_name} {family_name}", iban, amount_cents)


def _write(named: tuple[str, bytes]) -> Path:
    name, content = named
    part = outbox() / f".{name}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # nobody is on record as paid before the order to pay them is sure to be there
    return part


@contextmanager
def _alone() -> Iterator[None]:
    lock = ["tarkka.bonus.payout"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", lock)
        if cursor.fetchone() != (True,):
            raise NotPayable("another process pays out now: wait until it has ended")
    raw = connection.connection
    try:
        yield
    finally:
        if not raw.closed:
            raw.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lock)
