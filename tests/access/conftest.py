"""What the tests of the door share: the server's administrator, and a household with purchases at every level."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from building import Household, a_household, a_source, administrator, take_three_levels


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection[Any]]:
    """The server's administrator, whom no policy holds."""
    with administrator() as connection:
        yield connection


@pytest.fixture(scope="module")
def home(database: str) -> Household:
    """A household of two, each with a receipt at every level."""
    household, source = a_household(2), a_source()
    for card in household.cards:
        take_three_levels(source, card)
    return household
