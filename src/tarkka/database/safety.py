"""What the program refuses to run on: a server that may lose a commit, or a way round the policies."""

from importlib.resources import files
from typing import LiteralString

import psycopg

Connection = psycopg.Connection[tuple[str, ...]]


class UnsafeDatabase(Exception):
    """Server, login or tables are not safe for a register. The message lists every reason and its remedy."""


def refuse_unsafe(connection: Connection) -> None:
    """Raise `UnsafeDatabase` with every reason not to start on this server with this login; return if there is none.

    The connection must be the application's own: what is checked is its session's settings and its roles, and whether
    the database stands as the migrations made it.
    """
    [(login,)] = connection.execute("SELECT session_user")
    reasons = [*unsafe_durability(connection), *unsafe_logins(connection).get(login, ()), *ways_round(connection)]
    if reasons:
        raise UnsafeDatabase("\n- ".join(["Tarkka does not start on this database:", *reasons]))


def unsafe_durability(connection: Connection) -> list[str]:
    """Return why a commit in this session could be lost, or fail for want of locks."""
    return [row[0] for row in connection.execute(_statement("durability.sql"))]


def unsafe_logins(connection: Connection) -> dict[str, list[str]]:
    """Return how logins of the server could read personal tables past their policies. Safe ones are left out."""
    found: dict[str, list[str]] = {}
    for login, reason in connection.execute(_statement("logins.sql")):
        found.setdefault(login, []).append(reason)
    return found


def ways_round(connection: Connection) -> list[str]:
    """Return the ways round row-level security that stand open in the database, whoever might take them."""
    return [row[0] for row in connection.execute(_statement("ways_round.sql"))]


def _statement(name: str) -> LiteralString:
    text: LiteralString = files("tarkka.database").joinpath(name).read_text()
    return text
