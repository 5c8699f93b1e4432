"""Receipt files as JSON texts, a part at a time: NDJSON, CSV and Parquet. Memory does not grow with the file.

A part is told by where it stands, and read by the process that takes it: sending receipts between processes costs as
much as reading them. Every format becomes the same JSON texts, so that there is one set of rules. What cannot be read
as a receipt's text becomes a rejection in its place, and the file goes on. Nothing is written to disk on the way.
"""

import codecs
import csv
import glob
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb

from tarkka.purchases.feed import RECEIPT_BYTES, Rejection

PART_BYTES = 8 * 1024 * 1024
"""How much NDJSON is a part; a line that it cuts belongs to it."""

CSV_RECEIPTS = 2_000
"""How many receipts of CSV are a part. They are sent to who takes them, since rows are one receipt only together."""

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
_LINE = ("line", "gtin", "product_code", "name", "group", "quantity", "unit", "amount", "lot", "vat_rate")
_ONLY_OF_LINES = tuple(name for name in _LINE if name not in _GROUP)
_OF_A_ROW = (*_RECEIPT, "payments")
CSV_COLUMNS = (*_OF_A_ROW, *_LINE)
PARQUET_COLUMNS = (*_OF_A_ROW, "lines", "groups")
PARQUET_NEEDED = (*_TEXTS, "payments")

_ROWS_OF_A_RECEIPT = 5_000
"""As many lines as a receipt may have. One more row is kept, so that the rule tells it; the rest need no memory."""

Numbered = tuple[int, bytes | Rejection]
"""Where a receipt stood, its line (NDJSON, CSV) or row (Parquet) from 1, and its JSON text."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some receipts of a file. `read` reads them, in another process too; `done` is the file's share to its end."""

    read: Callable[[], Iterable[Numbered]]
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
        return partial(_parquet_parts, path)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile(f"{path.name} is in UTF-16: write it in UTF-8")
    if start.startswith(b"\x1f\x8b"):
        raise UnreadableFile(f"{path.name} is packed: unpack it first")
    if path.suffix.lower() == ".csv":
        _columns(path)
        return partial(_csv_parts, path)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        raise UnreadableFile(f"{path.name} is a JSON array: write one receipt a line (NDJSON)")
    return partial(_ndjson_parts, path)


def _ndjson_parts(path: Path) -> Iterator[Part]:
    size = path.stat().st_size or 1
    start, number = 0, 1
    with path.open("rb") as file:
        while block := file.read(PART_BYTES):
            count, rest = block.count(b"\n"), block[-1:]
            del block  # not to be held beside a long line
            while not rest.endswith(b"\n") and (rest := file.readline(RECEIPT_BYTES)):
                count += rest.endswith(b"\n")
            end = file.tell()
            yield Part(partial(_ndjson_receipts, path, start, end, number), end / size)
            start, number = end, number + count


def _ndjson_receipts(path: Path, start: int, end: int, number: int) -> Iterator[Numbered]:
    with path.open("rb", buffering=1 << 20) as file:
        file.seek(start)
        yield from _lines(file, end, number)


def _lines(file: BinaryIO, end: float, number: int) -> Iterator[Numbered]:
    """Every line up to the byte `end` that is not blank, the file's first without a byte order mark."""
    while file.tell() < end and (line := file.readline(RECEIPT_BYTES)):
        is_too_long = len(line) == RECEIPT_BYTES
        while is_too_long and not line.endswith(b"\n") and (line := file.readline(RECEIPT_BYTES)):
            pass
        if is_too_long:
            yield number, Rejection("too_long")
        elif not line.isspace():
            yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        number += 1


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


def _parquet_parts(path: Path) -> Iterator[Part]:
    """A part is a row group: what is in the middle of one cannot be read without what stands before it."""
    with _duckdb() as db:
        groups = db.execute(
            "SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(?) ORDER BY 1",
            [glob.escape(str(path))],
        ).fetchall()
    total = sum(count for _, count in groups)
    first = 0
    for _, count in groups:
        yield Part(partial(_parquet_receipts, path, first, count), (first + count) / total)
        first += count


def _parquet_receipts(path: Path, first: int, count: int) -> Iterator[Numbered]:
    """Each row as the JSON text that the same receipt would be in an NDJSON file."""
    number = first
    try:
        with _duckdb() as db:
            rows = db.execute(
                """
                SELECT encode(to_json(receipt)::VARCHAR) FROM (
                    SELECT * EXCLUDE (file_row_number) FROM read_parquet(?, file_row_number = true)
                    WHERE file_row_number BETWEEN ? AND ?) receipt
                """,
                [glob.escape(str(path)), first, first + count - 1],
            )
            while fetched := rows.fetchmany(2_000):
                for (text,) in fetched:
                    number += 1
                    yield number, text
    except duckdb.Error:
        # Its message may quote what it could not read.
        raise UnreadableFile(f"{path.name} is damaged after row {number}; others may be taken before it") from None


def _duckdb() -> duckdb.DuckDBPyConnection:
    """Without a temporary folder: what does not fit in memory must not go to disk."""
    return duckdb.connect(config={"threads": 1, "temp_directory": ""})


def _csv_parts(path: Path) -> Iterator[Part]:
    size = path.stat().st_size
    with path.open("rb") as file:
        receipts = _csv_receipts(_csv_rows(_lines(file, size, 1), _columns(path)))
        while part := list(islice(receipts, CSV_RECEIPTS)):
            yield Part(partial(iter, part), file.tell() / size)


def _csv_receipts(rows: Iterable[tuple[int, dict[str, str] | Rejection]]) -> Iterator[Numbered]:
    """Rows that stand together and agree in the receipt's own columns are one receipt: a row for each line or group."""
    receipt: list[dict[str, str]] = []
    first = 0
    for number, row in rows:
        if receipt and (isinstance(row, Rejection) or any(row[name] != receipt[0][name] for name in _OF_A_ROW)):
            yield first, _csv_receipt(receipt)
            receipt = []
        if isinstance(row, Rejection):
            yield number, row
            continue
        if not receipt:
            first = number
        if len(receipt) <= _ROWS_OF_A_RECEIPT:
            receipt.append(row)
    if receipt:
        yield first, _csv_receipt(receipt)


def _csv_rows(lines: Iterable[Numbered], columns: list[str]) -> Iterator[tuple[int, dict[str, str] | Rejection]]:
    """A row is a line: so a quote that is never closed spoils one row and not the rest of the file."""
    for number, line in lines:
        if number == 1:
            continue
        fields = line if isinstance(line, Rejection) else _fields(line)
        if isinstance(fields, Rejection):
            yield number, fields
        elif len(fields) != len(columns):
            yield number, Rejection("bad_row")
        else:
            yield number, dict(zip(columns, fields, strict=True))


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
