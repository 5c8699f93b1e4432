"""An extract as a zip of JSON, CSV and PDF, made while it is sent: the small parts first, the PDF last.

JSON is described by docs/extract.schema.json; CSV is one file a table.
"""

import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import astuple
from zipstream import ZipStream

from tarkka.documents.pdf import long_pdf
from tarkka.documents.spreadsheets import csv_part, no_formula
from tarkka.rights import rows
from tarkka.rights.about import About
from tarkka.rights.extract import Extract
from tarkka.rights.paper import paper
from tarkka.rights.tables import TABLES, Table

FORMAT = 1
_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_PART = 1000
"""Rows that are encoded at a time."""


def archive(extract: Extract) -> Iterator[bytes]:
    """Yield a zip of `extract.json`, `csv/*.csv` and `extract.pdf`."""
    # The PDF takes longest: it is begun first, and made beside the rest by a process of its own.
    with ThreadPoolExecutor(1) as worker:
        paper_made = worker.submit(long_pdf, "rights/extract.typ", paper(extract), extract.language)
        parts = ZipStream(compress_type=zipfile.ZIP_DEFLATED)
        parts.add(as_json(extract), "extract.json")
        for table in TABLES:
            parts.add(as_csv(table, extract.tables[table.name]), f"csv/{table.name}.csv")
        parts.add(_when_made(paper_made), "extract.pdf", compress_type=zipfile.ZIP_STORED)
        yield from parts


def _when_made(made: Future[bytes]) -> Iterator[bytes]:
    yield made.result()


def as_json(extract: Extract) -> Iterator[bytes]:
    """Yield the JSON document, whose type is `document_type`."""
    encode = msgspec.json.Encoder(order=None).encode
    head = {"format": FORMAT, "made_at": extract.made_at, "language": extract.language, "about": extract.about}
    yield encode(head | {"person": extract.person})[:-1]
    for table in TABLES[1:]:
        yield b',"%s":[' % table.name.encode()
        found = extract.tables[table.name]
        for start in range(0, len(found), _PART):
            yield (b"," if start else b"") + encode(found[start : start + _PART])[1:-1]
        yield b"]"
    yield b"}\n"


@cache
def document_type() -> Any:  # noqa: ANN401  # a struct made of the tables
    """Return the struct of the JSON document."""
    fields: list[tuple[str, Any]] = [("format", int), ("made_at", rows.Moment), ("language", str), ("about", About)]
    fields += [(table.name, list[table.row]) for table in TABLES]  # type: ignore[name-defined]
    fields[4] = ("person", rows.Person)
    return msgspec.defstruct(
        "Extract", fields, frozen=True, forbid_unknown_fields=True, namespace={"__doc__": "Everything on one person."}
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the JSON document."""
    return {"$schema": _SCHEMA, "title": "Register extract"} | msgspec.json.schema(document_type())


def as_csv(table: Table, found: list[rows.Row]) -> Iterator[bytes]:
    """Yield the rows with a head of the fields' names."""
    yield csv_part([table.row.__struct_fields__], is_first=True)
    for start in range(0, len(found), _PART):
        part = found[start : start + _PART]
        yield csv_part(([_CELLS[type(value)](value) for value in astuple(row)] for row in part), is_first=False)


_CELLS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: "{:f}".format,
    int: str,
    str: no_formula,
    tuple: lambda paid: no_formula("; ".join(f"{each.method} {each.amount:f}" for each in paid)),
    type(None): lambda _: "",
}
"""What a value is in a cell."""
