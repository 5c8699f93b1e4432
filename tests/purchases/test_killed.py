"""Killed at any moment and run again: neither a gap nor a double, and no receipt in halves in between.

First the intake, its whole process group or its parent alone; then the database under it, a server of its own that is
thrown away.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from building import Source, a_household, a_receipt, a_return, a_source, outlet_of
from storing import rows

ROUNDS = 4

SUMMED = """
WITH r AS (SELECT * FROM receipt WHERE source_id = %s),
     g AS (SELECT receipt_id AS id, count(*) AS rows FROM receipt_group GROUP BY receipt_id),
     l AS (SELECT receipt_id AS id, count(*) AS rows FROM receipt_line GROUP BY receipt_id)
SELECT r.source_receipt_id, r.level::text, r.total_cents, coalesce(g.rows, 0), coalesce(l.rows, 0)
FROM r LEFT JOIN g USING (id) LEFT JOIN l USING (id)
"""


def write_feed(path, card, receipts):
    """A feed of every level with receipts of nobody and returns. Return what must be stored, how many counted."""
    expected, cardless = {}, 0
    with path.open("w") as file:
        for number in range(receipts):
            where, day, level, details = (
                ("prisma", "2024-03-05", "PRODUCT", (2, 2)),
                ("prisma", "2015-03-05", "GROUP", (2, 0)),
                ("restaurants", "2024-03-05", "TOTAL", (0, 0)),
            )[number % 3]
            has_card = number % 20 > 0
            sale = a_receipt(
                receipt_id=f"s{number}",
                card=card if has_card else None,
                purchased_at=f"{day}T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+02:00",
                outlet=outlet_of(where),
            )
            delivered = [sale] + ([a_return(sale, receipt_id=f"r{number}", card=None)] if number % 40 < 2 else [])
            for receipt in delivered if number % 80 else reversed(delivered):
                file.write(json.dumps(receipt) + "\n")
                cardless += not has_card
                if has_card:
                    total = 1_000 if receipt["kind"] == "sale" else -1_000
                    expected[receipt["receipt_id"]] = (level, total, *details)
    return expected, cardless


def start(source_name, path, environment=None):
    """Start the command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tarkka.cli.main", "intake", str(path), "--source", source_name],
        env=environment or os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


BUSY = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY receipt%'"


def wait_until_busy(process, address):
    """Wait until a worker writes, or the command has ended: a machine may be slow or fast."""
    while process.poll() is None:
        with suppress(psycopg.OperationalError), psycopg.connect(address, autocommit=True) as connection:
            while process.poll() is None and connection.execute(BUSY).fetchone() is None:
                time.sleep(0.01)
            return
        time.sleep(0.1)


def runs(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes):
    """Wait until none of them runs. One that has ended and that nobody has asked about yet is gone."""
    until = time.monotonic() + 10
    while any(runs(process) for process in processes):
        assert time.monotonic() < until, processes
        time.sleep(0.02)


def finish(process, seconds=60):
    """Wait for the command to end by itself; return its exit status and what it printed."""
    try:
        printed, _ = process.communicate(timeout=seconds)
    finally:
        kill_group(process)
    return process.returncode, printed


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def test_intake_killed_time_and_again_ends_with_neither_gap_nor_double(database, tmp_path):
    source = a_source()
    expected, cardless = write_feed(tmp_path / "feed.ndjson", a_household(1).cards[0], 24_000)
    chance = random.Random(4711)
    seen = []
    for number in range(ROUNDS):
        process = start(source.name, tmp_path / "feed.ndjson")
        family = [psutil.Process(process.pid)]
        wait_until_busy(process, os.environ["TARKKA_OWNER_URL"])
        time.sleep(chance.uniform(0, 0.6))
        family += family[0].children(recursive=True) if process.poll() is None else []
        if number % 2:
            kill_group(process)
        else:
            process.kill()  # its workers must end by themselves
        process.stdout.close()
        process.wait()
        wait_until_gone(family)
        found = {name: tuple(told) for name, *told in rows(SUMMED, source.id)}
        assert found.items() <= expected.items()
        seen.append(len(found))
    code, printed = finish(start(source.name, tmp_path / "feed.ndjson"))
    assert code == 0, printed
    assert any(0 < count < len(expected) for count in seen), seen
    assert_whole(source, expected, cardless)


def assert_whole(source, expected, cardless):
    found = rows(SUMMED, source.id)
    assert len(found) == len({row[0] for row in found}), "stored twice"
    assert {name: tuple(told) for name, *told in found} == expected
    keys = rows("SELECT count(*) FROM receipt_key WHERE source_id = %s", source.id)
    assert keys == [(len(expected),)]
    assert rows("SELECT count(*) FROM cardless_receipt WHERE source_id = %s", source.id) == [(cardless,)]


# The database's own death, on a server that nobody else uses. Its commands find it by TARKKA_HOME, as an operator's do.

SET_UP = """
import json, sys
sys.path.insert(0, {tests!r})
from datetime import date
from pathlib import Path
from tarkka.cli.boot import boot
boot(owner=True)
from tarkka.description.actions import publish
publish(Path({description!r}).read_text(), effective_on=date(2016, 9, 1), acting="test")
from building import a_household, a_source
source, household = a_source(), a_household(1)
print(json.dumps([source.id, source.name, source.token, household.cards[0]]))
"""

READ = """
import json, sys
sys.path.insert(0, {tests!r})
from tarkka.cli.boot import boot
boot(owner=True)
from storing import rows
print(json.dumps([rows(sql, {source}) for sql in {statements!r}]))
"""

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of an installation of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TARKKA_")}
    yield environment | {"TARKKA_HOME": str(tmp_path / "home"), "TARKKA_DEMO": "1"}
    for process in postgres_of(tmp_path / "home"):
        process.kill()


def postgres_of(home):
    """The server's own process, if it runs."""
    try:
        return [psutil.Process(int((home / "postgresql" / "postmaster.pid").read_text().split()[0]))]
    except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
        return []


def run(environment, script, **values):
    """Run a script against that installation and return what it printed, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script.format(tests=str(ROOT / "tests"), **values)],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_database_killed_under_the_intake_loses_and_doubles_nothing(elsewhere, tmp_path):
    home = tmp_path / "home"
    *parts, card = run(elsewhere, SET_UP, description=str(ROOT / "descriptions" / "s_group.toml"))
    source = Source(*parts)
    expected, cardless = write_feed(tmp_path / "feed.ndjson", card, 16_000)
    chance = random.Random(4712)
    killed = 0
    for _ in range(2):
        process = start(source.name, tmp_path / "feed.ndjson", elsewhere)
        wait_until_busy(process, f"host={home / 'postgresql'} dbname=tarkka user=postgres")
        time.sleep(chance.uniform(0, 0.5))
        for postmaster in postgres_of(home):
            backends = postmaster.children(recursive=True)
            postmaster.kill()
            wait_until_gone([postmaster, *backends])
            killed += 1
        code, printed = finish(process)
        assert code in (0, 3), printed
        assert "Traceback" not in printed, printed
    assert killed
    code, printed = finish(start(source.name, tmp_path / "feed.ndjson", elsewhere))
    assert code == 0, printed
    statements = [
        SUMMED,
        "SELECT count(*) FROM receipt_key WHERE source_id = %s",
        "SELECT count(*) FROM cardless_receipt WHERE source_id = %s",
    ]
    found, keys, counted = run(elsewhere, READ, source=source.id, statements=statements)
    assert {name: tuple(told) for name, *told in found} == expected
    assert (len(found), keys, counted) == (len(expected), [[len(expected)]], [[cardless]])
