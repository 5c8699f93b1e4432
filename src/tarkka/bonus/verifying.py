"""Verifying the ledger: what was sealed of it tells of every entry and payout that was changed, added or taken away.

Part of `tarkka audit verify`. Of closings the trail seals digests of some thousands of entries, of payouts one of each
run; here they are made again. Like the trail's own verifying it asks tables and nothing that is stored beside them.
"""

from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import count
from typing import Any

import psycopg

from tarkka.trail.sealed import SETTINGS
from tarkka.trail.verifying import MOST, Finding

_NAMES = (f"ledger_{number}" for number in count())
_CHECKS = files("tarkka.bonus").joinpath("sql", "verify.sql").read_text().split(";\n")


def verify_ledger(
    connection: psycopg.Connection[tuple[Any, ...]], told: Callable[[str, float], None] = lambda *_: None
) -> list[Finding]:
    """Return what of the ledger is not as it was sealed, by numbers: `MOST` of each kind at most.

    `connection` is an administrator's, to whom no row is hidden; its transactions are repeatable reads. `told` hears
    what is looked at, and which share of it is done.
    """
    with connection.transaction():
        for name, value in (SETTINGS | {"row_security": "off"}).items():  # off: refused rather than shown less
            connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])
        found = []
        for done, check in enumerate(_CHECKS, start=1):
            found += list(_found(connection, check))
            told("ledger_entry", done / len(_CHECKS))
    return found


def _found(connection: psycopg.Connection[tuple[Any, ...]], check: str) -> Iterator[Finding]:
    with connection.cursor(name=next(_NAMES)) as cursor:
        cursor.execute(check.encode())  # our own words
        for where, number, what in cursor.fetchmany(MOST):
            yield Finding(f"{where} {number}", what)
