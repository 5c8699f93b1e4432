"""The reference program, published once."""

from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "programs" / "s_group.toml").read_text()


@pytest.fixture(scope="package")
def program(database: str) -> str:
    """Publish the reference program, and yield the database's address."""
    from tarkka.bonus.actions import publish

    publish(SOURCE, acting="test")
    return database


@pytest.fixture
def empty_ledger(program: str) -> str:
    """Forget every closing, so that a month is closed for the first time. Yields the database's address."""
    from paying import forget

    forget("ledger_entry", "bonus_part", "bonus_run")
    return program


@pytest.fixture
def month(program: str) -> date:
    """A month of this test's own, with nothing owed from tests before."""
    from paying import MONTHS, forget

    forget("ledger_entry", "payout_return", "payout", "payout_run")
    return next(MONTHS)
