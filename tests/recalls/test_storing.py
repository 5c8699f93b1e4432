"""Whom the login can store at a look of a trace: who bought, for that recall, and at no look that they do not see."""

from importlib.resources import files
from typing import Any

import pytest

from building import Household, a_household, a_receipt, a_source, administrator, take
from looking import rows
from recalling import a_recall
from tarkka import access
from tarkka.vocabulary import Purpose, Role, SubjectKind

TRACE = access.Subject(SubjectKind.TRACE)
STORE = (
    "INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)"
    " VALUES (%s, %s, %s, %s, 'bought') ON CONFLICT DO NOTHING RETURNING person_id"
)


@pytest.fixture
def home(database: str) -> Household:
    """Two persons, each with a receipt."""
    home = a_household(2)
    take(a_source(), [a_receipt(card=card) for card in home.cards])
    return home


@pytest.fixture
def recall(home: Household) -> int:
    return a_recall()


def of_owner(query: str, *parameters: object) -> list[Any]:
    with administrator() as admin:
        return admin.execute(query, parameters).fetchall()


def receipt_of(person: int) -> tuple[int, Any]:
    [found] = of_owner("SELECT id, purchased_at FROM receipt WHERE purchaser_id = %s", person)
    return found


def look(recall: int, purpose: Purpose = Purpose.RECALL) -> Any:
    reference = str(recall) if purpose is Purpose.RECALL else None
    return access.opened(role=Role.AUTOMATIC, actor="test", purpose=purpose, subject=TRACE, case_ref=reference)


def in_the_look(event: int) -> set[int]:
    return {person for (person,) in of_owner("SELECT person_id FROM access_event_person WHERE event_id = %s", event)}


def test_whoever_is_stored_is_in_the_look_whatever_the_program_says(home: Household, recall: int) -> None:
    stored, other = home.persons
    with look(recall) as opened:
        opened.cover([])
        assert rows(STORE, recall, stored, *receipt_of(stored)) == [(stored,)]
    assert in_the_look(opened.event_id) == {stored}
    with look(recall) as opened:
        rows(STORE, recall, stored, *receipt_of(stored))
        rows(STORE, recall, other, *receipt_of(other))
        opened.cover_everyone()
    assert in_the_look(opened.event_id) == {other}, "the first was stored before"


def test_verification_counts_whoever_was_stored_among_those_told(home: Household, recall: int) -> None:
    told_otherwise = files("tarkka.trail").joinpath("sql", "verify_told.sql").read_text()
    with look(recall) as opened:
        rows(STORE, recall, home.persons[0], *receipt_of(home.persons[0]))
        opened.cover(home.persons)
    assert in_the_look(opened.event_id) == set(home.persons)
    assert opened.event_id not in {event for (event,) in of_owner(told_otherwise)}


def test_look_that_stores_nobody_says_nothing_of_who_was_in_it(home: Household, recall: int) -> None:
    with look(recall) as opened:
        rows("INSERT INTO recall_person (recall_id) SELECT 1 WHERE false RETURNING 1")
        opened.cover_everyone()
    assert in_the_look(opened.event_id) == {0}


@pytest.mark.parametrize("which", ["anothers", "of no receipt", "at another time"])
def test_nobody_is_stored_but_by_a_receipt_of_theirs(home: Household, recall: int, which: str) -> None:
    person, mate = home.persons
    receipt, at = receipt_of(person)
    if which == "anothers":
        receipt, at = receipt_of(mate)
    elif which == "of no receipt":
        receipt = 10**17
    else:
        at = at.replace(year=2023)
    with pytest.raises(Exception, match="row-level security"), look(recall):
        rows(STORE, recall, person, receipt, at)


def test_receipt_that_is_held_back_is_theirs_too(home: Household, recall: int) -> None:
    person = home.persons[0]
    receipt = receipt_of(person)
    with administrator() as admin:
        admin.execute(
            "INSERT INTO held_receipt SELECT r.*, 'request', 0 FROM receipt r WHERE purchaser_id = %s", [person]
        )
        admin.execute("DELETE FROM receipt_line WHERE purchaser_id = %s", [person])
        admin.execute("DELETE FROM receipt_group WHERE purchaser_id = %s", [person])
        admin.execute("DELETE FROM receipt WHERE purchaser_id = %s", [person])
    with look(recall) as opened:
        assert rows(STORE, recall, person, *receipt) == [(person,)]
        opened.cover([person])


def test_trace_stores_for_its_own_recall_alone(home: Household, recall: int) -> None:
    person, another = home.persons[0], a_recall()
    with pytest.raises(Exception, match="row-level security"), look(recall):
        rows(STORE, another, person, *receipt_of(person))
    with pytest.raises(Exception, match="row-level security"), look(recall, Purpose.STATISTICS):
        rows(STORE, recall, person, *receipt_of(person))
