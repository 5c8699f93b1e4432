"""Intake against a bare COPY of the same rows into the same three tables, with the same partitions and indexes."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path

import psutil
import psycopg

from bench.measuring import ADMIN, served, tell

TABLES = ("receipt", "receipt_group", "receipt_line")


def load_people(folder: Path) -> tuple[dict[str, Path], str]:
    """Register the sample's outlets, people and sources; return its year's files by format, and the token of `http`."""
    from tarkka.description.queries import load_rulebook
    from tarkka.people.files import read_households
    from tarkka.people.registering import NewHousehold, register_households
    from tarkka.purchases.actions import register_outlets, register_source
    from tarkka.sample.outlets import outlet_rows
    from tarkka.sample.people import household_facts, households, write_people
    from tarkka.sample.receipts import place_year, prepare, weeks_until, write_ndjson, write_parquet

    sample = prepare()
    rows = outlet_rows(sample.outlets)
    register_outlets((row["code"], row["name"], row["chain"]) for row in rows)
    people = folder / "people.ndjson"
    write_people(people, households(household_facts(sample.connection)))
    everyone = read_households(people, load_rulebook().time_zone)
    register_households(household for household in everyone if isinstance(household, NewHousehold))
    chains = sorted({row["chain"] for row in rows})
    token = {name: register_source(name, chains=chains) for name in ("ndjson", "parquet", "http")}["http"]
    # Placed on the last twelve months, where the ten chains are at PRODUCT throughout.
    place_year(sample, people, weeks_until(date.today()))  # noqa: DTZ011
    files = {"ndjson": folder / "year.ndjson", "parquet": folder / "year.parquet"}
    write_ndjson(sample.connection, files["ndjson"])
    write_parquet(sample.connection, files["parquet"])
    return files, token


def load_generated(receipts: int, folder: Path) -> float:
    """Generate receipts, register their people, take them, and return the intake's seconds."""
    from tarkka.description.queries import load_rulebook
    from tarkka.people.files import read_households
    from tarkka.people.registering import NewHousehold, register_households
    from tarkka.sample.generate import generate
    from tarkka.sample.receipts import prepare, weeks_until

    sample = prepare()
    parts = list(generate(sample, receipts, folder, seed=1, weeks=weeks_until(date.today()), form="parquet"))  # noqa: DTZ011
    sample.connection.close()
    everyone = read_households(folder / "people.ndjson", load_rulebook().time_zone)
    register_households(household for household in everyone if isinstance(household, NewHousehold))
    return sum(take(part.path, "parquet") for part in parts)


class Bare:
    """The rows that the intake wrote, copied by one connection into tables of the same make."""

    def __init__(self) -> None:
        self._rows: dict[str, list[bytes]] = {}
        with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
            db.execute("CREATE SCHEMA bare")
            for table in TABLES:
                [(columns,)] = db.execute(  # what is generated is not copied
                    """
                    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                    """,
                    [table],
                ).fetchall()
                with db.cursor().copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT") as copy:
                    self._rows[table] = [bytes(part) for part in copy]
                db.execute(f"CREATE TABLE bare.{table} (LIKE {table} INCLUDING ALL) PARTITION BY RANGE (purchased_at)")
                for name, bound in db.execute(
                    """
                    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
                    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                    WHERE i.inhparent = %s::regclass
                    """,
                    [table],
                ).fetchall():
                    db.execute(f"CREATE TABLE bare.{name} PARTITION OF bare.{table} {bound}")
        self.lines = sum(part.count(b"\n") for part in self._rows["receipt_line"])

    def copy(self) -> float:
        """Copy everything and return the seconds."""
        with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
            for table in TABLES:
                db.execute(f"TRUNCATE bare.{table}")
            db.execute("CHECKPOINT")
            start = time.perf_counter()
            for table in TABLES:
                # In pieces of about a megabyte, as the driver likes them.
                with db.cursor().copy(f"COPY bare.{table} FROM STDIN") as copy:
                    for piece in _pieces(self._rows[table]):
                        copy.write(piece)
            return time.perf_counter() - start


