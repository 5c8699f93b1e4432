"""What the trail's tests share."""

from collections.abc import Iterator
from typing import Any

import pytest

from building import administrator


@pytest.fixture
def admin(database: str) -> Iterator[Any]:
    """A superuser's connection, past every policy."""
    with administrator() as connection:
        yield connection
