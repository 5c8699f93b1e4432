"""Closing months: what receipts say beyond what the ledger has is posted, so that doing it again posts nothing.

One look of the program's, at the whole register for Bonus, which each person sees among the looks at them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import connection

from tarkka import access
from tarkka.bonus.queries import PublishedProgram, closed_at, program_for, programs, this_month
from tarkka.description.queries import load_rulebook
from tarkka.vocabulary import Level, Purpose, Role, Span, SubjectKind, month_span, months_later

ACTOR = "bonus"
PART = 20_000
"""So many entries are digested at a time: what the server keeps in mind for them is then the same at any size."""
LOOK_SECONDS = 200
"""A look has five minutes; a month is begun in it only before so many."""

_SQL = files("tarkka.bonus").joinpath("sql")
_POST, _PART = (_SQL.joinpath(f"{name}.sql").read_text() for name in ("post", "part"))

# Partitions are named for the quarters whose receipts they hold (purchases.make_partitions).
_FIRST_QUARTER = """
SELECT min(substr(c.relname, length('receipt_') + 1)) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'public.receipt'::regclass
"""

# Each bound is of one closing, however many households there are. The planner takes it for granted that a register lies
# in memory: it would walk an index over the whole month, a page a receipt.
_SETTINGS = """
SET LOCAL statement_timeout = '30min'; SET LOCAL work_mem = '128MB'; SET LOCAL random_page_cost = 4;
SET LOCAL effective_cache_size = '64MB'
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


def close(month: date | None = None, *, told: Told = lambda _done, _all: None) -> Iterator[Closed]:
    """Close a month that has ended, or every month that is due; yield what was posted of each, once it is committed.

    Due are the months that were never closed, and of the closed ones those that the program still adjusts for late
    receipts and returns. Raises NotClosable for a month that has not ended or whose totals are kept no more;
    NoProgram; access.Refused.
    """
    zone = load_rulebook().time_zone
    months = [
        (program_for(due), month_span(due.year, due.month, zone))
        for due in (_due_months() if month is None else [_closable(month)])
    ]
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
                cursor.execute(_SETTINGS)
            while months and time.monotonic() - began < LOOK_SECONDS:
                done.append(_close(*months.pop(0)))
                told(total - len(months), total)
        yield from done


def _close(program: PublishedProgram, span: Span) -> Closed:
    """Post what is due of one month, in the look under way. Two closings of one month wait for each other."""
    month = span.first
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('bonus.close'), %s)", [month.toordinal()])
        cursor.execute(
            """
            SELECT nextval('bonus_run_id_seq'), (SELECT last_value FROM ledger_entry_id_seq),
                   (SELECT coalesce(max(number), 0) + 1 FROM bonus_run WHERE month = %s)
            """,
            [month],
        )
        [(run, first, number)] = cursor.fetchall()
        bounds: dict[str, Any] = {
            "month": month,
            "since": span.starts_at,
            "until": span.ends_at,
            "version": program.version,
        }
        cursor.execute(_POST, bounds | {"run": run, "is_first": number == 1})
        entries = cursor.rowcount
        if entries == 0 and number > 1:
            return Closed(month, 0, 0, 0, 0)
        cursor.execute(
            "INSERT INTO bonus_run (id, month, number, program_version) VALUES (%s, %s, %s, %s)",
            [run, month, number, program.version],
        )
        cursor.execute("SELECT last_value FROM ledger_entry_id_seq")
        [(last,)] = cursor.fetchall()
        parts: list[tuple[str, str, int, int]] = []
        for start in range(first, last + 1, PART):
            cursor.execute(_PART, {"run": run, "first": start, "size": PART})
            parts += cursor.fetchall()
    return Closed(month, number, entries, _posted(parts, "bonus_cost"), _posted(parts, "payment_benefit_cost"))


def _posted(parts: list[tuple[str, str, int, int]], cost: str) -> int:
    """What the parts post at the cost of an account: what was debited less what was credited."""
    return int(sum(cents * ((debit == cost) - (credit == cost)) for debit, credit, _, cents in parts))


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
    adjusted = months_later(present, -published[-1].program.adjusted_for_months)
    since = max(adjusted, _kept_since())
    return [month for month in ended if month not in closed or month >= since]


def _kept_since() -> date:
    """The first month of which every receipt's total must be kept still (retention is in whole quarters of UTC)."""
    rulebook = load_rulebook()
    present = this_month()
    quarters = rulebook.on(present).description.document.retention[Level.TOTAL].quarters
    first = months_later(present.replace(month=(present.month - 1) // 3 * 3 + 1), -3 * quarters)
    return months_later(first, 1)  # it begins some hours before UTC's does, in a quarter that may be gone
