# ruff: noqa: E501  # statements, as somebody would type them
"""A recall's trace against the bare indexed query, and its answer against a scan of everything."""

import os
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from bench.measuring import ADMIN, tell
from tarkka import access
from tarkka.vocabulary import Language, Purpose, Role, gtin14

GTIN = gtin14("6408430000135")
LOTS = ["LOT7", "LOT8"]
SINCE, UNTIL = datetime(2023, 12, 31, 22, tzinfo=UTC), datetime(2024, 3, 31, 21, tzinfo=UTC)
PERIOD = date(2024, 1, 1), date(2024, 3, 31)
PRODUCTS = 5_000
PER_RECEIPT = 10
AT_ONCE = 2_000_000
RUNS = 7

# Two quarters of receipts of ten lines, one product a thousandth of them all, in sixteen lots; a receipt in fifty has a line that came back, its lot told.
PRODUCT = """
INSERT INTO product (id, gtin, name, group_code)
SELECT 10000000 + n, CASE n WHEN 1 THEN '6408430000135' ELSE '' END, 'Product ' || n, 'bench' FROM generate_series(1, %s) n
"""
LINES = """
INSERT INTO receipt_line (purchaser_id, purchased_at, receipt_id, line, product_id, quantity, unit, amount_cents, lot)
SELECT 100000000 + r %% %(people)s, timestamptz '2023-10-01 12:00+00' + r %% 182 * interval '1 day', 1000000000 + r, l,
       10000001 + CASE WHEN hashint8extended(r * 16 + l, 1) & 1023 = 0 THEN 0 ELSE 1 + (hashint8extended(r * 16 + l, 2) & 4095) END,
       1, 'pcs', 100, 'LOT' || (hashint8extended(r * 16 + l, 3) & 15)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) r, generate_series(1, %(lines)s) l
"""
SALES = """
INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind, source_receipt_id, currency,
                     total_cents, bonus_eligible_cents, card_benefit_cents, payments)
SELECT 100000000 + r %% %(people)s, timestamptz '2023-10-01 12:00+00' + r %% 182 * interval '1 day', 1000000000 + r, 1, 1, 1, 1, 'PRODUCT', 'store',
       'sale', r, 'EUR', 1000, 1000, 0, '[]'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) r
"""
RETURNS = """
WITH back AS (
    INSERT INTO receipt_line (purchaser_id, purchased_at, receipt_id, line, product_id, quantity, unit, amount_cents, lot)
    SELECT purchaser_id, purchased_at + interval '10 days', receipt_id + 4000000000, 1, product_id, -1, unit, -100, lot
    FROM receipt_line WHERE receipt_id %% 50 = 0 AND line = 1 RETURNING purchaser_id, purchased_at, receipt_id)
INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind, source_receipt_id, currency,
                     refers_to, refers_to_at, total_cents, bonus_eligible_cents, card_benefit_cents, payments)
SELECT purchaser_id, purchased_at, receipt_id, 1, 1, 1, 1, 'PRODUCT', 'store', 'return', receipt_id, 'EUR', receipt_id - 4000000000,
       purchased_at - interval '10 days', -100, -100, 0, '[]' FROM back
"""
BARE = """
SELECT DISTINCT purchaser_id FROM receipt_line
WHERE product_id = %s AND lot = ANY (%s) AND purchased_at >= %s AND purchased_at < %s
"""
BRUTE = """
SELECT DISTINCT purchaser_id FROM (
    SELECT l.purchaser_id, coalesce(r.refers_to, r.id) AS sale
    FROM receipt_line l JOIN receipt r ON r.purchaser_id = l.purchaser_id AND r.purchased_at = l.purchased_at AND r.id = l.receipt_id
    JOIN product p ON p.id = l.product_id
    WHERE p.gtin = %s AND l.lot = ANY (%s) AND coalesce(r.refers_to_at, r.purchased_at) >= %s AND coalesce(r.refers_to_at, r.purchased_at) < %s
    GROUP BY 1, 2 HAVING sum(l.quantity) > 0) kept
"""


