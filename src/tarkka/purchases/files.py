"""Receipt files: NDJSON, CSV and Parquet, read a part at a time and taken by two processes at once.

Every format becomes the same JSON texts, so that there is one set of rules. Nothing is written to disk on the way. Sales are taken in a
first pass and returns in a second, since a return may stand anywhere in a file and needs its sale. Memory does not grow with the file.
"""

import csv
import io
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any

import django
import duckdb
import psycopg

from tarkka.purchases.feed import REASONS
from tarkka.purchases.intake import BATCH_RECEIPTS, Intake, counts

PROCESSES = 2
PART_BYTES = 8 * 1024 * 1024
LINE_LIMIT = 4 * 1024 * 1024
"""A longer line is no receipt: it is passed over and rejected, not kept in memory."""

_RECEIPT_COLUMNS = ("receipt_id", "kind", "refers_to", "outlet", "channel", "purchased_at", "card", "currency")
_RECEIPT_AMOUNTS = ("total", "bonus_eligible", "card_benefit")
_LINE_COLUMNS = ("line", "gtin", "product_code", "name", "group", "quantity", "unit", "amount", "lot")
CSV_COLUMNS = (*_RECEIPT_COLUMNS, *_RECEIPT_AMOUNTS, "payments", *_LINE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Part:
    """Some receipts of a file as JSON texts. `numbers` tells where each stood: its line (NDJSON, CSV) or row (Parquet), from 1.

    None stands for a text that was too long to be a receipt. `done` is the share of the file that has been read by its end.
    """

    numbers: list[int]
    raws: list[bytes | None]
    done: float


class UnreadableFile(ValueError):  # noqa: N818  # it says what the file is
    """The file is not of a format that is taken, or has not the columns that it must have. The message says which."""


@dataclass(slots=True)
class Report:
    """What became of a file: how many were accepted (by level, or without a card), duplicate and rejected."""

    counts: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """Return the counts as the report file has them."""
        return {
            "accepted": self.counts["accepted"],
            "accepted_by_level": {level: self.counts[level] for level in ("TOTAL", "GROUP", "PRODUCT")},
            "without_card": self.counts["without_card"],
            "duplicate": self.counts["duplicate"],
            "rejected": self.counts["rejected"],
        }


def take_file(path: Path, source_id: int, *, report: IO[str] | None = None, told: Callable[[float], None] = lambda _: None) -> Report:
    """Take every receipt of a file and return the counts. `told` gets the share of the work done, from 0 to 1.

    `report` is written as JSON while the work goes on: each rejected receipt with its place, and the counts at the end.
    It may be stopped at any moment and run again on the same file: what was taken is then `duplicate`.
    Raises UnreadableFile before anything is taken.
    """
    read = _reader(path)
    result = Report()
    has_returns = False
    rejections = _Rejections(report)
    work = partial(_work, os.environ["TARKKA_DATABASE_URL"], source_id)
    # Each worker sets Django up first: what it is sent after that needs the models.
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), django.setup) as pool:
        for part, outcome in _spread(pool, work, read(path), "sale"):
            has_returns = has_returns or outcome.skipped
            result.counts += outcome.counts
            rejections.add(part, outcome)
            told(part.done * 0.95)
        if has_returns:
            for part, outcome in _spread(pool, work, map(_returns, read(path)), "return"):
                result.counts += outcome.counts
                rejections.add(part, outcome)
                told(0.95 + part.done * 0.05)
    rejections.close(result)
    told(1)
    return result


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a worker tells of a part: counts, each rejection's place in the part, and whether it left some for the other pass."""

    counts: Counter[str]
    rejected: list[tuple[int, str | None, str, str]]
    skipped: bool


class _Rejections:
    """Writes the report as the work goes on, so that a file of nothing but mistakes needs no memory either."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file
        self._separator = "\n"
        if file:
            file.write('{"rejected_receipts": [')

    def add(self, part: Part, outcome: _Outcome) -> None:
        if self._file:
            for place, receipt_id, reason, where in outcome.rejected:
                entry = {"at": part.numbers[place], "receipt_id": receipt_id, "reason": reason, "place": where, "remedy": REASONS[reason]}
                self._file.write(self._separator + json.dumps(entry, ensure_ascii=False))
                self._separator = ",\n"

    def close(self, report: Report) -> None:
        if self._file:
            self._file.write("\n],\n" + json.dumps(report.as_dict())[1:] + "\n")


def _returns(part: Part) -> Part:
    """The receipts of a part that may be returns: cheaply told here, rightly in the worker."""
    kept = [(number, raw) for number, raw in zip(part.numbers, part.raws, strict=True) if raw is not None and b"return" in raw]
    return Part([number for number, _ in kept], [raw for _, raw in kept], part.done)


def _spread(pool: ProcessPoolExecutor, work: Callable[..., _Outcome], parts: Iterator[Part], kind: str) -> Iterator[tuple[Part, _Outcome]]:
    """Give the parts to the workers, never more than two ahead of each, and yield what became of them as they end."""
    waiting: dict[Future[_Outcome], Part] = {}
    for part in parts:
        waiting[pool.submit(work, part.raws, kind)] = part
        if len(waiting) >= 2 * PROCESSES:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future.result()


@cache
def _worker(url: str, source_id: int) -> Intake:
    """This worker process's intake, over a connection of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends us at a part's end
    return Intake(psycopg.connect(url, autocommit=True), source_id)


