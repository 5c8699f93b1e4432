"""docs/sample.md says what the code does: its figures are compared."""

import re
from pathlib import Path

import pytest

from tarkka.sample.outlets import slug
from tarkka.sample.people import household_facts, households

PAGE = (Path(__file__).parents[2] / "docs" / "sample.md").read_text(encoding="utf-8")


def test_the_table_of_chains_is_right(whole):
    told = {
        (slug(chain), channel): int(count.replace(",", ""))
        for chain, *counts in re.findall(r"^\| ([\w &-]+) \| ([\d,]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
        for channel, count in zip(("store", "web"), counts, strict=True)
        if count != "0"
    }
    found = whole.connection.execute("SELECT chain, channel, count(*) FROM basket GROUP BY ALL").fetchall()
    assert told == {(chain.replace("marks-and-", "marks-"), channel): count for chain, channel, count in found}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT count(*) FROM content", "{:,} receipts with"),
        ("SELECT sum(len(lines))::BIGINT FROM content", "{:,} lines and"),
        ("SELECT sum(len(groups))::BIGINT FROM content", "{:,} group sums"),
        ("SELECT count(*) FROM content WHERE NOT has_card", "in a hundred ({:,})\nhave no card"),
        ("SELECT count(*) FROM content WHERE kind = 'return'", "in a thousand ({:,})"),
        ("SELECT count(*) FROM source_products", "and {:,} products"),
    ],
)
def test_a_figure_is_right(whole, query, text):
    (number,) = whole.connection.execute(query).fetchone()
    assert text.format(number) in PAGE


def test_the_figures_of_people_are_right(part):
    persons = [person for home in households(household_facts(part.connection)) for person in home.persons]
    assert f"{len(persons):,} persons and {sum(len(person.cards) for person in persons):,} cards" in PAGE
