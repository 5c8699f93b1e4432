"""The data set mapped once a session: a part of its households for most tests, all of them where it must be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tarkka.sample.people import household_facts, households, write_people
from tarkka.sample.receipts import Sample, prepare


@pytest.fixture(scope="session")
def part() -> Iterator[Sample]:
    """The receipts of the first 120 households (all stores, all products)."""
    sample = prepare(households=120)
    yield sample
    sample.connection.close()


@pytest.fixture(scope="session")
def whole() -> Iterator[Sample]:
    """The receipts of all households."""
    sample = prepare()
    yield sample
    sample.connection.close()


@pytest.fixture(scope="session")
def people(part: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The people file of the data set's own households."""
    path = tmp_path_factory.mktemp("sample") / "people.ndjson"
    write_people(path, households(household_facts(part.connection)))
    return path
