"""The sample's receipts in time: the data set's year placed where it is wanted, and written as Tarkka's feed files.

`prepare` maps the data set once; `place_year` says which year and whose cards; the writers write what is placed.
All rows stay inside DuckDB.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from tarkka.sample.outlets import Outlet, make_outlets
from tarkka.sample.products import make_products
from tarkka.sample.source import connect, statement

_VAT = tomllib.loads((Path(__file__).parent / "vat.toml").read_text(encoding="utf-8"))

ZONE = ZoneInfo("Europe/Helsinki")
FIRST_DAY = date(2017, 1, 1)
LAST_DAY = date(2017, 12, 31)
"""The data set's first and last day in its stores' own time."""

WEEKS_TO_2016 = -52
"""3 January 2016 to 1 January 2017: 1 September 2016 falls inside."""


class Sample(NamedTuple):
    """The mapped data set: a DuckDB connection with its tables, and all outlets."""

    connection: duckdb.DuckDBPyConnection
    outlets: list[Outlet]


def prepare(threads: int = 2, households: int | None = None) -> Sample:
    """Map the data set: products, outlets, and the content of every receipt. A few seconds and some hundred megabytes.

    `households` keeps only that many. Raises SampleMissingError if the package with the data set is not installed.
    """
    connection = connect(threads, households)
    make_products(connection)
    outlets = make_outlets(connection)
    for name in ("basket", "content"):
        connection.execute(statement(name))
    return Sample(connection, outlets)


def weeks_until(today: date) -> int:
    """Return by how many whole weeks to move the year so that its last day is one to seven days before `today`.

    Raises ValueError for days on which the move would be backwards: the year would fall into that of 2016.
    """
    weeks = (today - timedelta(days=1) - LAST_DAY).days // 7
    if weeks < 0:
        raise ValueError(f"{today} is too early: the recent year would overlap the year 2016")
    return weeks


def _utc_offset(day: date) -> str:
    offset = datetime.combine(day, time(12), ZONE).utcoffset() or timedelta()
    return f"+{offset // timedelta(hours=1):02d}:00"


def vat_rates(day: date) -> dict[str, str]:
    """Return the VAT rates of a day in per cent, by the names that vat.toml gives them."""
    return {
        name: max((each for each in rates if each["since"] <= day), key=lambda each: each["since"])["rate"]
        for name, rates in _VAT.items()
    }


def _as_map(pairs: dict[str, str]) -> dict[str, list[str]]:
    """Return the pairs as DuckDB takes a MAP."""
    return {"key": list(pairs), "value": list(pairs.values())}


def set_calendar(connection: duckdb.DuckDBPyConnection, weeks: int) -> date:
    """Set by how many weeks the year is moved, and the offset and VAT rates of its days; return its new first day."""
    first = FIRST_DAY + timedelta(weeks=weeks)
    days = [first + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1)]
    connection.execute(f"SET VARIABLE days = {weeks * 7:d}")
    connection.execute(
        "CREATE OR REPLACE TABLE calendar AS SELECT unnest(?::DATE[]) AS day, unnest(?::VARCHAR[]) AS utc_offset,"
        " unnest(?::MAP(VARCHAR, VARCHAR)[]) AS vat_rates",
        [days, [_utc_offset(day) for day in days], [_as_map(vat_rates(day)) for day in days]],
    )
    return first


def read_cards(connection: duckdb.DuckDBPyConnection, people: Path) -> None:
    """Make the table `deck`: the cards of each household in a people file (people.ndjson)."""
    connection.execute(statement("deck"), [str(people)])


def place_year(sample: Sample, people: Path, weeks: int) -> date:
    """Place the data set's year, moved by whole `weeks`, on the cards of a people file; return its first day.

    Weekdays and the time of day stay. A receipt's id begins with the first day, so two placements never meet.
    """
    connection = sample.connection
    first = set_calendar(connection, weeks)
    read_cards(connection, people)
    connection.execute(
        "CREATE OR REPLACE TABLE placed AS SELECT household_id, round, deck, NULL::INTEGER AS keep,"
        " ? AS prefix, '' AS suffix FROM deck WHERE round = 0",
        [f"{first:%y%m%d}"],
    )
    schedule(connection)
    return first


def schedule(
    connection: duckdb.DuckDBPyConnection,
    kinds: tuple[str, ...] = ("sale", "return"),
    days: tuple[int, int] = (0, 366),
) -> None:
    """Put the receipts of `placed` in order, to be written next.

    Only those of `kinds`, and on the year's days from the first of `days` to before the second.
    """
    connection.execute("SET VARIABLE kinds = ?", [list(kinds)])
    for name, day in zip(("from_wall", "to_wall"), days, strict=True):
        wall = datetime.combine(FIRST_DAY, time()) + timedelta(days=day)
        connection.execute(f"SET VARIABLE {name} = ?::TIMESTAMP", [wall])
    connection.execute(statement("schedule"))
    connection.execute(statement("receipt"))


def count_receipts(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many receipts are placed, returns included."""
    row = connection.execute("SELECT count(*) FROM schedule").fetchone()
    return int(row[0]) if row else 0


def write_ndjson(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the placed receipts as JSON, one a line; keys without a value are absent."""
    # CSV with one column and neither quotes nor delimiter is how DuckDB writes plain lines.
    _copy(connection, statement("ndjson"), path, "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'")


def write_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the placed receipts as Parquet with the same names, nested lists, and money as text."""
    _copy(connection, "FROM receipt", path, "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480")


def write_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the placed receipts as CSV, a row a line, the receipt's columns repeated, payments as JSON text."""
    _copy(connection, statement("flat"), path, "FORMAT csv, HEADER true")


def ndjson(connection: duckdb.DuckDBPyConnection, rows: int = 1_000) -> Iterator[str]:
    """Yield the placed receipts as JSON texts, `rows` fetched at a time. Meanwhile the connection is taken."""
    with _in_order(connection):
        answer = connection.execute(statement("ndjson"))
        while batch := answer.fetchmany(rows):
            yield from (text for (text,) in batch)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    target = str(path).replace("'", "''")
    with _in_order(connection):
        connection.execute(f"COPY ({query}) TO '{target}' ({options})")


@contextmanager
def _in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the order of `schedule` through its join with `content`: one thread, and the left table is read through."""
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchone() or (1,)
    connection.execute("SET threads = 1; SET disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {threads:d}; RESET disabled_optimizers")
