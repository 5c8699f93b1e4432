"""docs/asvs.md answers every requirement of OWASP ASVS 5.0 at levels 1 and 2, once, and names what there is."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
STATES = ("met", "not applicable", "open")
ROWS = re.findall(r"^\| (V[\d.]+) \| (\d) \| (.+?) \| ([a-z ]+) \| (.+) \|$", PAGE, re.M)
IDS = [line.split() for line in (ROOT / "docs" / "asvs-ids.txt").read_text(encoding="utf-8").splitlines()]


def named(where: str) -> list[str]:
    """Return the files and tests that a row names."""
    return re.findall(r"`([\w./-]+\.\w+(?:::\w+)?|\.ci/run|SECURITY\.md)`", where)


def test_every_requirement_is_answered_once():
    assert len(IDS) == 253
    assert [[number, level] for number, level, *_ in ROWS] == IDS
    assert {state for *_, state, _ in ROWS} == set(STATES)


def test_summary_is_that_of_the_tables():
    told = {
        chapter: tuple(map(int, figures.split(" | ")))
        for chapter, figures in re.findall(r"^\| (V\d+|all)[^|]* \| ((?:\d+ \| ){3}\d+) \|$", PAGE, re.M)
    }
    counted: dict[str, Counter[str]] = {}
    for number, _, _, state, _ in ROWS:
        for chapter in (number.split(".")[0], "all"):
            counted.setdefault(chapter, Counter())[state] += 1
    assert told == {chapter: (*(of[state] for state in STATES), of.total()) for chapter, of in counted.items()}
    [of_the_installation] = re.findall(r"of these, (\d+) are the installation's to do", PAGE)
    assert int(of_the_installation) == sum(
        state == "open" and where.startswith("for the installation: `docs/guides/running.md`")
        for *_, state, where in ROWS
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_names_is_there(row):
    *_, state, where = row
    found = named(where)
    assert found or state != "met"
    for each in found:
        file, _, test = each.partition("::")
        assert (ROOT / file).is_file(), each
        assert not test or re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.M), each
