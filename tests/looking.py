"""Short ways to look: through the door as the program does, or past it in bare SQL as the application's login."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg

from tarkka.vocabulary import Purpose, Role


def own_look(person_id: int, **changes: Any) -> AbstractContextManager[Any]:
    """Open the door for a customer's look at their own data, or as changed."""
    from tarkka import access

    usual = {"role": Role.CUSTOMER, "actor": str(person_id), "purpose": Purpose.OWN_DATA}
    return access.opened(**usual | {"subject": access.person(person_id)} | changes)


def latest_events(*, before: int | None = None, limit: int = 50) -> Any:
    """Return all kinds of looks at the subject of the present one, newest first."""
    from tarkka.access.queries import find_events

    return find_events(before=before, limit=limit).events


def rows(query: str, *parameters: object) -> list[Any]:
    """Return what a query of the program's own connection finds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def count(table: str) -> int:
    """Return how many rows of a table the program's own connection sees."""
    (found,) = rows(f"SELECT count(*) FROM {table}")
    return found[0]


@contextmanager
def login() -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection of the application's login of its own, autocommitting."""
    with psycopg.connect(os.environ["TARKKA_DATABASE_URL"], autocommit=True) as connection:
        yield connection


def issue(
    connection: psycopg.Connection[Any], subject_id: int | None, purpose: str = "own_data", kind: str = "person"
) -> str:
    """Ask the door in SQL for a look, the customer's own or as changed, and return the ticket's secret."""
    secret = secrets.token_hex(32)
    role = "customer" if purpose in ("own_data", "services") else "automatic"
    [(refusal,)] = connection.execute(
        "SELECT refusal FROM access.issue(%s, %s, %s, %s, %s, %s, NULL, NULL, NULL, 'PRODUCT')",
        [hashlib.sha256(secret.encode()).digest(), role, str(subject_id), purpose, kind, subject_id],
    )
    assert refusal is None, refusal
    return secret


def seen(connection: psycopg.Connection[Any], secret: str, role: str = "person", table: str = "receipt") -> int:
    """Return how many rows a transaction of the connection with this ticket sees in a role of the door."""
    with connection.transaction():
        connection.execute(f"SET LOCAL ROLE tarkka_{role}")
        connection.execute("SELECT set_config('tarkka.ticket', %s, true)", [secret])
        [(found,)] = connection.execute(f"SELECT count(*) FROM {table}")
    return found
