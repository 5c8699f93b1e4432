"""Any number of receipts with the data set's distributions: households are drawn and copied, with people of their own.

A copy buys what its original bought, on the same days and in the same hours, so basket sizes, repeat purchases, seasons
and hours are the data set's own. Written in parts, in order of time, so that memory stays flat at any number.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from tarkka.sample.groups import product_groups
from tarkka.sample.outlets import Outlet, outlet_rows
from tarkka.sample.people import household_facts, households, write_people
from tarkka.sample.receipts import (
    Sample,
    count_receipts,
    read_cards,
    schedule,
    set_calendar,
    write_ndjson,
    write_parquet,
)
from tarkka.sample.source import statement

Format = Literal["ndjson", "parquet"]

_PART_RECEIPTS = 100_000
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Part:
    """A file of receipts that has been written."""

    path: Path
    receipts: int


def write_outlets(path: Path, outlets: list[Outlet]) -> None:
    """Write outlets.json: a list of code, name and chain."""
    _write_json(path, outlet_rows(outlets))


def write_groups(path: Path) -> None:
    """Write groups.json: a list of code and names in Finnish, Swedish and English."""
    _write_json(
        path,
        [
            {"code": group.code, "name_fi": group.name_fi, "name_sv": group.name_sv, "name_en": group.name_en}
            for group in product_groups()
        ],
    )


def _write_json(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def draw_households(sample: Sample, receipts: int, seed: int, people: Path) -> int:
    """Draw households that have `receipts` receipts between them and write their people file; return how many persons.

    The copies are counted from 1, so their people are never those of the data set's own year.
    """
    connection = sample.connection
    connection.execute(statement("drawn"), [receipts, seed])
    drawn = set(connection.execute("SELECT household_id, round FROM drawn").fetchall())
    rounds = max(round_ for _, round_ in drawn)
    everyone = households(household_facts(connection), rounds + 1)
    return write_people(people, (one for one in everyone if (one.household_id, one.round) in drawn))


def generate(
    sample: Sample, receipts: int, folder: Path, *, seed: int, weeks: int, form: Format = "ndjson"
) -> Iterator[Part]:
    """Write people.ndjson and exactly `receipts` receipts to `folder`, and yield each part as it is ready.

    The same arguments give the same files. `weeks` moves the year, as in `place_year`. Up to a hundred thousand
    receipts are one file, receipts.ndjson or .parquet; more are receipts-001 and so on, the returns in the last.
    Raises ValueError if `receipts` is not positive.
    """
    if receipts < 1:
        raise ValueError("at least one receipt is needed")
    connection = sample.connection
    people = folder / "people.ndjson"
    draw_households(sample, receipts, seed, people)
    first = set_calendar(connection, weeks)
    read_cards(connection, people)
    connection.execute(
        "CREATE OR REPLACE TABLE placed AS SELECT household_id, round, deck, keep, ? AS prefix, '-' || round AS suffix"
        " FROM deck JOIN drawn USING (household_id, round)",
        [f"{first:%y%m%d}s{seed}"],
    )
    write = write_ndjson if form == "ndjson" else write_parquet
    count = -(-receipts // _PART_RECEIPTS)
    if count == 1:
        schedule(connection)
        path = folder / f"receipts.{form}"
        write(connection, path)
        yield Part(path, count_receipts(connection))
        return
    bounds = [number * _YEAR_DAYS // count for number in range(count + 1)]
    parts = [*((("sale",), days) for days in pairwise(bounds)), (("return",), (0, _YEAR_DAYS))]
    for number, (kinds, days) in enumerate(parts, start=1):
        schedule(connection, kinds, days)
        path = folder / f"receipts-{number:03d}.{form}"
        write(connection, path)
        yield Part(path, count_receipts(connection))
