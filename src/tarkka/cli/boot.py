"""How a command finds its database: the embedded one in `TARKKA_HOME`, or the one that the environment names."""

import atexit
import getpass
import os
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NoReturn

import psycopg
import typer

from tarkka.database import setup
from tarkka.database.embedded import UnusableFolder, running
from tarkka.database.keys import NoKeys, home, key, keys_path, make_keys

Acting = Annotated[
    str,
    typer.Option(
        "--acting",
        envvar="TARKKA_USER",
        default_factory=getpass.getuser,
        help="Your personal user id, kept with what you do.",
        show_default="yours",
    ),
]
"""Who runs a command."""

_CATALOGUES = Path(str(files("tarkka"))) / "site" / "locale"

_until_exit = ExitStack()
atexit.register(_until_exit.close)


def boot(*, owner: bool = False) -> None:
    """Connect this process to the register's database and set Django up: first in every command that needs either.

    With the owner's rights, which the embedded database always gives, the tables are first brought in step with this
    program; with `owner`, the command cannot do without them. Raises typer.Exit with a remedy on standard error when
    there is no way to get what it needs.
    """
    if not all(catalogue.with_suffix(".mo").exists() for catalogue in _CATALOGUES.rglob("*.po")):
        # Django would go on without a word, and show people the messages' ids.
        stop("The words of the pages are not compiled: run `python -m tarkka.site.messages`.")
    try:
        _connect(owner)
    except (NoKeys, UnusableFolder) as error:
        stop(str(error))
    except psycopg.OperationalError as error:
        stop(f"The database cannot be reached: {error}")
    except psycopg.ProgrammingError:  # its text may quote a password
        stop("TARKKA_DATABASE_URL or TARKKA_OWNER_URL is no address such as postgresql://login@host/database.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")
    import django

    django.setup()
    from tarkka.database.migration import statements_digest

    admin = os.environ.get("TARKKA_OWNER_URL")
    if admin and setup.is_of_another_state(admin, statements_digest()):
        stop(
            "This register was made by an earlier state of Tarkka, and before the first release there is no way from"
            " one to the next: set TARKKA_HOME to a new folder, or remove the demo's."
        )
    if admin and (not setup.holds_register(admin) or _is_behind()):
        migrate()


def migrate() -> None:
    """Bring roles and tables in step with this program, one process at a time."""
    from django.core.management import call_command

    from tarkka.database.migration import statements_digest

    admin = os.environ["TARKKA_OWNER_URL"]
    with setup.alone(admin):
        setup.make_roles(admin)
        if not setup.holds_register(admin):
            setup.mark_state(admin, statements_digest())
        call_command("migrate", database="owner", verbosity=0, interactive=False)


def stop(text: str, code: int = 2) -> NoReturn:
    """Say on standard error why a command cannot go on and what to do, and end it."""
    typer.echo(text, err=True)
    raise typer.Exit(code)


def _connect(owner: bool) -> None:
    """Settle on both addresses and leave them in the environment, where this process's children find them too."""
    given = os.environ.get("TARKKA_DATABASE_URL")
    admin = os.environ.get("TARKKA_OWNER_URL")
    if given and not admin and not setup.is_login(given):
        admin = given
    if not given and not admin:
        admin = _until_exit.enter_context(running(home() / "postgresql"))
    if owner and not admin:
        stop("This command needs the owner's rights: set TARKKA_OWNER_URL to an administrator's address.")
    if admin:
        if not keys_path().exists() and setup.holds_register(admin):
            raise NoKeys(
                f"There are no keys at {keys_path()}, and this register was made with some: set TARKKA_KEYS to where"
                " they lie, or restore them from their copy."
            )
        make_keys()
        os.environ["TARKKA_OWNER_URL"] = admin
    key("session")
    os.environ["TARKKA_DATABASE_URL"] = setup.login_url(given or admin or "")


def _is_behind() -> bool:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
