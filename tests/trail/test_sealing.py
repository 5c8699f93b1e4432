"""Sealing: every row of a sealed table becomes a leaf once, in time, whatever ends the sealer."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from building import a_household
from looking import login, own_look, rows
from tarkka.trail.note import NotGenuine

BROKEN = """
import os
import django
django.setup()
from django.db.backends.utils import CursorWrapper
from tarkka.trail import sealing
step, count = {step}, 0
def ending(plain):
    def run(self, *arguments, **named):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), 9)
        return plain(self, *arguments, **named)
    return run
CursorWrapper.execute = ending(CursorWrapper.execute)
CursorWrapper.executemany = ending(CursorWrapper.executemany)
sealing.seal()
"""
"""A sealer that is killed before its `step`th statement."""


LAST_LEAF = "trail_leaf WHERE index = (SELECT max(index) FROM trail_leaf)"
LAST_CHECKPOINT = "trail_checkpoint WHERE number = (SELECT max(number) FROM trail_checkpoint)"
EMPTY, SPOILT = "sha256('')", "note || '— x AAAAAAA='"


def an_event() -> int:
    person = a_household(1).persons[0]
    with own_look(person) as look:
        return int(look.event_id)


def leaves_of(event_id: int) -> list[tuple[int]]:
    return rows("SELECT index FROM trail_leaf WHERE kind = 'access_event' AND row_id = %s", event_id)


def verified(admin: Any) -> Any:
    from tarkka.trail.sealing import signer
    from tarkka.trail.verifying import verify

    return verify(admin, signer().verifier)


def newest() -> Any:
    from tarkka.trail.queries import newest_checkpoint
    from tarkka.trail.sealing import signer

    return signer().verifier.read(newest_checkpoint())


@pytest.fixture(autouse=True)
def _sealed(database: str) -> None:
    """Begin with nothing that waits."""
    from tarkka.trail.sealing import seal

    seal()


def test_event_becomes_a_leaf_under_a_signed_checkpoint(admin: Any) -> None:
    from tarkka.trail.sealing import seal

    event = an_event()
    checkpoint = seal()
    [(index,)] = leaves_of(event)
    assert checkpoint is not None
    assert index < checkpoint.size
    assert verified(admin).findings == []


def test_refusal_becomes_a_leaf_too() -> None:
    from tarkka import access
    from tarkka.trail.sealing import seal

    with pytest.raises(access.Refused) as refused, own_look(a_household(1).persons[0], actor="1"):
        pass
    seal()
    assert len(leaves_of(refused.value.event_id)) == 1


def test_nothing_is_sealed_twice() -> None:
    from tarkka.trail.sealing import seal

    event = an_event()
    seal()
    before = newest()
    assert seal() is None
    assert newest() == before
    assert len(leaves_of(event)) == 1


def test_checkpoint_is_signed_every_minute_though_nothing_happens() -> None:
    from django.db import transaction

    from tarkka.trail.sealing import AT_LEAST_EVERY, EVERY, memory, seal

    kept = memory().read_text()
    assert timedelta(seconds=60) >= AT_LEAST_EVERY + 2 * EVERY
    before = newest()
    assert seal(now=before.at + AT_LEAST_EVERY - timedelta(seconds=1)) is None
    with transaction.atomic():
        found = seal(now=before.at + AT_LEAST_EVERY)
        transaction.set_rollback(True)  # it was signed ahead of time
    memory().write_text(kept)
    assert found is not None
    assert found.at == before.at + AT_LEAST_EVERY


def test_row_of_a_long_transaction_is_sealed_when_it_ends_and_keeps_nobody_waiting(admin: Any) -> None:
    from tarkka.trail.sealing import seal

    insert = (
        "INSERT INTO access_event (role, actor, purpose, subject_kind, level)"
        " VALUES ('automatic', 'long', 'bonus', 'person', 'TOTAL') RETURNING id"
    )
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as long:
        [(first,)] = long.execute(insert)
        event = an_event()
        seal()
        assert len(leaves_of(event)) == 1
        assert leaves_of(first) == []
        long.commit()
    seal()
    assert len(leaves_of(first)) == 1


def test_backlog_is_sealed_in_rounds_of_a_bounded_size(admin: Any) -> None:
    from tarkka.trail.sealing import seal

    before = newest().size
    events = [an_event() for _ in range(3)]
    seal(most=2)
    assert all(len(leaves_of(event)) == 1 for event in events)
    assert newest().size > before + 3
    assert verified(admin).findings == []


def test_without_its_hint_the_sealer_finds_what_waits(admin: Any) -> None:
    from tarkka.trail.sealing import seal

    for hint in ("DELETE FROM trail_progress", "UPDATE trail_progress SET since = '9223372036854775807'"):
        event = an_event()
        admin.execute(hint)
        seal()
        assert len(leaves_of(event)) == 1


def test_one_sealer_at_a_time_and_the_other_tells_which(caplog: pytest.LogCaptureFixture) -> None:
    from tarkka.trail.sealing import seal

    event = an_event()
    with login() as other, other.transaction():
        assert other.execute("SELECT trail.alone(), pg_backend_pid()").fetchone() == (True, other.info.backend_pid)
        assert seal() is None
        assert f"process {other.info.backend_pid} holds" in caplog.text
    seal()
    assert len(leaves_of(event)) == 1


def test_no_login_keeps_the_sealer_out_by_a_lock_of_its_own() -> None:
    from tarkka.trail.sealing import seal

    event = an_event()
    with login() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('tarkka.trail', 0))")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), other.transaction():
            other.execute("LOCK TABLE trail_progress IN ACCESS SHARE MODE")
        seal()
    assert len(leaves_of(event)) == 1


def test_sealers_at_once_leave_no_gap_and_no_double(admin: Any) -> None:
    from django.db import connection

    from tarkka.trail.sealing import seal

    def sealing(_: int) -> None:
        try:
            for _ in range(10):
                seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        done = pool.map(sealing, range(3))
        events = [an_event() for _ in range(8)]
        list(done)
    seal()
    assert all(len(leaves_of(event)) == 1 for event in events)
    assert verified(admin).findings == []


def test_sealer_killed_at_any_step_leaves_no_gap_and_no_double(admin: Any) -> None:
    from tarkka.trail.sealing import seal

    killed = 0
    for step in range(1, 40):
        event = an_event()
        done = subprocess.run([sys.executable, "-c", BROKEN.format(step=step)], check=False, capture_output=True)
        killed += done.returncode == -signal.SIGKILL
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        latest = time.monotonic() + 30
        while not leaves_of(event):  # the server notices after a moment that who held the lock is gone
            assert time.monotonic() < latest
            seal()
        assert len(leaves_of(event)) == 1
        if done.returncode == 0:
            break
    assert killed >= 8
    assert verified(admin).findings == []


def test_sealer_killed_before_it_remembers_goes_on(monkeypatch: pytest.MonkeyPatch, admin: Any) -> None:
    from tarkka.trail import sealing

    event = an_event()
    monkeypatch.setattr(sealing, "_remember", lambda note: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sealing.seal()
    monkeypatch.undo()
    sealing.seal()
    assert len(leaves_of(event)) == 1
    assert verified(admin).findings == []


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        (f"DELETE FROM {LAST_LEAF}", "leaves, and the last checkpoint is of"),
        (f"UPDATE {LAST_LEAF.replace(' WHERE', f' SET hash = {EMPTY} WHERE', 1)}", "are not those that were signed"),
        (f"DELETE FROM {LAST_CHECKPOINT}", "leaves, and the last checkpoint is of"),
        (f"UPDATE {LAST_CHECKPOINT.replace(' WHERE', f' SET note = {SPOILT} WHERE', 1)}", "is not this log's"),
        ("DELETE FROM trail_leaf; DELETE FROM trail_node; DELETE FROM trail_checkpoint", "shorter than the checkpoint"),
    ],
)
def test_sealer_does_not_go_on_from_a_changed_log(
    database: str, monkeypatch: pytest.MonkeyPatch, tampering: str, told: str
) -> None:
    from django.db import connections, transaction

    from tarkka.trail import sealing

    an_event()
    sealing.seal()
    owner = connections["owner"]
    monkeypatch.setattr(sealing, "connection", owner)  # which sees the change, and nobody else ever does
    with pytest.raises(sealing.LogChanged, match=told), transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE postgres")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in tampering.split(";"):
            cursor.execute(statement)
        sealing._seal_round(sealing.signer(), datetime.now(UTC), 10)
    monkeypatch.undo()
    sealing.seal()


def test_event_is_a_leaf_within_a_minute_of_a_running_sealer(database: str) -> None:
    sealer = subprocess.Popen([sys.executable, "-m", "tarkka.cli.main", "audit", "seal"], stderr=subprocess.PIPE)
    try:
        event, began = an_event(), time.monotonic()
        while not leaves_of(event):
            assert time.monotonic() - began < 60
            assert sealer.poll() is None
            time.sleep(0.2)
    finally:
        sealer.terminate()
        sealer.communicate()
    assert newest().at - datetime.now(UTC) < timedelta(minutes=1)


def test_memory_that_is_no_checkpoint_is_told(database: str) -> None:
    from tarkka.trail.sealing import LogChanged, memory, seal, signer

    an_event()
    seal()
    kept = memory().read_text()
    assert signer().verifier.read(kept) == newest()
    memory().write_text("something else")
    try:
        with pytest.raises(LogChanged, match="is not this log's"):
            seal()
    finally:
        memory().write_text(kept)
    with pytest.raises(NotGenuine):
        signer().verifier.read("something else")
