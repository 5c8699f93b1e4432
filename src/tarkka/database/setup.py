"""Setting up a database: its roles, and the addresses under which the owner and the application connect."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tarkka.database.keys import key

_STATE = "Tarkka, made by the statements "

LOGIN = "tarkka_app"
OWNER = "tarkka_owner"


@contextmanager
def alone(admin_url: str) -> Iterator[None]:
    """Let one process at a time set the database up: whoever comes second waits."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('tarkka.setup', 0))")
        yield


def holds_register(admin_url: str) -> bool:
    """Tell whether the database was set up before, be it unfinished or by an earlier version of this program."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    return bool(row and row[0])


def is_of_another_state(admin_url: str, statements: str) -> bool:
    """Tell whether a register is there that was made by other statements than those of this digest."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
    return holds_register(admin_url) and row != (_STATE + statements,)


def mark_state(admin_url: str, statements: str) -> None:
    """Write down by the statements of which digest the register is made, before any of them runs."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(_STATE + statements)))


def make_roles(admin_url: str) -> None:
    """Make the register's roles, take PUBLIC's rights away, and give the login its password. Safe to run again.

    `admin_url` must be able to create roles, one of them with BYPASSRLS. The password leaves this process only as a
    SCRAM verifier. Raises NoKeys.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(files("tarkka.database").joinpath("roles.sql").read_text())
        verifier = connection.pgconn.encrypt_password(_password().encode(), LOGIN.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(LOGIN), sql.Literal(verifier.decode()))
        )


def is_login(url: str) -> bool:
    """Tell whether an address is the application's own login, and not an administrator's."""
    return conninfo_to_dict(url).get("user") == LOGIN


def owner_url(admin_url: str) -> str:
    """Return the administrator's address acting as the owner of the tables, so that everything made belongs to it."""
    return make_conninfo(admin_url, options=f"-c role={OWNER}")


def login_url(url: str) -> str:
    """Return the address of the application's login on the server and database of any address. Raises NoKeys.

    The password is the one from the installation's keys, unless the address is the login's own and brings another.
    """
    parts: dict[str, Any] = conninfo_to_dict(url)
    if parts.get("user") == LOGIN and parts.get("password"):
        return url
    parts.pop("options", None)  # which may make it act as the owner
    return make_conninfo(**parts | {"user": LOGIN, "password": _password()})


def _password() -> str:
    return key("login").hex()
