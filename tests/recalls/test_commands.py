"""`tarkka recall`: from a file to the end of a recall, by two persons at the keyboard (R19)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from building import a_household, a_receipt, a_source, take
from recalling import MILK, an_officer, found_for

DRAFT = f"""
kind = "food"
dangerous = true
gtins = ["{MILK}"]
from = 2024-03-01
to = 2024-03-31
[fi]
product = "Maito"
hazard = "Listeria"
instructions = "Älä juo."
contact = "010 1"
[sv]
product = "Mjölk"
hazard = "Listeria"
instructions = "Drick inte."
contact = "010 1"
[en]
product = "Milk"
hazard = "Listeria"
instructions = "Do not drink."
contact = "010 1"
"""


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run `tarkka recall` with these arguments as somebody."""
    from tarkka.cli.main import main

    def running(who: str, *arguments: object) -> Any:
        monkeypatch.setenv("TARKKA_USER", who)
        return CliRunner().invoke(main, ["recall", *map(str, arguments)])

    return running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recall.toml"
    path.write_text(DRAFT)
    return path


def test_recall_from_the_file_to_its_end(run: Any, file: Path) -> None:
    home = a_household(1)
    assert [each.status for each in take(a_source(), [a_receipt(card=home.cards[0])])] == ["accepted"]
    author, other = an_officer(), an_officer()
    drafted = run(author, "draft", file)
    assert (drafted.exit_code, drafted.stdout.endswith(": drafted\n")) == (0, True), drafted.output
    number = int(drafted.stdout.split()[1].rstrip(":"))
    listed = run(other, "status").stdout
    draft = next(line for line in listed.splitlines() if line.startswith(f"{number}  ")).split("draft ")[1].split()[0]
    own = run(author, "release", number, "--draft", draft)
    assert (own.exit_code, "released by somebody else" in own.stderr) == (2, True), own.output
    early = run(author, "trace", number)
    assert (early.exit_code, "not running" in early.stderr) == (2, True)
    assert run(other, "release", number, "--draft", draft).exit_code == 0
    traced = run(author, "trace", number)
    assert traced.exit_code == 0, traced.output
    assert home.persons[0] in found_for(number)
    assert f"recall {number}: new people: {len(found_for(number))}" in traced.stdout
    assert f"recall {number}: new people: 0" in run(author, "trace").stdout
    told = run(author, "status", number).stdout
    assert f"affected: {len(found_for(number))} (bought" in told
    assert "Listeria" in run(author, "text", number, "--language", "en").stdout
    assert run(author, "end", number, "--reason", "Everybody was told").exit_code == 0
    assert "Everybody was told" in run(author, "status", number).stdout


def test_draft_says_what_it_lacks_and_a_wrong_one_all_that_is_wrong(run: Any, file: Path) -> None:
    file.write_text(DRAFT.replace('hazard = "Listeria"\ninstructions = "Drick inte."', 'instructions = "Drick inte."'))
    lacking = run(an_officer(), "draft", file)
    assert (lacking.exit_code, "sv.hazard: this is missing" in lacking.stdout) == (0, True)
    file.write_text(DRAFT.replace(MILK, "6408430000136").replace("dangerous", "dangerus"))
    wrong = run(an_officer(), "draft", file)
    assert wrong.exit_code == 2
    assert "gtins[1]" in wrong.stderr
    assert "Did you mean 'dangerous'?" in wrong.stderr


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", 1), ("release", 1, "--draft", 1), ("end", 1, "--reason", "a"), ("text", 1)]
)
def test_nobody_comes_to_it_without_a_mandate(run: Any, arguments: tuple[Any, ...]) -> None:
    done = run("nobody", *arguments)
    assert (done.exit_code, "you have no mandate as recall officer" in done.stderr) == (2, True), done.output


def test_what_is_not_there_is_told(run: Any) -> None:
    for arguments in (("status", 10**9), ("release", 10**9, "--draft", 1), ("trace", 10**9), ("text", 10**9)):
        done = run(an_officer(), *arguments)
        assert done.exit_code == 2, arguments
        assert "no recall" in done.stderr or "not running" in done.stderr


def test_notices_are_imported_and_bad_rows_told(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "notices.csv"
    path.write_text(
        "reference,risk_decision,hazards,subject,gtin\n"
        f"cli-1,serious,Listeria,Cheese,{MILK}\n"
        f"cli-2,not serious,Dust,Cheese,{MILK}\n"
    )
    done = run(an_officer(), "import", path)
    assert done.exit_code == 1
    assert "drafted: 1, known: 0, not drafted: 1" in done.stdout
    assert "row 3 (cli-2): dangerous" in done.stderr
    refused = run("nobody", "import", path)
    assert refused.exit_code == 2
    path.write_text("a,b\n1,2\n")
    assert run(an_officer(), "import", path).exit_code == 2
