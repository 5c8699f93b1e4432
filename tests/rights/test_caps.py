"""After an upheld request a person's purchases are stored at a coarser level (GDPR 18, 21(1); rulings: Levels)."""

from datetime import UTC, datetime, timedelta

import pytest

from acting import an_operator
from building import a_household, a_receipt, a_source, take
from looking import own_look, rows
from requesting import a_request, an_officer
from tarkka.access import NotAllowed
from tarkka.vocabulary import Level, RequestKind


def bought_now(source, card: str) -> str:
    moment = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    [verdict] = take(source, [a_receipt(card=card, purchased_at=moment)])
    return verdict.level.name


def test_intake_obeys_a_cap_from_its_making_to_its_end(upheld):
    home, source, officer = a_household(1), a_source(), an_officer()
    [person], [card] = home.persons, home.cards
    request = a_request(person, RequestKind.OBJECTION)
    met = [bought_now(source, card)]
    for level in (Level.GROUP, Level.TOTAL):
        upheld.cap_level(person, request, level, "Your situation", acting=officer)
        met.append(bought_now(source, card))
    assert met == ["PRODUCT", "GROUP", "TOTAL"]
    assert [each.what for each in upheld.measures_at_desk(officer.id) if each.person_id == person] == ["level_cap"]
    assert upheld.end_cap(person, acting=officer)
    assert not upheld.end_cap(person, acting=officer)
    with own_look(person):
        caps = rows("SELECT level::text, reason, upper(valid) IS NOT NULL FROM level_cap ORDER BY id")
        acts = [act for (act,) in rows("SELECT act FROM staff_act ORDER BY id")]
    assert caps == [("GROUP", "Your situation", True), ("TOTAL", "Your situation", True)]
    assert acts == ["level_capped", "level_capped", "level_cap_ended"]


def test_product_caps_nothing(upheld):
    [person] = a_household(1).persons
    with pytest.raises(ValueError, match="caps nothing"):
        upheld.cap_level(person, a_request(person, RequestKind.OBJECTION), Level.PRODUCT, "Why", acting=an_officer())


def test_it_takes_the_officer_and_an_open_request(upheld):
    (person, other) = a_household(2).persons
    request, anothers = a_request(person, RequestKind.OBJECTION), a_request(other, RequestKind.OBJECTION)
    for acting, of in ((an_operator(), request), (an_officer(), anothers)):
        with pytest.raises(NotAllowed):
            upheld.cap_level(person, of, Level.TOTAL, "Why", acting=acting)
    with own_look(person):
        assert rows("SELECT FROM level_cap") == []


def test_a_name_is_corrected(upheld):
    [person] = a_household(1).persons
    officer, request = an_officer(), a_request(person, RequestKind.RECTIFICATION)
    upheld.correct_name(person, request, " Áile  Maria ", "Näkkäläjärvi", acting=officer)
    with own_look(person):
        assert rows("SELECT given_name, family_name FROM person") == [("Áile Maria", "Näkkäläjärvi")]
        assert rows("SELECT act FROM staff_act") == [("name_corrected",)]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\u202eb"])
def test_what_is_no_name_is_refused(upheld, name):
    [person] = a_household(1).persons
    request = a_request(person, RequestKind.RECTIFICATION)
    with pytest.raises(ValueError, match="a name is"):
        upheld.correct_name(person, request, "Aino", name, acting=an_officer())
