"""What the tests of commands share: commands run in this process as a person runs them, on the suite's database."""

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from acting import an_operator
from tarkka.people.actions import Actor


@pytest.fixture
def run(database: str) -> Callable[..., Any]:
    """Run `tarkka` with these arguments; `stdin` is what is typed when it asks."""
    from tarkka.cli.main import main

    def running(*arguments: object, stdin: str = "") -> Any:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)

    return running


@pytest.fixture
def acting(database: str, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """An operator with a mandate, who is at the keyboard."""
    found = an_operator()
    monkeypatch.setenv("TARKKA_USER", found.id)
    return found
