"""What sealing costs the door, and how fast the whole trail is sealed and verified."""

import os
import statistics
import threading
import time
from datetime import UTC, datetime

import psycopg

from bench.measuring import ADMIN, tell
from tarkka import access
from tarkka.trail.sealing import seal, signer
from tarkka.trail.verifying import verify
from tarkka.vocabulary import Purpose, Role

LOOKS = 400
ROUNDS = 8
AT_ONCE = 500_000
EVENTS = """
INSERT INTO access_event (at, role, actor, purpose, basis, subject_kind, subject_id, level, version)
SELECT clock_timestamp(), 'customer', n::text, 'own_data', 'legal_obligation', 'person', n, 'PRODUCT', 1
FROM generate_series(1, %s) n
"""


def measure(events: int) -> None:
    """Print the door with sealing on against off, then the rates over so many events more."""
    print("\nThe sealed trail")
    seal()
    off, on = _door()
    tell("a look, while nothing seals", f"{off * 1000:.2f} ms")
    tell("a look, while the sealer runs round after round", f"{on * 1000:.2f} ms")
    tell("ratio", f"{on / off:.2f}", "at most 1.1")
    started = time.perf_counter()
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as admin:
        for done in range(0, events, AT_ONCE):
            admin.execute(EVENTS, [min(AT_ONCE, events - done)])
        told = time.perf_counter() - started
        tell(f"{events:,} events put in by SQL", f"{told:,.0f} s")
        started = time.perf_counter()
        checkpoint = seal()
        seconds = time.perf_counter() - started
        assert checkpoint is not None
        tell(f"sealed, {checkpoint.size:,} leaves in all", f"{seconds:,.0f} s, {events / seconds:,.0f} a second")
        admin.execute("VACUUM ANALYZE access_event")
        admin.execute("VACUUM ANALYZE trail_leaf")
        started = time.perf_counter()
        found = verify(admin, signer().verifier, now=datetime.now(UTC))
        seconds = time.perf_counter() - started
        assert found.findings in ([], [each for each in found.findings if "nothing was sealed since" in each.what])
        tell(
            f"verified, {found.leaves:,} leaves", f"{seconds:,.0f} s, {found.leaves / seconds:,.0f} a second", "minutes"
        )


def _door() -> tuple[float, float]:
    """Return the seconds of a look without and with a sealer beside it: medians of rounds taken in turn."""
    without: list[float] = []
    beside: list[float] = []
    for number in range(ROUNDS):
        without_first = number % 2 == 0
        for is_sealed in (not without_first, without_first):
            (beside if is_sealed else without).extend(_looks(sealed=is_sealed))
    return statistics.median(without), statistics.median(beside)


def _looks(*, sealed: bool) -> list[float]:
    ended = threading.Event()

    def keep_sealing() -> None:
        from django.db import connection

        while not ended.wait(5):
            seal()
        seal()
        connection.close()

    sealer = threading.Thread(target=keep_sealing)
    if sealed:
        sealer.start()
    seconds = []
    for _ in range(LOOKS):
        started = time.perf_counter()
        with access.opened(role=Role.CUSTOMER, actor="1", purpose=Purpose.OWN_DATA, subject=access.person(1)):
            pass
        seconds.append(time.perf_counter() - started)
    if sealed:
        ended.set()
        sealer.join()
    return seconds
