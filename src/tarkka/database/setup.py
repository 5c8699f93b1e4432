"""Setting up a database for the register: its roles, and the addresses under which the owner and the application connect."""

from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tarkka.database.keys import key

LOGIN = "tarkka_app"
OWNER = "tarkka_owner"


def make_roles(admin_url: str) -> None:
    """Make the register's roles, take PUBLIC's rights away, and give the login its password. Safe to run again.

    `admin_url` must be able to create roles, one of them with BYPASSRLS. The password leaves this process only as a SCRAM verifier.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(files("tarkka.database").joinpath("roles.sql").read_text())
        verifier = connection.pgconn.encrypt_password(_password().encode(), LOGIN.encode(), b"scram-sha-256")
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(LOGIN), verifier.decode()))


def is_login(url: str) -> bool:
    """Tell whether an address is the application's own login, and not an administrator's."""
    return conninfo_to_dict(url).get("user") == LOGIN


def owner_url(admin_url: str) -> str:
    """Return the administrator's address acting as the owner of the tables, so that everything made belongs to it."""
    return make_conninfo(admin_url, options=f"-c role={OWNER}")


def login_url(admin_url: str) -> str:
    """Return the address of the application's login on the administrator's server and database."""
    return make_conninfo(admin_url, user=LOGIN, password=_password())


def _password() -> str:
    return key("login").hex()
