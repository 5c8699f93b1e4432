"""What the tests of the database share: the server's administrator, whom no policy holds."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from building import administrator


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection[Any]]:
    with administrator() as connection:
        yield connection
