"""Receipt files as JSON texts, a part at a time: NDJSON, CSV and Parquet. Memory does not grow with the file.

Every format becomes the same JSON texts, so that there is one set of rules. What cannot be read as a receipt's text
becomes a rejection in its place, and the file goes on. Nothing is written to disk on the way.
"""

import codecs
import csv
import glob
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from tarkka.purchases.feed import BATCH_RECEIPTS, RECEIPT_BYTES, Rejection

PART_BYTES = 8 * 1024 * 1024

_OPTIONAL = ("refers_to", "card")
_TEXTS = (
    "receipt_id",
    "kind",
    "outlet",
    "channel",
    "purchased_at",
    "currency",
    "total",
    "bonus_eligible",
    "card_benefit",
)
_RECEIPT = (*_TEXTS, *_OPTIONAL)
_GROUP = ("group", "amount")
_LINE = ("line", "gtin", "product_code", "name", "group", "quantity", "unit", "amount", "lot")
_ONLY_OF_LINES = tuple(name for name in _LINE if name not in _GROUP)
_OF_A_ROW = (*_RECEIPT, "payments")
CSV_COLUMNS = (*_OF_A_ROW, *_LINE)
PARQUET_COLUMNS = (*_OF_A_ROW, "lines", "groups")
PARQUET_NEEDED = (*_TEXTS, "payments")

_ROWS_OF_A_RECEIPT = 5_000
"""As many lines as a receipt may have. One more row is kept, so that the rule tells it; the rest need no memory."""

Numbered = tuple[int, bytes | Rejection, float]
"""Where a receipt stood, its JSON text, and the share of the file that has been read with it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some receipts of a file. `numbers` tells where each stood: its line (NDJSON, CSV) or row (Parquet), from 1.

    `done` is the share of the file that has been read by its end.
    """

    numbers: list[int]
    raws: list[bytes | Rejection]
    done: float


class UnreadableFile(ValueError):
    """The file is not of a format that is taken, lacks columns, or is damaged. The message says what to do."""


def reader(path: Path) -> Callable[[], Iterator[Part]]:
    """Return what reads the file from its beginning, as often as it is called.

    Raises UnreadableFile at once if the format is wrong; what is returned raises it if the file is damaged further on.
    """
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        raise UnreadableFile(f"{path.name} is empty")
    if start.startswith(b"PAR1"):
        _check_parquet(path)
        return partial(_parts, path, _parquet_rows)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile(f"{path.name} is in UTF-16: write it in UTF-8")
    if start.startswith(b"\x1f\x8b"):
        raise UnreadableFile(f"{path.name} is packed: unpack it first")
    if path.suffix.lower() == ".csv":
        _columns(path)
        return partial(_parts, path, _csv_receipts)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        raise UnreadableFile(f"{path.name} is a JSON array: write one receipt a line (NDJSON)")
    return partial(_parts, path, _ndjson_lines)


def _parts(path: Path, read: Callable[[Path], Iterable[Numbered]]) -> Iterator[Part]:
    """Gather receipts into parts of a bounded size."""
    numbers: list[int] = []
    raws: list[bytes | Rejection] = []
    size = 0
    done = 0.0
    for number, raw, done in read(path):
        numbers.append(number)
        raws.append(raw)
        size += len(raw) if isinstance(raw, bytes) else 0
        if size >= PART_BYTES or len(raws) >= BATCH_RECEIPTS:
            yield Part(numbers, raws, done)
            numbers, raws, size = [], [], 0
    if raws:
        yield Part(numbers, raws, done)


def _ndjson_lines(path: Path) -> Iterator[Numbered]:
    """Every line that is not blank, the first without a byte order mark."""
    total = path.stat().st_size or 1
    read = number = 0
    with path.open("rb", buffering=1 << 20) as file:
        while line := file.readline(RECEIPT_BYTES):
            number += 1
            read += len(line)
            is_too_long = len(line) == RECEIPT_BYTES
            while is_too_long and not line.endswith(b"\n") and (line := file.readline(RECEIPT_BYTES)):
                read += len(line)
            if is_too_long:
                yield number, Rejection("too_long"), read / total
            elif not line.isspace():
                yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, read / total


def _check_parquet(path: Path) -> None:
    try:
        with duckdb.connect() as db:
            described = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [glob.escape(str(path))]).fetchall()
    except duckdb.Error:
        raise UnreadableFile(f"{path.name} is not a whole Parquet file") from None
    types = {row[0]: row[1] for row in described}
    _check_columns(path, list(types), PARQUET_NEEDED, PARQUET_COLUMNS)
    for name in _RECEIPT:
        # A column that has nothing but nulls may be of no type at all.
        if types.get(name, "VARCHAR") not in ("VARCHAR", '"NULL"'):
            raise UnreadableFile(f"{path.name}: the column {name} is {types[name]}; write it as text")


