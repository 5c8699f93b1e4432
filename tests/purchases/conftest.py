"""Who buys and who sends, for the tests of the intake."""

from datetime import UTC, datetime

import pytest

import building


@pytest.fixture(scope="module")
def source(database) -> building.Source:
    """A source that may speak for every chain of `building.CHAINS` but Sokos."""
    return building.a_source([chain for chain in building.CHAINS if chain != "sokos"])


@pytest.fixture(scope="module")
def household(database) -> building.Household:
    """A household of two with a card each, from before the register's first day."""
    return building.a_household(since=datetime(2014, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def card(household) -> str:
    """The card of that household's main member."""
    return household.cards[0]