def _pieces(parts: list[bytes]) -> Iterator[bytes]:
    for start in range(0, len(parts), 10_000):
        yield b"".join(parts[start : start + 10_000])


def empty() -> None:
    """Forget every receipt, so that the same file can be taken again."""
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        db.execute("TRUNCATE receipt, receipt_group, receipt_line, receipt_key, cardless_receipt")
        db.execute("CHECKPOINT")


def take(path: Path, source: str) -> float:
    """Take a file and return the seconds."""
    from tarkka.purchases.files import take_file
    from tarkka.purchases.queries import source_id

    start = time.perf_counter()
    report = take_file(path, source_id(source) or 0)
    assert not report.counts["rejected"], report.counts
    return time.perf_counter() - start


def measure(runs: int = 3) -> None:
    """Print the intake's figures."""
    with tempfile.TemporaryDirectory() as folder:
        files, token = load_people(Path(folder))
        take(files["ndjson"], "ndjson")
        bare = Bare()
        megabytes = files["ndjson"].stat().st_size >> 20
        print(f"\nIntake: {bare.lines:,} lines of {megabytes} MB NDJSON, at PRODUCT level")
        ratios: dict[str, list[float]] = {"ndjson": [], "parquet": [], "http": []}
        speeds: dict[str, list[float]] = {"bare": [], "ndjson": [], "parquet": [], "http": []}
        for _ in range(runs):
            alone = bare.copy()
            speeds["bare"].append(bare.lines / alone)
            for name in ratios:
                empty()
                seconds = post(files["ndjson"], token) if name == "http" else take(files[name], name)
                ratios[name].append(alone / seconds)
                speeds[name].append(bare.lines / seconds)
        tell("bare COPY, one connection", _speed(speeds["bare"]))
        for name, bar in (("ndjson", "0.8"), ("parquet", "0.8"), ("http", "0.4")):
            ratio = sorted(ratios[name])
            tell(
                f"{name}, of bare COPY",
                f"{ratio[len(ratio) // 2]:.2f} ({ratio[0]:.2f}–{ratio[-1]:.2f}), {_speed(speeds[name])}",
                f"at least {bar}",
            )
        memory(files["ndjson"], Path(folder))


def _speed(speeds: list[float]) -> str:
    return f"{sorted(speeds)[len(speeds) // 2]:,.0f} lines/s"


def memory(file: Path, folder: Path) -> None:
    """Print how large the intake's processes grow over the file, and over the same four times."""
    larger = folder / "larger.ndjson"
    with larger.open("wb") as out:
        for _ in range(4):
            out.write(file.read_bytes())
    peaks = [_peak_megabytes(path) for path in (file, larger)]
    tell("memory of all its processes: the file, four times the file", f"{peaks[0]} MB, {peaks[1]} MB", "flat")


def _peak_megabytes(path: Path) -> int:
    """The largest sum of what the command's processes hold for themselves, looked at twenty times a second."""
    command = [sys.executable, "-m", "tarkka.cli.main", "intake", str(path), "--source", "ndjson"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            with suppress(psutil.Error):
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                peak = max(peak, sum(member.memory_info().rss for member in family))
            time.sleep(0.05)
    return peak >> 20


def post(file: Path, token: str) -> float:
    """Send a file over HTTP in bodies of five thousand receipts from two senders, and return the seconds."""
    with served() as port, file.open("rb") as lines, ThreadPoolExecutor(2) as senders:
        start = time.perf_counter()
        bodies = iter(lambda: b"".join(islice(lines, 5_000)), b"")
        waiting = set()
        for body in bodies:
            waiting.add(senders.submit(_send, port, token, body))
            if len(waiting) >= 4:
                _, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        wait(waiting)
        return time.perf_counter() - start


def _send(port: int, token: str, body: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    connection.request("POST", "/api/v1/receipts", body, headers)
    answer = json.loads(connection.getresponse().read())
    assert answer["rejected"] == 0, answer