def _parquet_rows(path: Path) -> Iterator[Numbered]:
    """Each row as the JSON text that the same receipt would be in an NDJSON file."""
    name = glob.escape(str(path))
    number = 0
    try:
        # No temporary folder: what does not fit in memory must not go to disk.
        with duckdb.connect(config={"threads": 1, "temp_directory": ""}) as db:
            count = db.execute("SELECT count(*) FROM read_parquet(?)", [name]).fetchall()[0][0] or 1
            rows = db.execute("SELECT to_json(receipt) FROM read_parquet(?) AS receipt", [name])
            while fetched := rows.fetchmany(2_000):
                for (text,) in fetched:
                    number += 1
                    yield number, text.encode(), number / count
    except duckdb.Error:
        # Its message may quote what it could not read.
        raise UnreadableFile(f"{path.name} is damaged after row {number}; what was read before it is taken") from None


def _csv_receipts(path: Path) -> Iterator[Numbered]:
    """Rows that stand together and agree in the receipt's own columns are one receipt: a row for each line or group."""
    rows: list[dict[str, str]] = []
    first, done = 0, 0.0
    for number, row, done in _csv_rows(path, _columns(path)):
        if rows and (isinstance(row, Rejection) or any(row[name] != rows[0][name] for name in _OF_A_ROW)):
            yield first, _csv_receipt(rows), done
            rows = []
        if isinstance(row, Rejection):
            yield number, row, done
            continue
        if not rows:
            first = number
        if len(rows) <= _ROWS_OF_A_RECEIPT:
            rows.append(row)
    if rows:
        yield first, _csv_receipt(rows), done


def _csv_rows(path: Path, columns: list[str]) -> Iterator[tuple[int, dict[str, str] | Rejection, float]]:
    """A row is a line: so a quote that is never closed spoils one row and not the rest of the file."""
    for number, line, done in _ndjson_lines(path):
        if number == 1:
            continue
        fields = line if isinstance(line, Rejection) else _fields(line)
        if isinstance(fields, Rejection):
            yield number, fields, done
        elif len(fields) != len(columns):
            yield number, Rejection("bad_row"), done
        else:
            yield number, dict(zip(columns, fields, strict=True)), done


def _columns(path: Path) -> list[str]:
    with path.open("rb") as file:
        line = file.readline(RECEIPT_BYTES).removeprefix(codecs.BOM_UTF8)
    columns = _fields(line)
    if isinstance(columns, Rejection):
        raise UnreadableFile(f"{path.name}: the header is not UTF-8, or its quotes do not match")
    _check_columns(path, columns, CSV_COLUMNS, CSV_COLUMNS)
    return columns


def _fields(line: bytes) -> list[str] | Rejection:
    try:
        return next(csv.reader([line.decode().rstrip("\r\n")], strict=True), [])
    except (csv.Error, UnicodeDecodeError):
        return Rejection("bad_row")


def _check_columns(path: Path, found: list[str], needed: Iterable[str], known: Iterable[str]) -> None:
    missing = [name for name in needed if name not in found]
    unknown = [name for place, name in enumerate(found) if name not in known or name in found[:place]]
    what = [f"has no column {', '.join(missing)}"] if missing else []
    what += [f"has a column that the format has not, or has twice: {', '.join(unknown)}"] if unknown else []
    if what:
        raise UnreadableFile(f"{path.name} {' and '.join(what)}; docs/receipts.md lists the columns of each format")


def _csv_receipt(rows: list[dict[str, str]]) -> bytes:
    """One receipt's rows as its JSON text. An empty field is an absent one."""
    first = rows[0]
    receipt: dict[str, object] = {name: first[name] for name in _RECEIPT if first[name]}
    try:
        receipt["payments"] = json.loads(first["payments"] or "[]")
    except (ValueError, RecursionError):
        receipt["payments"] = None  # the shape's own rule says so, with its place
    if any(row[name] for row in rows for name in _ONLY_OF_LINES):
        receipt["lines"] = [
            {name: _line_number(row[name]) if name == "line" else row[name] for name in _LINE if row[name]}
            for row in rows
        ]
    elif any(row[name] for row in rows for name in _GROUP):
        receipt["groups"] = [{name: row[name] for name in _GROUP if row[name]} for row in rows]
    return json.dumps(receipt).encode()


def _line_number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
