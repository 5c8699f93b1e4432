"""The program refuses to start on a server that may lose a commit, and with a login that could pass by the policies."""

import os
import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from looking import login
from tarkka.database import setup
from tarkka.database.embedded import running
from tarkka.database.safety import UnsafeDatabase, refuse_unsafe

DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.fixture(scope="module")
def careless(database: str) -> Iterator[str]:
    """The administrator's address of a second server, whose settings lose commits and run out of locks."""
    with tempfile.TemporaryDirectory(prefix="tarkka-careless-", ignore_cleanup_errors=True) as folder:
        with running(Path(folder) / "postgresql") as address, psycopg.connect(address, autocommit=True) as connection:
            for name in DURABILITY:
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("ALTER SYSTEM SET max_locks_per_transaction = 64")
        with running(Path(folder) / "postgresql") as address:
            setup.make_roles(address)
            yield address


def refused(connection: psycopg.Connection[Any]) -> str:
    with pytest.raises(UnsafeDatabase) as error:
        refuse_unsafe(connection)
    return str(error.value)


@contextmanager
def guest(admin: psycopg.Connection[Any], *rights: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection of a login of its own with these rights, which is gone afterwards."""
    for statement in ("CREATE ROLE guest LOGIN", "GRANT CONNECT ON DATABASE tarkka TO guest", *rights):
        admin.execute(statement)
    try:
        with psycopg.connect(make_conninfo(os.environ["TARKKA_DATABASE_URL"], user="guest")) as connection:
            yield connection
    finally:
        admin.execute("DROP OWNED BY guest")
        admin.execute("DROP ROLE guest")


def test_program_starts_on_the_database_that_it_makes(database: str) -> None:
    with login() as connection:
        refuse_unsafe(connection)


@pytest.mark.parametrize("off", DURABILITY)
def test_server_that_may_lose_a_commit_is_refused(careless: str, off: str) -> None:
    with psycopg.connect(careless, autocommit=True) as admin:
        # What the installation sets for its own login would hide the server's carelessness.
        waits = "off" if off == "synchronous_commit" else "on"
        admin.execute(f"ALTER ROLE tarkka_app SET synchronous_commit = {waits}")
        switched = ["fsync", "full_page_writes"]
        for name in switched:
            admin.execute(f"ALTER SYSTEM SET {name} = {'off' if name == off else 'on'}")
        admin.execute("SELECT pg_reload_conf()")
        # The postmaster tells its backends after it has read the settings itself.
        are_off = "SELECT array_agg(name) FROM pg_settings WHERE name = ANY (%s) AND setting = 'off'"
        while admin.execute(are_off, [switched]).fetchall()[0][0] != ([off] if off in switched else None):
            pass
    with psycopg.connect(setup.login_url(careless)) as connection:
        reasons = refused(connection)
    assert [name for name in DURABILITY if f"{name} is off" in reasons] == [off]


def test_server_with_few_locks_is_refused(careless: str) -> None:
    with psycopg.connect(setup.login_url(careless)) as connection:
        assert "max_locks_per_transaction is 64; set it to at least 256" in refused(connection)


@pytest.mark.parametrize("value", ["off", "local"])
def test_session_that_does_not_wait_for_its_commits_is_refused(database: str, value: str) -> None:
    with login() as connection:
        connection.execute(f"SET synchronous_commit = {value}")
        assert f"synchronous_commit is {value}" in refused(connection)


def test_superuser_is_refused(admin: psycopg.Connection[Any]) -> None:
    assert "is a superuser; give the application a login of its own" in refused(admin)


def test_login_that_bypasses_the_policies_is_refused(admin: psycopg.Connection[Any]) -> None:
    with guest(admin, "ALTER ROLE guest BYPASSRLS", "GRANT SELECT ON receipt TO guest") as connection:
        assert "guest, which bypasses row-level security and may read public.receipt; revoke SELECT" in refused(
            connection
        )


def test_member_of_the_tables_owner_is_refused(admin: psycopg.Connection[Any]) -> None:
    with guest(admin, "GRANT tarkka_owner TO guest") as connection:
        assert "guest can act as tarkka_owner, which owns and could switch off the policies of" in refused(connection)


def test_login_without_such_rights_is_not_refused(admin: psycopg.Connection[Any]) -> None:
    with guest(admin) as connection:
        refuse_unsafe(connection)


def test_way_round_the_policies_is_reason_enough(admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE VIEW peek AS SELECT * FROM person")
    try:
        with login() as connection:
            assert "the view peek is read with the rights of" in refused(connection)
    finally:
        admin.execute("DROP VIEW peek")


def test_site_does_not_start_with_the_wrong_login(
    admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARKKA_DATABASE_URL", admin.info.dsn)
    monkeypatch.delitem(
        sys.modules, "tarkka.site.wsgi", raising=False
    )  # another test may have started the site rightly
    with pytest.raises(UnsafeDatabase, match="superuser"):
        runpy.run_module("tarkka.site.wsgi")
