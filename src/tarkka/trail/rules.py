"""The database's own rules: that its tables, policies, triggers and functions are what this program's migrations make.

What they should be stands in `rules.txt`, in the program, for in the database a superuser could write it anew: a digest
of each rule of a freshly migrated database, which a test compares.
"""

from hashlib import sha256
from importlib.resources import files
from typing import Any

import psycopg

from tarkka.trail.sealed import SETTINGS

_SQL = files("tarkka.trail").joinpath("sql", "verify_rules.sql").read_text()


def changed_rules(connection: psycopg.Connection[Any]) -> list[str]:
    """Return which of the database's rules are not this program's: changed, taken away or put in."""
    lines = files("tarkka.trail").joinpath("rules.txt").read_text().splitlines()
    should = {name: digest for digest, _, name in (line.partition(" ") for line in lines)}
    there = rules_of(connection)
    return sorted(name for name in should.keys() | there.keys() if should.get(name) != there.get(name))


def rules_of(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return a digest of each rule of a database, by its kind and name."""
    with connection.transaction():
        for name, value in SETTINGS.items():
            connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])
        found = connection.execute(_SQL.encode()).fetchall()
    return {name: sha256(says.encode()).hexdigest()[:32] for name, says in found}


def text(rules: dict[str, str]) -> str:
    """Return rules as `rules.txt` has them."""
    return "".join(f"{digest} {name}\n" for name, digest in sorted(rules.items()))
