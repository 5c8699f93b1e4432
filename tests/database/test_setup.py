"""Setting up a server of one's own: over TCP, with passwords, by an administrator who is no superuser."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from serving import a_server, execute
from tarkka.database import setup
from tarkka.database.safety import unsafe_logins

ROLES = {
    "tarkka_app", "tarkka_audience", "tarkka_door", "tarkka_household", "tarkka_intake", "tarkka_lookup",
    "tarkka_owner", "tarkka_person", "tarkka_seal", "tarkka_trace", "tarkka_trail", "tarkka_unobjected",
}  # fmt: skip


@pytest.fixture(scope="module")
def installer(database: str) -> Iterator[str]:
    """The address of an administrator who may create roles and owns the database, and is no superuser."""
    with a_server() as server:
        execute(
            server.address,
            "CREATE ROLE installer LOGIN CREATEROLE BYPASSRLS PASSWORD 'installs'",
            "CREATE DATABASE tarkka OWNER installer",
        )
        yield make_conninfo(server.address, user="installer", password="installs", dbname="tarkka")


def test_administrator_who_is_no_superuser_makes_the_roles(installer: str) -> None:
    for _ in range(2):
        setup.make_roles(installer)
    with psycopg.connect(installer) as connection:
        made = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'tarkka%'").fetchall()
        assert {name for (name,) in made} == ROLES
        assert "tarkka_app" not in unsafe_logins(connection)


def test_login_comes_in_with_its_password_and_not_without(installer: str) -> None:
    setup.make_roles(installer)
    with psycopg.connect(setup.login_url(installer)) as connection:
        assert connection.execute("SELECT session_user").fetchone() == ("tarkka_app",)
    for password in (None, "", "wrong"):
        parts = conninfo_to_dict(installer) | {"user": "tarkka_app", "password": password}
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(make_conninfo(**parts))


def test_owner_is_who_acts_at_the_owners_address(installer: str) -> None:
    setup.make_roles(installer)
    with psycopg.connect(setup.owner_url(installer)) as connection:
        assert connection.execute("SELECT current_user, session_user").fetchone() == ("tarkka_owner", "installer")


def test_whoever_comes_second_waits_while_one_sets_up(installer: str) -> None:
    with setup.alone(installer), psycopg.connect(installer) as connection:
        connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute("SELECT pg_advisory_lock(hashtextextended('tarkka.setup', 0))")
    with setup.alone(installer):
        pass


def test_database_that_was_never_set_up_is_told_from_one_that_was(installer: str, database: str) -> None:
    assert not setup.holds_register(installer)
    assert setup.holds_register(os.environ["TARKKA_OWNER_URL"])


ADDRESSES = [
    "postgresql://admin:secret@db:5433/shop?sslmode=verify-full",
    "host=db port=5433 dbname=shop user=admin password=secret sslmode=verify-full options='-c role=tarkka_owner'",
    "postgresql://tarkka_app@db:5433/shop?sslmode=verify-full",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_login_goes_to_the_same_server_with_its_own_password(database: str, address: str) -> None:
    parts = conninfo_to_dict(setup.login_url(address))
    assert len(str(parts.pop("password"))) == 64
    assert parts == {"user": "tarkka_app", "host": "db", "port": "5433", "dbname": "shop", "sslmode": "verify-full"}


def test_password_that_the_login_brings_is_kept(database: str) -> None:
    address = "postgresql://tarkka_app:mine@db/shop"
    assert setup.login_url(address) == address


def test_owner_keeps_the_administrators_login() -> None:
    owner, admin = (conninfo_to_dict(address) for address in (setup.owner_url(ADDRESSES[0]), ADDRESSES[0]))
    assert owner == admin | {"options": "-c role=tarkka_owner"}


@pytest.mark.parametrize(
    ("address", "is_it"),
    [*[(address, "tarkka_app" in address) for address in ADDRESSES], ("", False), ("host=tarkka_app", False)],
)
def test_login_is_told_from_an_administrator(address: str, is_it: bool) -> None:
    assert setup.is_login(address) == is_it
