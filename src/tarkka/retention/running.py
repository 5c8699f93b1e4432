"""Doing what the plan says. Needs the owner's rights; reads nobody's rows, and holds aside what must stay.

Each quarter's table goes in one transaction of its own, with the rows that are held and the record of it: killed at any
moment, a run has dropped whole tables, and the next one finds what is left to do.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import OperationalError, connections, transaction
from psycopg import errors

from tarkka.description.queries import load_rulebook
from tarkka.retention.plan import TABLES, Partition, Plan, make_plan, quarter_name
from tarkka.vocabulary import Level, months_later

LOCK_TIMEOUT = "1s"
"""How long a drop waits for readers: everybody who reads the same table waits behind it as long."""
ATTEMPTS = 30
PAUSE = 2.0
"""Seconds between attempts at a table that somebody reads."""

_PARTITIONS = r"""
SELECT p.relname, right(c.relname, 6), c.reltuples::bigint, pg_total_relation_size(c.oid)
FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
WHERE p.relname = ANY (%s) AND p.relkind = 'p' AND c.relname ~ '_[0-9]{4}q[1-4]$'
"""
_QUARTER = re.compile(r"([0-9]{4})q([1-4])")
_LEVELS = {table: level for level, table in TABLES.items()}


class AlreadyRunning(RuntimeError):
    """Another run of retention is going on."""


class InUse(RuntimeError):
    """A table could not be dropped, for somebody reads it without end. What was dropped before it is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run would do: the plan, how many rows each drop holds for what, and held rows that it would let go."""

    plan: Plan
    held: dict[Partition, dict[str, int]]
    released: dict[str, int]
    quarters_with_keys: tuple[date, ...]

    def __bool__(self) -> bool:
        return bool(self.plan.drops or self.released or self.quarters_with_keys)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run that was done: a table that was dropped, or the keys of a quarter's receipts."""

    partition: Partition | None
    quarter: date
    held: int = 0
    keys: int = 0
    seconds: float = 0.0
    """How long the table's readers may have waited: from when the drop asked for its lock until it was committed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: the number that it is recorded under, None if there was nothing to do."""

    run_id: int | None
    released: dict[str, int]
    steps: tuple[Step, ...]


def show(today: date | None = None) -> Shown:
    """Return what a run would do on a day (UTC): today unless told otherwise. Changes nothing."""
    plan = _plan(today or datetime.now(UTC).date())
    held = {
        each: dict(_rows("SELECT * FROM retention.would_hold(%s, %s, %s)", [each.level.name, *_bounds(each)]))
        for each in plan.drops
    }
    return Shown(plan, held, dict(_rows("SELECT * FROM retention.would_release()")), _quarters_with_keys())


def run(acting: str, *, told: Callable[[float], None] = lambda _: None, today: date | None = None) -> Done:
    """Let go of what the description in force keeps no longer on a day (UTC): today unless told otherwise.

    `told` is told the share that is done, from 0 to 1. May be killed at any moment and run again. Raises
    AlreadyRunning; InUse, once what could be dropped is dropped, if somebody kept a table in use.
    """
    with _alone():
        plan = _plan(today or datetime.now(UTC).date())
        if not (plan.drops or _quarters_with_keys() or _rows("SELECT * FROM retention.would_release()")):
            told(1.0)
            return Done(None, {}, ())
        [(run_id, version)] = _rows("SELECT * FROM retention.begin_run(%s)", [acting])
        released = _release(run_id)
        steps: list[Step] = []
        in_use: set[date] = set()
        for done, each in enumerate(plan.drops):
            told(done / (len(plan.drops) + 1))
            if each.quarter in in_use:
                continue  # what is finer of that quarter is still there
            try:
                steps.append(_drop(run_id, version, each))
            except InUse:
                in_use.add(each.quarter)
        steps += [_forget_keys(quarter) for quarter in _quarters_with_keys()]
        told(1.0)
    if in_use:
        raise InUse(f"somebody keeps reading the tables of {', '.join(map(quarter_name, sorted(in_use)))}")
    return Done(run_id, released, tuple(steps))


