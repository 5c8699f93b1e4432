"""Closing months: what receipts say beyond what the ledger has is posted, so that doing it again posts nothing.

One look of the program's, at the whole register for Bonus, which each person sees among the looks at them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import OperationalError, connection

from tarkka import access
from tarkka.bonus.queries import closed_at, program_for, programs, this_month
from tarkka.vocabulary import Level, Purpose, Role, SubjectKind, months_later

ACTOR = "bonus"
LOOK_SECONDS = 200
"""A look has five minutes; a month is begun in it only before so many."""

# Partitions are named for the quarters whose receipts they hold (purchases.make_partitions).
_FIRST_QUARTER = """
SELECT min(substr(c.relname, length('receipt_') + 1)) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'public.receipt'::regclass
"""

Told = Callable[[int, int], None]
"""Is told how many months are done, of how many."""


class NotClosable(ValueError):
    """A month cannot be closed; the message tells why."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closing posted of a month, in cents. `number` is 1 the first time; 0 if nothing was left to post."""

    month: date
    number: int
    entries: int
    bonus_cents: int
    benefit_cents: int


def close(month: date | None = None, *, acting: str, told: Told = lambda _done, _all: None) -> Iterator[Closed]:
    """Close a month that has ended, or every month that is due; yield what was posted of each, once it is committed.

    Due are the months that were never closed, and of the closed ones those that the program still adjusts for late
    receipts and returns. `acting` is the operator's user id, kept with each run (R22). Raises NotClosable for a month
    that has not ended or whose totals are kept no more; NoProgram; access.Refused.
    """
    months = _due_months() if month is None else [_closable(month)]
    total = len(months)
    while months:
        done = []
        began = time.monotonic()
        with access.opened(
            role=Role.AUTOMATIC,
            actor=ACTOR,
            purpose=Purpose.BONUS,
            subject=access.Subject(SubjectKind.TRACE),
            at_most=Level.TOTAL,
        ) as look:
            look.cover_everyone()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '30min'")  # of one month, however many households
            while months and time.monotonic() - began < LOOK_SECONDS:
                done.append(_close(months.pop(0), acting))
                told(total - len(months), total)
        yield from done


def _close(month: date, acting: str) -> Closed:
    """Post what is due of one month, in the look under way."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM bonus.close_month(%s, %s)", [month, acting])
            [posted] = cursor.fetchall()
    except OperationalError as error:
        reason = getattr(getattr(error.__cause__, "diag", None), "message_primary", None)
        if reason == "under_restriction":
            raise NotClosable(
                f"{month:%Y-%m} is not closed: somebody's data is restricted, and the register description does not let"
                " Bonus be reckoned meanwhile (under_restriction)"
            ) from None
        raise
    return Closed(month, *posted)


def _closable(month: date) -> date:
    if month.day != 1:
        raise NotClosable(f"{month} is no first day of a month")
    if month >= this_month():
        raise NotClosable(f"{month:%Y-%m} has not ended: it is closed when no more of its purchases can be made")
    program_for(month)
    if month < _kept_since() and closed_at(month):
        raise NotClosable(f"{month:%Y-%m} is closed, and its receipts need not be kept any more: it stays as it is")
    return month


def _due_months() -> list[date]:
    """The ended months since the first that has receipts and a program: unclosed ones, and closed ones to adjust."""
    published, present = programs(), this_month()
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_QUARTER)
        [(quarter,)] = cursor.fetchall()
        cursor.execute("SELECT month FROM bonus.closings()")
        closed = {month for (month,) in cursor.fetchall()}
    if not published or quarter is None:
        return []
    year, number = str(quarter).split("q")
    first = max(date(int(year), 3 * int(number) - 2, 1), published[0].program.effective_from)
    ended = [months_later(first, n) for n in range((present.year - first.year) * 12 + present.month - first.month)]
    # Whoever has published a program for a later month still adjusts by the one of now.
    adjusted = months_later(present, -program_for(present).program.adjusted_for_months) if ended else present
    since = max(adjusted, _kept_since())
    return [month for month in ended if month not in closed or month >= since]


def _kept_since() -> date:
    """The first month of which every receipt's total is there still (retention is in whole quarters of UTC)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bonus.kept_since()")
        [(month,)] = cursor.fetchall()
    return date.fromisoformat(str(month))
