"""One person's latest 50 receipts through the door, against the same query without it. Django on both sides."""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connections

from bench.measuring import ADMIN, tell
from tarkka import access
from tarkka.purchases import models
from tarkka.purchases.kept import EVERYTHING
from tarkka.purchases.queries import as_receipt, latest_receipts
from tarkka.vocabulary import Purpose, Role

PERSONS = 40
ROUNDS = 12


def measure(name: str) -> None:
    """Print what the door costs a reader at the register's present size."""
    settings = connections["default"].settings_dict
    connections.databases["bare"] = settings | {"OPTIONS": _options(), "USER": "", "PASSWORD": ""}
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        for table in ("receipt", "receipt_group", "receipt_line"):
            db.execute(f"ANALYZE {table}")
        lines = db.execute("SELECT count(*) FROM receipt_line").fetchall()[0][0]
        since = datetime.now(UTC) - timedelta(days=180)
        frequent = db.execute(
            "SELECT purchaser_id FROM receipt WHERE purchased_at > %s GROUP BY 1 HAVING count(*) BETWEEN 50 AND 150",
            [since],
        ).fetchall()
    persons = [row[0] for row in random.Random(1).sample(frequent, min(PERSONS, len(frequent)))]
    print(f"\nThe latest 50 receipts of one person, {name}: {lines:,} lines in the register")
    bare, door = _in_turn(persons)
    ratios = sorted(d / b for b, d in zip(bare, door, strict=True))
    tell("bare, median of persons (spread)", _milliseconds(bare))
    tell("through the door", _milliseconds(door))
    spread = f"{ratios[len(ratios) // 10]:.2f}–{ratios[-len(ratios) // 10]:.2f}"
    tell("ratio, pair by pair", f"{statistics.median(ratios):.2f} ({spread})", "at most 2")


def _options() -> dict[str, object]:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(os.environ[ADMIN])
    parts.pop("dbname")
    return {"server_side_binding": True, **parts}


def _in_turn(persons: list[int]) -> tuple[list[float], list[float]]:
    """Seconds of each person's page, both ways, the median of the rounds."""
    bare: dict[int, list[float]] = {person: [] for person in persons}
    door: dict[int, list[float]] = {person: [] for person in persons}
    for number in range(ROUNDS):
        for person in persons:
            for seconds, read in ((bare, _bare), (door, _through_the_door)):
                taken = _seconds(lambda read=read, person=person: read(person))
                if number > 1:
                    seconds[person].append(taken)
    return [statistics.median(bare[p]) for p in persons], [statistics.median(door[p]) for p in persons]


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _bare(person: int) -> int:
    since = datetime.now(UTC) - timedelta(days=182)
    rows = models.Receipt.objects.using("bare").select_related("outlet")
    found = [as_receipt(row, EVERYTHING) for row in rows.filter(purchaser_id=person, purchased_at__gte=since)[:50]]
    assert len(found) == 50
    return len(found)


def _through_the_door(person: int) -> int:
    with access.opened(role=Role.CUSTOMER, actor=str(person), purpose=Purpose.OWN_DATA, subject=access.person(person)):
        found = latest_receipts()
    assert len(found) == 50
    return len(found)


def _milliseconds(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.2f} ms ({min(seconds) * 1000:.2f}–{max(seconds) * 1000:.2f})"
