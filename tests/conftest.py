"""A PostgreSQL of the suite's own, started once and set up as an installation is.

Rows are committed; each test makes its own people. Each folder of tests begins with the register as it was set up.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

IS_COPY = "TARKKA_TEST_COPIES" in os.environ
"""Whether the environment names a register to be copied (tests/mutants.py): then no PostgreSQL is started."""

if not IS_COPY:
    _folder = tempfile.TemporaryDirectory(prefix="tarkka-test-", ignore_cleanup_errors=True)
    os.environ["TARKKA_HOME"] = _folder.name
    for _name in ("TARKKA_DATABASE_URL", "TARKKA_OWNER_URL", "TARKKA_KEYS"):
        os.environ.pop(_name, None)
else:
    settings.register_profile("mutants", max_examples=25, derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")
os.environ["TARKKA_DEMO"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "tarkka.site.settings"

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends the suite ends its PostgreSQL too

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The register set up: migrated, the reference description published. Yields the application's address.

    What a test left behind is gone when the next folder's tests begin (`pytest_runtest_setup`).
    """
    with copied_register() if IS_COPY else new_register():
        from django.db import connections
        from django.utils import timezone

        from tarkka.description.queries import load_rulebook

        timezone.activate(load_rulebook().time_zone)  # as the site does for each page
        yield os.environ["TARKKA_DATABASE_URL"]

        connections.close_all()


@contextmanager
def new_register() -> Iterator[None]:
    """Set a register up on a PostgreSQL of our own, which ends with this process."""
    from tarkka.cli.boot import boot
    from tarkka.site.messages import compile_catalogues

    compile_catalogues()
    boot(owner=True)
    from tarkka.description.actions import publish

    publish((ROOT / "descriptions" / "s_group.toml").read_text(), effective_on=date(2016, 9, 1), acting="test")
    copy_database("tarkka", "tarkka_as_set_up")
    _set_up.append(True)
    yield


_set_up: list[bool] = []
_begun: set[Path] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Go back to the register as it was set up, where a folder's first test begins."""
    folder = item.path.parent
    if _set_up and folder not in _begun:
        from tarkka.purchases import intake
        from tarkka.trail.sealing import memory

        intake._products.clear()  # ids of a register that is gone
        copy_database("tarkka_as_set_up", "tarkka")
        memory().unlink(missing_ok=True)
    _begun.add(folder)


def copy_database(original: str, name: str) -> None:
    """Make a database as another is, in the place of what had its name. Whoever is connected to either is cut off."""
    import psycopg
    from django.db import connections
    from psycopg.conninfo import make_conninfo

    from tarkka.database import setup

    connections.close_all()
    owner = os.environ["TARKKA_OWNER_URL"]
    with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [original])
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY")
    setup.make_roles(make_conninfo(owner, dbname=name))


@contextmanager
def copied_register() -> Iterator[None]:
    """Copy the register that the environment names, as often as the suite is run, and lead Django to the copy."""
    import django
    import psycopg
    from psycopg.conninfo import make_conninfo

    from tarkka.database import setup

    made, name = os.environ["TARKKA_OWNER_URL"], f"tarkka_{os.getpid()}"
    copy, server = make_conninfo(made, dbname=name), make_conninfo(made, dbname="postgres")
    with setup.alone(server), psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE tarkka STRATEGY FILE_COPY")
        setup.make_roles(copy)
    os.environ |= {"TARKKA_OWNER_URL": copy, "TARKKA_DATABASE_URL": setup.login_url(copy)}
    django.setup()
    from django.db import connections

    for alias in ("default", "owner"):  # set up for another copy, where this process was forked from one
        connections[alias].settings_dict["NAME"] = name
    yield
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    os.environ["TARKKA_OWNER_URL"] = made


LONGEST = ("access", "journeys", "cli", "trail", "rights", "portal")
"""The folders to begin with, so that no process is left alone with a long one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest folders.

    Where a mutant is looked for, ask the cheap tests first: hypothesis last, what needs a database file by file.
    """
    if IS_COPY:
        files = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
        items.sort(key=lambda item: (_is_drawn(item), "database" in item.fixturenames, files[item.path]))
        return
    items.sort(key=lambda item: _place(item.path.parent.name))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a folder's tests to one process, in their order, since they share the folder's register."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0].rpartition("/")[0]

    return ByFolder(config, log)


def _place(folder: str) -> int:
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


def _is_drawn(item: pytest.Item) -> bool:
    return getattr(item.obj, "is_hypothesis_test", False)


@pytest.fixture(scope="session")
def site(database: str) -> str:
    """The site ready to be asked in this process: static files gathered. Yields the database's address."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    return database
