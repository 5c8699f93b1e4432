"""Closing a month against the bare GROUP BY over the same receipts: how fast, how it grows, what memory it takes."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import psutil
import psycopg

from bench.measuring import ADMIN, ROOT, tell

RECEIPTS = 9
"""Receipts of a household a month: a nation's 2.4 million households make about 250 million receipts a year."""
BARE = """
SELECT household_id, sum(bonus_eligible_cents) FROM receipt WHERE purchased_at >= %s AND purchased_at < %s
GROUP BY household_id
"""

# In the order in which they come in, so that a household's lie apart. Two households in five pay by the group's card,
# one receipt in forty is paid in two ways, and one in fifty is partly returned.
_RECEIPTS = """
INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind,
                     source_receipt_id, currency, total_cents, bonus_eligible_cents, card_benefit_cents, payments)
SELECT h, %(since)s + interval '1 second' * (
           2500000.0 * i / (%(households)s::bigint * %(each)s::bigint)),
       nextval('receipt_id_seq'), h, %(outlet)s, %(source)s,
       1, 'TOTAL', 'store', 'sale', 'bench-' || i, 'EUR', cents, cents * 9 / 10, 0,
       CASE WHEN h %% 5 < 2 AND n < 7
            THEN jsonb_build_array(jsonb_build_object('method', 'group_card', 'amount_cents', cents))
            WHEN n = 8 AND h %% 4 = 0
            THEN jsonb_build_array(jsonb_build_object('method', 'gift_card', 'amount_cents', cents / 2),
                                   jsonb_build_object('method', 'card', 'amount_cents', cents - cents / 2))
            ELSE jsonb_build_array(jsonb_build_object('method', 'card', 'amount_cents', cents)) END
FROM generate_series(%(from)s::bigint, %(to)s::bigint) i,
     LATERAL (SELECT %(first)s::bigint + i * 15485863 %% %(households)s::bigint AS h,
                     i / %(households)s::bigint AS n) p,
     LATERAL (SELECT 500 + (h * 31 + n * 977) %% 9000 AS cents) c
"""
_RETURNS = """
INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind,
                     refers_to, refers_to_at, source_receipt_id, currency, total_cents, bonus_eligible_cents,
                     card_benefit_cents, payments)
SELECT purchaser_id, purchased_at + interval '3 days', nextval('receipt_id_seq'), household_id, outlet_id, source_id,
       1, 'TOTAL', 'store', 'return', id, purchased_at, source_receipt_id || '-back', 'EUR', - total_cents / 2,
       - bonus_eligible_cents / 2, 0,
       jsonb_build_array(jsonb_build_object('method', 'card', 'amount_cents', - total_cents / 2))
FROM receipt WHERE purchased_at >= %(since)s AND purchased_at < %(until)s AND id %% 50 = 0
"""


def measure(households: int) -> None:
    """Print the figures of closing months of `households` and of a quarter as many."""
    from tarkka.bonus.actions import publish
    from tarkka.bonus.queries import programs

    print(f"\nBonus: months of {RECEIPTS} receipts a household")
    if not programs():
        publish((ROOT / "programs/s_group.toml").read_text(), acting="bench")
    speeds = {}
    for size, month in ((households // 4, date(2025, 2, 1)), (households, date(2025, 5, 1))):
        speeds[size] = _closing(size, month)
    small, large = speeds.values()
    tell("seconds a million households, of a quarter as many and of all", f"{small:.1f}, {large:.1f}", "linear")


def _closing(households: int, month: date) -> float:
    span = _fill(households, month)
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        for setting in ("work_mem = '128MB'", "max_parallel_workers_per_gather = 0"):
            db.execute(f"SET {setting}")
        bare = min(
            _seconds(lambda: db.execute(f"SELECT count(*), sum(s.sum) FROM ({BARE}) s", span).fetchall())
            for _ in range(3)
        )
    seconds, program, server = _close(month)
    tell(
        f"closing {households:,} households, of the bare GROUP BY ({bare:.1f} s)",
        f"{seconds / bare:.2f} times ({seconds:.1f} s)",
        "at most 5",
    )
    tell("  memory at its peak: this process by, the server's own", f"{program} MB, {server} MB", "flat")
    again, _, _ = _close(month)
    tell("  and again, where nothing is left to post", f"{again / bare:.2f} times")
    return seconds / households * 1e6


def _fill(households: int, month: date) -> tuple[object, object]:
    """Make households and a month's receipts past the intake, whose speed is told elsewhere."""
    from tarkka.description.queries import load_rulebook
    from tarkka.purchases.actions import register_outlets
    from tarkka.vocabulary import month_span

    span = month_span(month.year, month.month, load_rulebook().time_zone)
    register_outlets([("bench", "Bench", "prisma")])
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        db.execute("SELECT purchases.make_partitions(%s, %s)", [month, month])
        [(outlet,)] = db.execute("SELECT id FROM outlet WHERE code = 'bench'").fetchall()
        [(first,)] = db.execute("SELECT coalesce(max(id), 0) + 1 FROM household").fetchall()
        db.execute(
            "INSERT INTO household (id) SELECT generate_series(%s::bigint, %s::bigint)", [first, first + households - 1]
        )
        db.execute("SELECT setval('household_id_seq', max(id)) FROM household")
        filled = {"outlet": outlet, "source": 0, "each": RECEIPTS, "since": span.starts_at, "until": span.ends_at}
        filled |= {"households": households, "first": first}
        for start in range(0, households * RECEIPTS, 1_000_000):
            end = min(start + 1_000_000, households * RECEIPTS) - 1
            db.execute(_RECEIPTS, filled | {"from": start, "to": end})
        db.execute(_RETURNS, filled)
        db.execute("VACUUM (FREEZE, ANALYZE) receipt")
        db.execute("CHECKPOINT")
    return span.starts_at, span.ends_at


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _close(month: date) -> tuple[float, int, int]:
    """Close a month; return its seconds, and by how many MB this process and its backend grew at their peak."""
    from tarkka.bonus.closing import close

    ended, peaks, begun = threading.Event(), [0, 0], _memory()

    def watch() -> None:
        while not ended.wait(0.05):
            peaks[:] = [max(pair) for pair in zip(peaks, _memory(), strict=True)]

    watching = threading.Thread(target=watch)
    watching.start()
    seconds = _seconds(lambda: list(close(month, acting="bench")))
    ended.set()
    watching.join()
    return seconds, max(0, peaks[0] - begun[0]) >> 20, peaks[1] >> 20


def _memory() -> tuple[int, int]:
    """What this process holds, and the largest of the backends without what they share, in bytes."""
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        backends = db.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'tarkka_app'").fetchall()
    held = [0]
    for (backend,) in backends:
        with suppress(psutil.Error):
            memory = psutil.Process(backend).memory_info()
            held.append(memory.rss - memory.shared)
    return psutil.Process().memory_info().rss, max(held)


if __name__ == "__main__":
    from bench.measuring import machine, register

    print(machine())
    with register():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 240_000)