def _plan(today: date) -> Plan:
    kept = {level: rule.quarters for level, rule in _kept_rules().items()}
    partitions = [
        Partition(_LEVELS[parent], _first_day(name), rows, size)
        for parent, name, rows, size in _rows(_PARTITIONS, [list(_LEVELS)])
    ]
    totals = [each for each in partitions if each.level is Level.TOTAL]
    unclosed = {
        each.quarter: _rows("SELECT retention.months_unclosed(%s, %s)", [*_bounds(each)])[0][0] for each in totals
    }
    return make_plan(kept, partitions, unclosed, today)


def _kept_rules() -> Any:  # noqa: ANN401  # the description's own
    return load_rulebook("owner").in_force(datetime.now(UTC)).description.document.retention


def _release(run_id: int) -> dict[str, int]:
    """Let go of held rows that nothing needs any more, and record it."""
    released: dict[str, int] = {}
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT hold, sum(rows)::bigint FROM retention.release() GROUP BY 1")
        for hold, count in cursor.fetchall():
            released[hold] = count
            cursor.execute(
                "INSERT INTO retention_release (run_id, hold, rows) VALUES (%s, %s, %s)", [run_id, hold, count]
            )
    return released


def _drop(run_id: int, version: int, partition: Partition) -> Step:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE)
        try:
            return _drop_now(run_id, version, partition)
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
    raise InUse(partition.name)


def _drop_now(run_id: int, version: int, partition: Partition) -> Step:
    """Hold aside what must stay, drop the table and record it: all of it, or nothing."""
    name = partition.name
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        # Readers go on; whoever stores a receipt of that quarter waits, and is told that it is gone.
        cursor.execute(f'LOCK TABLE ONLY "{name}" IN SHARE ROW EXCLUSIVE MODE')
        cursor.execute(f'ANALYZE "{name}"')
        # Recalls, requests and restrictions wait from here on: each begins before `at` and is held for, or after.
        cursor.execute("SELECT purchases.let_go_alone()")
        [at] = cursor.fetchone()
        cursor.execute("SELECT retention.hold(%s, %s, %s)", [partition.level.name, *_bounds(partition)])
        held = cursor.fetchone()[0]
        cursor.execute(
            """
            INSERT INTO retention_drop (run_id, version, level, quarter, rows, bytes, held, at)
            SELECT %s, %s, %s, %s, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid), %s, %s
            FROM pg_class c WHERE c.oid = to_regclass(%s)
            """,
            [run_id, version, partition.level.name, partition.quarter, held, at, name],
        )
        began = time.monotonic()
        cursor.execute(f'DROP TABLE "{name}"')  # from here on the readers of all quarters wait, until the commit
    return Step(partition, partition.quarter, held=held, seconds=time.monotonic() - began)


def _forget_keys(quarter: date) -> Step:
    """Forget which receipts of a quarter were taken, once their totals are gone; a day after the other."""
    days = [day for (day,) in _rows("SELECT retention.days_with_keys(%s)", [quarter])]
    return Step(None, quarter, keys=sum(_rows("SELECT retention.forget_keys(%s)", [day])[0][0] for day in days))


def _quarters_with_keys() -> tuple[date, ...]:
    dropped = _rows("SELECT quarter FROM retention_drop WHERE level = 'TOTAL' ORDER BY 1")
    found = "SELECT EXISTS (SELECT FROM retention.days_with_keys(%s))"
    return tuple(quarter for (quarter,) in dropped if _rows(found, [quarter])[0][0])


@contextmanager
def _alone() -> Iterator[None]:
    lock = "hashtextextended('tarkka.retention', 0)"
    if not _rows(f"SELECT pg_try_advisory_lock({lock})")[0][0]:
        raise AlreadyRunning("another run of retention is going on")
    try:
        yield
    finally:
        _rows(f"SELECT pg_advisory_unlock({lock})")


def _bounds(partition: Partition) -> tuple[datetime, datetime]:
    days = (partition.quarter, months_later(partition.quarter, 3))
    return tuple(datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days)  # type: ignore[return-value]


def _first_day(name: str) -> date:
    found = _QUARTER.fullmatch(name)
    assert found is not None  # noqa: S101  # the statement asked for nothing else
    return date(int(found[1]), int(found[2]) * 3 - 2, 1)


def _rows(statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
