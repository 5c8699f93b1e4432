"""The reference program, published once."""

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
