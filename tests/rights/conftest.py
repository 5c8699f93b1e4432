"""What is done at requests, for the tests of it: imported once the program is set up."""

from types import ModuleType

import pytest


@pytest.fixture
def upheld(database: str) -> ModuleType:
    """The room's module of what the data-protection officer does."""
    from tarkka.rights import upheld

    return upheld
