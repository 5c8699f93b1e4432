"""One person's extract: reading it at one look, the first byte of the zip, and the whole of it."""

import json
import os
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection

from bench.measuring import ADMIN, tell
from tarkka import access
from tarkka.people.registering import NewCard, NewHousehold, NewPerson, register_households
from tarkka.purchases.actions import register_groups, register_outlets, register_source
from tarkka.purchases.intake import Intake
from tarkka.purchases.queries import source_id, source_names
from tarkka.rights.actions import record_download
from tarkka.rights.extract import Extract, read_extract
from tarkka.rights.writing import archive
from tarkka.vocabulary import Language, Purpose, Role

YEARS = 10
LINES = 6
RUNS = 5
PRODUCTS = 1500
PEOPLE = (
    # lines a year, looks in all, identity code, card
    (600, 1_000, "010180-9004", "9880000000000001"),
    (2_400, 10_000, "010180-9015", "9880000000000002"),
)


def measure() -> None:
    """Print what an extract of ten years costs, of a usual purchaser and of a heavy one."""
    source = _source()
    for lines, looks, code, card in PEOPLE:
        person = _person(code, card)
        _buy(source, card, lines)
        _look_often(person, looks)
        print(f"\nThe extract of {YEARS} years, {lines} lines a year and {looks:,} looks")
        _measure(person)


def _measure(person: int) -> None:
    found: dict[str, list[float]] = {"read": [], "first byte": [], "whole": [], "processor": []}
    size = 0
    for _ in range(RUNS):
        start, before = time.perf_counter(), os.times()
        extract = _read(person)
        found["read"].append(time.perf_counter() - start)
        parts = archive(extract)
        size = len(next(parts))
        found["first byte"].append(time.perf_counter() - start)
        size += sum(map(len, parts))
        found["whole"].append(time.perf_counter() - start)
        found["processor"].append(sum(os.times()[:4]) - sum(before[:4]))
    tell("read at one look", _told(found["read"]))
    tell("to the first byte", _told(found["first byte"]))
    tell("the whole zip", _told(found["whole"]), "2 s")
    tell("of the processor, the compiler's process included", _told(found["processor"]))
    tell("size", f"{size / 1e6:.1f} MB")


def _read(person: int) -> Extract:
    names = source_names()
    with access.opened(role=Role.CUSTOMER, actor=str(person), purpose=Purpose.OWN_DATA, subject=access.person(person)):
        record_download()
        return read_extract(Language.FI, names)


def _source() -> int:
    register_outlets([("bench-prisma", "Prisma Mikkeli", "prisma"), ("bench-sale", "Sale Ristiina", "sale")])
    register_groups([(f"g{n}", f"Tuoteryhmä {n}", f"Produktgrupp {n}", f"Product group {n}") for n in range(40)])
    register_source("bench extract", chains=["prisma", "sale"])
    found = source_id("bench extract")
    assert found is not None
    return found


def _person(code: str, card: str) -> int:
    since = datetime(2014, 5, 1, tzinfo=UTC)
    new = NewPerson("p", code, "Aino", "Virtanen", Language.FI, True, (NewCard(card, since),), "aino@example.org")
    return register_households([NewHousehold(since, (new,))])["p"]


def _buy(source: int, card: str, lines_a_year: int) -> None:
    draw = random.Random(card)
    receipts = YEARS * lines_a_year // LINES
    first = datetime.now(UTC) - timedelta(days=365 * YEARS)
    step = timedelta(days=365 * YEARS) / receipts
    connection.ensure_connection()
    intake = Intake(connection.connection, source)
    for start in range(0, receipts, 1000):
        numbers = range(start, min(start + 1000, receipts))
        verdicts = intake.take([_receipt(draw, card, f"{card}-{n}", first + n * step) for n in numbers])
        assert all(verdict.status == "accepted" for _, verdict in verdicts), verdicts


def _receipt(draw: random.Random, card: str, number: str, at: datetime) -> bytes:
    lines: list[dict[str, Any]] = []
    for line in range(1, LINES + 1):
        product = draw.randrange(PRODUCTS)
        lines.append(
            {
                "line": line, "product_code": f"p{product}", "name": f"Rasvaton maito laktoositon {product} 1 l",
                "group": f"g{product % 40}", "quantity": str(draw.randint(1, 3)), "unit": "pcs", "vat_rate": "14",
                "amount": f"{draw.randint(50, 2000) / 100:.2f}",
            }
        )  # fmt: skip
    total = f"{sum(round(float(line['amount']) * 100) for line in lines) / 100:.2f}"
    receipt = {
        "receipt_id": number, "kind": "sale", "card": card, "outlet": draw.choice(["bench-prisma", "bench-sale"]),
        "channel": "store", "purchased_at": at.isoformat(), "currency": "EUR", "total": total, "bonus_eligible": total,
        "card_benefit": "0.50", "payments": [{"method": "card", "amount": total}], "lines": lines,
    }  # fmt: skip
    return json.dumps(receipt).encode()


def _look_often(person: int, looks: int) -> None:
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        db.execute(
            "INSERT INTO access_event (at, role, actor, purpose, basis, subject_kind, subject_id, level, version)"
            " SELECT now() - n * interval '8 hours', CASE WHEN n %% 10 = 0 THEN 'automatic' ELSE 'customer' END, %s,"
            " 'own_data', 'legal_obligation', 'person', %s, 'TOTAL', 2 FROM generate_series(1, %s) n",
            [str(person), person, looks],
        )
        for table in ("receipt", "receipt_group", "receipt_line", "access_event"):
            db.execute(f"ANALYZE {table}")


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"
