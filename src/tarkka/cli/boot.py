"""How a command finds its database: the embedded one in `TARKKA_HOME`, or the one that `TARKKA_DATABASE_URL` names."""

import atexit
import os
from contextlib import ExitStack

import psycopg
import typer

from tarkka.database import setup
from tarkka.database.embedded import running
from tarkka.database.keys import home, make_keys

_until_exit = ExitStack()
atexit.register(_until_exit.close)


def boot(*, owner: bool = False) -> None:
    """Connect this process to the register's database and set Django up. Call it first in every command that needs either.

    An empty embedded database is set up and migrated at once. With `owner`, the command also needs the owner's rights.
    Raises typer.Exit with a remedy on standard error when there is no way to get them.
    """
    _connect()
    if owner and "TARKKA_OWNER_URL" not in os.environ:
        typer.echo("This command changes what only the owner of the tables may: set TARKKA_OWNER_URL to an administrator's address.", err=True)
        raise typer.Exit(2)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")
    import django

    django.setup()
    if "TARKKA_OWNER_URL" in os.environ and not _is_migrated():
        migrate()


def migrate() -> None:
    """Bring the tables in step with this program."""
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0, interactive=False)


def _connect() -> None:
    """Settle on both addresses and leave them in the environment, where this process's children find them too."""
    given = os.environ.get("TARKKA_DATABASE_URL", "")
    if setup.is_login(given):
        if "TARKKA_OWNER_URL" in os.environ and not os.environ["TARKKA_OWNER_URL"].endswith(f"role={setup.OWNER}'"):
            os.environ["TARKKA_OWNER_URL"] = setup.owner_url(os.environ["TARKKA_OWNER_URL"])
        return
    make_keys()
    admin = given or _until_exit.enter_context(running(home() / "postgresql"))
    setup.make_roles(admin)
    os.environ["TARKKA_DATABASE_URL"] = setup.login_url(admin)
    os.environ["TARKKA_OWNER_URL"] = setup.owner_url(admin)


def _is_migrated() -> bool:
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as connection:
        row = connection.execute("SELECT to_regclass('public.receipt')").fetchone()
    return row is not None and row[0] is not None
