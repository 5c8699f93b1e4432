"""Retention as it is run, and a register in which nothing has gone yet."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import psycopg
import pytest

from building import administrator


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the server's superuser."""
    with administrator() as connection:
        yield connection


@pytest.fixture
def running(admin: psycopg.Connection[Any]) -> Iterator[ModuleType]:
    """The module that runs retention. Afterwards nothing has gone: the intake makes the quarters anew."""
    from tarkka.retention import running

    yield running
    # What happened here stays otherwise: only a superuser can undo it.
    admin.execute("SET session_replication_role = replica")
    for table in ("retention_drop", "retention_release", "retention_run"):
        admin.execute("DELETE FROM trail_leaf WHERE kind = %s", [table])
    for table in ("retention_drop", "retention_release", "retention_run"):
        admin.execute(f"DELETE FROM {table}")
    for table in ("held_receipt", "held_receipt_group", "held_receipt_line"):
        admin.execute(f"DELETE FROM {table}")
    admin.execute("RESET session_replication_role")
