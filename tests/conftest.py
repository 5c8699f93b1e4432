"""A PostgreSQL of the suite's own, started once and set up as an installation is.

Rows are committed; each test makes its own people.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

_folder = tempfile.TemporaryDirectory(prefix="tarkka-test-", ignore_cleanup_errors=True)
os.environ["TARKKA_HOME"] = _folder.name
os.environ["TARKKA_DEMO"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "tarkka.site.settings"
for _name in ("TARKKA_DATABASE_URL", "TARKKA_OWNER_URL", "TARKKA_KEYS"):
    os.environ.pop(_name, None)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends the suite ends its PostgreSQL too

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The register set up: migrated, the reference description published. Yields the application's address."""
    from tarkka.cli.boot import boot
    from tarkka.site.messages import compile_catalogues

    compile_catalogues()
    boot(owner=True)
    from tarkka.description.actions import publish

    publish((ROOT / "descriptions" / "s_group.toml").read_text(), effective_on=date(2016, 9, 1), acting="test")
    from django.db import connections
    from django.utils import timezone

    from tarkka.description.queries import load_rulebook

    timezone.activate(load_rulebook().time_zone)  # as the site does for each page
    yield os.environ["TARKKA_DATABASE_URL"]

    connections.close_all()


@pytest.fixture(scope="session")
def site(database: str) -> str:
    """The site ready to be asked in this process: static files gathered. Yields the database's address."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    return database
