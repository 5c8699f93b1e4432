"""A customer's pages say what was let go, why and since when, and what is held for what."""

from datetime import date

import pytest

from browsing import signed_in, words
from building import a_household, a_receipt, a_source, take
from looking import own_look, rows
from requesting import a_request
from tarkka.vocabulary import RequestKind

TODAY = date(2026, 11, 23)
TIMES = (
    "2018-05-05T12:30:00+03:00",
    "2020-05-05T12:30:00+03:00",
    "2022-05-05T12:30:00+03:00",
    "2024-03-05T12:30:00+02:00",
)


@pytest.fixture
def person(site, running):
    home = a_household(1)
    take(a_source(), [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    return home.persons[0]


def receipts(person):
    with own_look(person):
        return [key for (key,) in rows("SELECT id FROM receipt ORDER BY purchased_at")]


def page(person, address, language="en"):
    return words(signed_in(person, language=language).get(address))


@pytest.mark.parametrize(
    ("language", "groups", "lines"),
    [
        ("en", "The sums by product group were removed on", "The product lines were removed on"),
        ("fi", "Tuoteryhmien summat poistettiin", "Tuoterivit poistettiin"),
        ("sv", "Summorna per produktgrupp togs bort", "Produktraderna togs bort"),
    ],
)
def test_a_receipt_says_what_was_removed_when_and_by_which_rule(running, person, language, groups, lines):
    running.run("tester", today=TODAY)
    old, newer, recent = receipts(person)
    kept = {"en": "from the end of the quarter", "fi": "ostovuosineljänneksen", "sv": "köpets kvartal"}[language]
    text = page(person, f"/purchases/{old}/", language)
    assert groups in text
    assert lines in text
    assert kept in text
    text = page(person, f"/purchases/{newer}/", language)
    assert lines in text
    assert groups not in text
    text = page(person, f"/purchases/{recent}/", language)
    assert lines not in text
    assert "Milk" in text


def test_purchases_say_from_when_on_they_are_kept_and_show_the_level_that_is_left(running, person):
    before = page(person, "/purchases/")
    running.run("tester", today=TODAY)
    text = page(person, "/purchases/")
    assert "Purchases from before" not in before
    assert "Purchases from before 1 Jul 2018 were removed" in text
    assert "Held after its time" in text
    assert "Purchases from before 1 Jul 2018 were removed" in page(person, "/purchases/?year=2018")
    assert "Purchases from before" not in page(person, "/purchases/?year=2019")


def test_spending_uses_what_is_left_and_says_so(running, person):
    running.run("tester", today=TODAY)
    text = page(person, "/spending/?year=2022&by=product")
    assert "The product lines of purchases from before 1 Jul 2022 were removed" in text
    assert "€10.00" in text
    assert "were removed" not in page(person, "/spending/?year=2025&by=chain")


def test_held_receipts_are_listed_and_opened_with_what_is_held(running, person):
    assert "Nothing is held" in page(person, "/purchases/held/")
    a_request(person, RequestKind.OBJECTION)
    running.run("tester", today=TODAY)
    text = page(person, "/purchases/held/")
    assert text.count("your open request") == 3
    with own_look(person):
        [(gone,)] = rows("SELECT id FROM held_receipt")
    text = page(person, f"/purchases/{gone}/")
    assert "Milk" in text
    assert "still held for this alone: your open request" in text
    [stranger] = a_household(1).persons
    assert signed_in(stranger).get(f"/purchases/{gone}/").status_code == 404
    assert "your open request" not in page(stranger, "/purchases/held/")


def test_the_extract_tells_held_rows_and_the_level_that_is_left(running, person):
    from tarkka.purchases.queries import source_names
    from tarkka.rights.extract import read_extract
    from tarkka.rights.paper import paper
    from tarkka.vocabulary import Language

    a_request(person, RequestKind.OBJECTION)
    running.run("tester", today=TODAY)
    sources = source_names()
    with own_look(person):
        found = read_extract(Language.EN, sources)
    assert [each.level for each in found.tables["receipts"]] == ["TOTAL", "GROUP", "PRODUCT"]
    assert {name: len(found.tables[f"held_{name}"]) for name in ("receipts", "receipt_groups", "receipt_lines")} == {
        "receipts": 1, "receipt_groups": 4, "receipt_lines": 6,
    }  # fmt: skip
    assert {each.held_for for each in found.tables["held_receipt_lines"]} == {"request"}
    [held] = [each for each in paper(found)["after"] if each["title"].startswith("Purchase data held")]
    assert len(held["rows"]) == 11


def test_erasing_takes_held_rows_too(running, person):
    from requesting import an_officer
    from tarkka.rights.upheld import erase

    request = a_request(person, RequestKind.ERASURE)
    running.run("tester", today=TODAY)
    erase(person, request, acting=an_officer())
    with own_look(person):
        for table in ("held_receipt", "held_receipt_group", "held_receipt_line"):
            assert rows(f"SELECT count(*) FROM {table}") == [(0,)]
        [(counts,)] = rows("SELECT counts FROM erased")
    assert "held_receipt_line: 6" in counts
