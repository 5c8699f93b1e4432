"""Reading the published programs, outside the door; and what a household has earned, at a look at it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, connections

from tarkka.bonus.arithmetic import Counted
from tarkka.bonus.program import Program, stored


class NoProgram(LookupError):
    """No program holds in that month: nothing is earned yet, and nothing can be reckoned."""

    def __init__(self, month: date) -> None:
        super().__init__(f"no bonus program holds in {month:%Y-%m}: publish one with `tarkka bonus publish`")


@dataclass(frozen=True, slots=True)
class PublishedProgram:
    """A program as it was published: it holds from its first month until the next version's."""

    version: int
    program: Program


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger as the household's account sees it: what it adds to what is owed, or takes away, in cents.

    `cost` is `bonus_cost` or `payment_benefit_cost`, or None for a payout. `posted_at` is aware (UTC).
    """

    month: date
    kind: str
    cost: str | None
    amount_cents: int
    program_version: int | None
    posted_at: datetime


def programs(using: str = "default") -> list[PublishedProgram]:
    """Return every published program, the first one first."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT version, compiled FROM bonus_program ORDER BY version")
        return [PublishedProgram(version, stored(compiled)) for version, compiled in cursor.fetchall()]


def program_for(month: date) -> PublishedProgram:
    """Return the program by which a month is reckoned. Raises NoProgram."""
    holding = [each for each in programs() if each.program.effective_from <= month]
    if not holding:
        raise NoProgram(month)
    return holding[-1]


def this_month() -> date:
    """Return the first day of the present month in the register's time zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bonus.this_month()")
        [(month,)] = cursor.fetchall()
    return date.fromisoformat(str(month))


def closed_at(month: date) -> datetime | None:
    """Return when a month was closed (aware), or None if it is open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM bonus.closings() WHERE month = %s", [month])
        found: list[tuple[datetime]] = cursor.fetchall()
    return found[0][0] if found else None


def counted(*months: date) -> dict[date, Counted]:
    """Return what the receipts of months come to, at a look at a household, of those that the viewer may see.

    Nothing is stored for it: an open month is reckoned when somebody looks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.month, coalesce(earning_cents, 0), coalesce(eligible_cents, 0),
                   CASE WHEN sees_all THEN coalesce(sales, 0) END,
                   CASE WHEN sees_all THEN coalesce(left_out_cents, 0) END,
                   CASE WHEN sees_all THEN coalesce(paid_cents, 0) END,
                   CASE WHEN sees_all THEN coalesce(card_benefit_cents, 0) END, cooperative
            FROM bonus.sees_all() AS viewer (sees_all), unnest(%s::date[]) AS asked (month),
                 bonus.of_household(asked.month)
            """,
            [list(months)],
        )
        return {month: Counted(*found) for month, *found in cursor.fetchall()}


def entries() -> list[Entry]:
    """Return the ledger of the household that is looked at, as far as the viewer may see it, the newest month first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT month, kind::text, CASE WHEN 'bonus_cost' IN (debit, credit) THEN 'bonus_cost'
                                           WHEN 'payment_benefit_cost' IN (debit, credit)
                                           THEN 'payment_benefit_cost' END,
                   CASE WHEN credit = 'household' THEN amount_cents ELSE - amount_cents END, program_version, posted_at
            FROM ledger_entry ORDER BY month DESC, id
            """
        )
        return [Entry(*row) for row in cursor.fetchall()]


def balance() -> int | None:
    """Return what is owed to the household that is looked at, in cents; None to another member than the main one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bonus.balance()")
        [(cents,)] = cursor.fetchall()
    return None if cents is None else int(cents)


def last_entry() -> int:
    """Return the number of the ledger's last entry, one that is being posted included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM ledger_entry_id_seq")
        [(number,)] = cursor.fetchall()
    return int(number)
