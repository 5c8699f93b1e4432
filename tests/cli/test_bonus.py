"""`tarkka bonus`: what it prints, and with which status it ends."""

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from building import a_household, a_source
from earning import bring, sale

PROGRAM = Path(__file__).parents[2] / "programs" / "s_group.toml"


def tarkka(*arguments: str) -> Any:
    from tarkka.cli.main import main

    return CliRunner().invoke(main, ["bonus", *arguments])


def test_program_is_checked_compared_published_and_months_are_closed_and_explained(
    database: str, tmp_path: Path
) -> None:
    assert "3 cooperatives, 1.00 % to 5.00 %" in tarkka("check", str(PROGRAM)).output
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(PROGRAM.read_text().replace("2014-05-01", "2014-05-02"))
    answer = tarkka("check", str(wrong))
    assert (answer.exit_code, "Write the first day of a month" in answer.output) == (1, True)

    assert "published are none" in tarkka("diff", "1", str(PROGRAM)).output
    assert "no bonus program holds in 2024-03" in tarkka("close", "--month", "2024-03").output
    assert tarkka("publish", str(PROGRAM)).output == "Published version 1, in force from 2014-05.\n"
    assert tarkka("diff", "1", str(PROGRAM)).output == "Nothing changes.\n"

    home = a_household(1)
    bring(a_source(), [sale(25_000, paid={"group_card": 5_000, "gift_card": 20_000}, card=home.cards[0])])
    closed = tarkka("close")
    assert "2024-03: closed, 2 entries, Bonus 0.50, payment-method benefit 0.25" in closed.output
    assert "2024-03: nothing to adjust" in tarkka("close", "--month", "2024-03").output
    assert "nothing to adjust" in tarkka("close").output
    told = tarkka("explain", "--household", str(home.id), "--month", "2024-03").output
    for words in ("= earns Bonus 50.00", "posted", "owed in all: 0.75"):
        assert words in " ".join(told.split())
    assert tarkka("close", "--month", "march").exit_code == 2
    assert "has not ended" in tarkka("close", "--month", "2199-01").output
    answer = tarkka("cooperative", "--household", str(home.id), "--code", "arina", "--from", "2199-01")
    assert "belongs to arina from 2199-01" in answer.output