def measure(lines: int) -> None:
    """Print the trace over so many lines more: product, lots and period to persons, and all of it with what is stored."""
    print(f"\nA recall's trace, {lines:,} lines")
    recall_id = _released()
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as admin:
        _fill(admin, lines)
        [(product,)] = admin.execute("SELECT id FROM product WHERE gtin = '6408430000135'").fetchall()
        # Both as they run in the program: a connection that is open, its caches warm, in turn.
        bare: list[float] = []
        traced: list[float] = []
        for _ in range(RUNS):
            seconds, people = _timed(lambda: admin.execute(BARE, [product, LOTS, SINCE, UNTIL]).fetchall())
            bare.append(seconds)
            seconds, found = _timed(lambda: _found(recall_id))
            traced.append(seconds)
        tell("the bare indexed query", f"{statistics.median(bare) * 1000:,.1f} ms, {len(people):,} people")
        tell("product, lots and period to persons, through the door", f"{statistics.median(traced) * 1000:,.1f} ms")
        tell("ratio", f"{statistics.median(traced) / statistics.median(bare):.2f}", "under 3")
        admin.execute("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off")
        seconds, scanned = _timed(lambda: admin.execute(BRUTE, [GTIN[1:], LOTS, SINCE, UNTIL]).fetchall())
        missing = {person for (person,) in scanned} ^ found
        tell("a scan of everything", f"{seconds:,.1f} s, {len(scanned):,} people, {len(missing)} told otherwise", "0")
        assert not missing
    from tarkka.recalls.tracing import trace_stretch

    seconds, stretch = _timed(lambda: trace_stretch(recall_id, SINCE, UNTIL))
    assert stretch.people == len(found)
    tell(
        "stored, shown to each in their looks and queued to be told",
        f"{seconds:,.2f} s, {len(found) / seconds:,.0f} a second",
    )
    seconds, _ = _timed(lambda: trace_stretch(recall_id, SINCE, UNTIL))
    tell("traced again, nothing new", f"{seconds:,.2f} s")


def _released() -> int:
    from tarkka.access.actions import confirm_mandate, give_mandate, sign_agreement
    from tarkka.recalls.actions import draft_recall, release_recall
    from tarkka.recalls.drafts import Draft, RecallKind, Words
    from tarkka.recalls.queries import read_recall

    officers = [f"bench-{secrets.token_hex(4)}" for _ in range(2)]
    for officer in officers:
        given = {"days": 1, "reason": "bench", "acting": "bench-1", "using": "owner"}
        confirm_mandate(give_mandate(officer, Role.RECALL_OFFICER, **given), acting="bench-2", using="owner")
        sign_agreement(1, language=Language.EN, acting=officer)
    words = dict.fromkeys(Language, Words("Milk", "Listeria", "Do not drink it", "Money back", "010 1"))
    draft = Draft(RecallKind.FOOD, True, gtins=(GTIN,), lots=tuple(LOTS), first=PERIOD[0], last=PERIOD[1], words=words)
    recall_id = draft_recall(draft, acting=officers[0])
    release_recall(recall_id, draft_id=read_recall(recall_id, acting=officers[1]).draft_id, acting=officers[1])
    return recall_id


def _fill(admin: Any, lines: int) -> None:
    started = time.perf_counter()
    admin.execute("SELECT purchases.make_partitions('2023-10-01', '2024-06-30')")
    admin.execute(PRODUCT, [PRODUCTS])
    receipts = lines // PER_RECEIPT
    given = {"people": max(1_000, receipts // 40), "lines": PER_RECEIPT}
    for first in range(0, receipts, AT_ONCE // PER_RECEIPT):
        part = given | {"first": first, "last": min(receipts, first + AT_ONCE // PER_RECEIPT) - 1}
        for statement in (SALES, LINES):
            admin.execute(statement, {name: part[name] for name in part if f"%({name})s" in statement})
    admin.execute(RETURNS, [])
    for table in ("receipt", "receipt_line", "product"):
        admin.execute(f"VACUUM (ANALYZE) {table}")
    tell("put in by SQL, not by the intake", f"{time.perf_counter() - started:,.0f} s")


def _found(recall_id: int) -> set[int]:
    """Whom the trace finds: the statements that it runs, without storing what they find."""
    from tarkka.recalls.tracing import TRACE, find_stretch

    look = {"role": Role.AUTOMATIC, "actor": "bench", "purpose": Purpose.RECALL, "subject": TRACE}
    with access.opened(**look, case_ref=str(recall_id)) as opened:
        found = find_stretch(SINCE, UNTIL)
        opened.cover([])
    return found


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = act()
    return time.perf_counter() - started, done
