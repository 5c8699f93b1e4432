"""A register of its own for each test that publishes: what is published never goes away again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

BLANK, EMPTY = f"tarkka_blank_{os.getpid()}", f"tarkka_empty_{os.getpid()}"


@pytest.fixture(scope="session")
def blank(database: str) -> Iterator[str]:
    """A migrated database with nothing published, to be copied. Yields the administrator's address."""
    from django.core.management import call_command

    from tarkka.database.setup import make_roles

    admin = make_conninfo(os.environ["TARKKA_OWNER_URL"], options="")
    _run(admin, f"CREATE DATABASE {BLANK}")
    make_roles(make_conninfo(admin, dbname=BLANK))
    with _django_on(BLANK):
        call_command("migrate", database="owner", verbosity=0)
    yield admin
    _run(admin, f"DROP DATABASE {BLANK}")


@pytest.fixture
def empty_register(blank: str) -> Iterator[None]:
    """The application's and the owner's connections lead to a fresh register until the test ends."""
    _run(
        blank,
        f"CREATE DATABASE {EMPTY} TEMPLATE {BLANK}",
        f"GRANT CONNECT ON DATABASE {EMPTY} TO tarkka_app",
    )
    with _django_on(EMPTY):
        yield
    _run(blank, f"DROP DATABASE {EMPTY} WITH (FORCE)")


@contextmanager
def _django_on(name: str) -> Iterator[None]:
    from django.db import connections

    names = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    _lead_to(dict.fromkeys(names, name))
    try:
        yield
    finally:
        _lead_to(names)


def _lead_to(names: dict[str, str]) -> None:
    from django.db import connections

    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _run(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