def _work(url: str, source_id: int, raws: list[bytes | None], kind: str) -> _Outcome:
    verdicts = _worker(url, source_id).take(raws, kind)
    rejected = [
        (place, receipt_id, verdict.rejection.reason, verdict.rejection.place)
        for place, (receipt_id, verdict) in enumerate(verdicts)
        if verdict and verdict.rejection
    ]
    return _Outcome(counts(verdict for _, verdict in verdicts), rejected, any(verdict is None for _, verdict in verdicts))


def _reader(path: Path) -> Callable[[Path], Iterator[Part]]:
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        with duckdb.connect() as db:
            columns = {row[0] for row in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()}
        _refuse_missing(path, columns, {*_RECEIPT_COLUMNS, *_RECEIPT_AMOUNTS, "payments"} - {"refers_to", "card"})
        return _read_parquet
    if path.suffix.lower() == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as text:
            header = next(csv.reader(text), [])
        _refuse_missing(path, set(header), set(CSV_COLUMNS))
        return _read_csv
    return _read_ndjson


def _refuse_missing(path: Path, columns: set[str], needed: set[str]) -> None:
    missing = sorted(needed - columns)
    if missing:
        raise UnreadableFile(f"{path.name} has no column {', '.join(missing)}; docs/receipts.md lists the columns of each format")


def _parts(receipts: Iterable[tuple[int, bytes | None, float]]) -> Iterator[Part]:
    """Gather receipts into parts of a bounded size."""
    numbers: list[int] = []
    raws: list[bytes | None] = []
    size = 0
    done = 0.0
    for number, raw, done in receipts:
        numbers.append(number)
        raws.append(raw)
        size += len(raw or b"")
        if size >= PART_BYTES or len(raws) >= BATCH_RECEIPTS:
            yield Part(numbers, raws, done)
            numbers, raws, size = [], [], 0
    if raws:
        yield Part(numbers, raws, done)


def _read_ndjson(path: Path) -> Iterator[Part]:
    return _parts(_ndjson_lines(path))


def _ndjson_lines(path: Path) -> Iterator[tuple[int, bytes | None, float]]:
    total = path.stat().st_size or 1
    read = number = 0
    with path.open("rb", buffering=1 << 20) as file:
        while line := file.readline(LINE_LIMIT):
            number += 1
            read += len(line)
            is_too_long = len(line) == LINE_LIMIT
            while is_too_long and not line.endswith(b"\n") and (line := file.readline(LINE_LIMIT)):
                read += len(line)
            if is_too_long or not line.isspace():
                yield number, None if is_too_long else line, read / total


def _read_parquet(path: Path) -> Iterator[Part]:
    return _parts(_parquet_rows(path))


def _parquet_rows(path: Path) -> Iterator[tuple[int, bytes | None, float]]:
    """Each row as the JSON text that the same receipt would be in an NDJSON file."""
    with duckdb.connect(config={"threads": 1, "temp_directory": ""}) as db:
        count = db.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()[0][0] or 1
        rows = db.execute("SELECT to_json(receipt) FROM read_parquet(?) AS receipt", [str(path)])
        number = 0
        while fetched := rows.fetchmany(2_000):
            for (text,) in fetched:
                number += 1
                yield number, text.encode(), number / count


def _read_csv(path: Path) -> Iterator[Part]:
    return _parts(_csv_receipts(path))


def _csv_receipts(path: Path) -> Iterator[tuple[int, bytes | None, float]]:
    """Rows that stand together and have the same `receipt_id` are one receipt: a row a line, or a row a group, or one row alone."""
    total = path.stat().st_size or 1
    with path.open("rb") as raw:
        rows = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline=""))
        for _, together in groupby(enumerate(rows, start=2), key=lambda numbered: numbered[1]["receipt_id"]):
            numbered = list(together)
            yield numbered[0][0], _csv_receipt([row for _, row in numbered]), raw.tell() / total


def _csv_receipt(rows: list[dict[str, Any]]) -> bytes:
    first = rows[0]
    receipt: dict[str, Any] = {name: first[name] for name in (*_RECEIPT_COLUMNS, *_RECEIPT_AMOUNTS) if first[name]}
    try:
        receipt["payments"] = json.loads(first["payments"] or "[]")
    except (json.JSONDecodeError, RecursionError):
        receipt["payments"] = None  # the shape's own rule says so, with its place
    if any(row["name"] for row in rows):
        lines = [{name: row[name] for name in _LINE_COLUMNS if row[name]} for row in rows]
        receipt["lines"] = [{**line, "line": int(line["line"])} if str(line.get("line", "")).isdecimal() else line for line in lines]
    elif any(row["group"] for row in rows):
        receipt["groups"] = [{"group": row["group"], "amount": row["amount"]} for row in rows]
    return json.dumps(receipt).encode()
