"""Retention as it is run, and a register in which nothing was bought, asked or let go of yet."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import psycopg
import pytest

from building import administrator

EMPTIED = (
    "retention_drop", "retention_release", "retention_run", "held_receipt", "held_receipt_group", "held_receipt_line",
    "receipt", "receipt_group", "receipt_line", "receipt_key", "request", "restriction",
    "recall_person", "recall_run", "recall_end", "recall_release",
    "ledger_entry", "bonus_part", "bonus_run", "bonus_cooperative", "bonus_program",
)  # fmt: skip


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the server's superuser."""
    with administrator() as connection:
        yield connection


@pytest.fixture
def running(admin: psycopg.Connection[Any]) -> ModuleType:
    """The module that runs retention. What earlier tests left, only a superuser can take away."""
    from tarkka.retention import running

    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        for table in EMPTIED:
            admin.execute(f"DELETE FROM {table}")
        admin.execute("DELETE FROM trail_leaf WHERE kind ~ '^retention'")
    return running
