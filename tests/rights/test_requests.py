"""Requests: due in a month, or in three if extended in time, answered once (R33; GDPR 12(3), 16–18, 21)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from acting import an_operator
from building import a_household, administrator
from looking import own_look
from tarkka.vocabulary import Outcome, Place, RequestKind


@pytest.fixture
def person(site) -> int:
    return a_household(1).persons[0]


def asked(person: int, kind: RequestKind = RequestKind.ERASURE, text: str = "Please") -> int:
    from tarkka.people.actions import customer
    from tarkka.rights.actions import make_request

    return make_request(person, kind, text, place=Place.PORTAL, acting=customer(person))


def request(person: int):
    from tarkka.rights.queries import read_requests

    with own_look(person):
        [found] = read_requests()
    return found


def received(person: int, day: date) -> None:
    with administrator() as connection:
        connection.execute("UPDATE request SET received_on = %s WHERE person_id = %s", [day, person])


@pytest.mark.parametrize(
    ("day", "due", "extended"),
    [
        (date(2026, 1, 15), date(2026, 2, 15), date(2026, 4, 15)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2028, 1, 31), date(2028, 2, 29), date(2028, 4, 30)),
        (date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 28)),
        (date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 30)),
        (date(2026, 12, 1), date(2027, 1, 1), date(2027, 3, 1)),
    ],
)
def test_the_answer_is_due_on_the_same_day_of_the_month_or_its_last(person, day, due, extended):
    """Regulation 1182/71 article 3(2)(c)."""
    asked(person)
    received(person, day)
    assert request(person).due_on == due
    with administrator() as connection:
        connection.execute(
            "UPDATE request SET extended_at = now(), extension_reason = 'much', extended_by = 'x' WHERE person_id = %s",
            [person],
        )
    assert request(person).due_on == extended


@pytest.mark.parametrize("kind", list(RequestKind))
def test_a_request_of_each_kind_is_taken_in(person, kind):
    asked(person, kind)
    found = request(person)
    assert (found.kind, found.text, found.place, found.answered_at) == (kind, "Please", "portal", None)
    assert found.received_on == found.received_at.date()


def test_a_form_that_comes_twice_at_once_is_one_request(person):
    with ThreadPoolExecutor(6) as threads:
        made = set(threads.map(lambda _: in_a_thread(asked, person), range(60)))
    assert made == {request(person).id}


def test_the_same_can_be_asked_again_once_it_was_answered(person):
    from tarkka.rights.actions import answer_request

    first = asked(person)
    answer_request(person, first, Outcome.REFUSED, "No", acting=an_operator())
    assert asked(person) != first


def in_a_thread(act, *arguments, **more):
    from django.db import connection

    try:
        return act(*arguments, **more)
    finally:
        connection.close()


def test_a_request_is_answered_once_and_the_person_reads_it(person):
    from tarkka.rights.actions import answer_request

    made = asked(person)
    answer_request(person, made, Outcome.PARTLY, "Done but for the receipts", acting=an_operator())
    found = request(person)
    assert (found.outcome, found.answer) == ("partly", "Done but for the receipts")
    with pytest.raises(ValueError, match="no open request"):
        answer_request(person, made, Outcome.REFUSED, "Otherwise", acting=an_operator())
    assert request(person) == found


def test_nobody_answers_their_own_request(person):
    from tarkka.people.actions import customer
    from tarkka.rights.actions import answer_request

    made = asked(person)
    with pytest.raises(ValueError, match="no open request"):
        answer_request(person, made, Outcome.GRANTED, "Yes", acting=customer(person))
    assert request(person).answered_at is None


def test_a_request_of_somebody_else_is_not_reached_by_its_id(person):
    from tarkka.rights.actions import answer_request, extend_request

    made, other = asked(person), a_household(1).persons[0]
    for act in (
        lambda: answer_request(other, made, Outcome.GRANTED, "Yes", acting=an_operator()),
        lambda: extend_request(other, made, "Much", acting=an_operator()),
    ):
        with pytest.raises(ValueError, match="no open request"):
            act()
    assert request(person).answered_at is None


def test_time_is_extended_once_within_the_first_month_and_the_reason_is_told(person):
    from tarkka.rights.actions import extend_request

    made = asked(person)
    extend_request(person, made, "It takes two systems", acting=an_operator())
    found = request(person)
    assert found.extension_reason == "It takes two systems"
    assert found.due_on > found.received_on + timedelta(days=85)
    with pytest.raises(ValueError, match="in its first month"):
        extend_request(person, made, "Again", acting=an_operator())


def test_time_is_not_extended_after_the_first_month(person):
    from tarkka.rights.actions import extend_request

    made = asked(person)
    received(person, date(2020, 1, 31))
    with pytest.raises(ValueError, match="in its first month"):
        extend_request(person, made, "Late", acting=an_operator())


def test_who_answers_needs_a_mandate(person):
    from tarkka import access
    from tarkka.people.actions import operator
    from tarkka.rights.actions import answer_request

    made = asked(person)
    with pytest.raises(access.Refused):
        answer_request(person, made, Outcome.GRANTED, "Yes", acting=operator("nobody-knows-me"))


def test_requests_wait_by_their_due_day(site):
    from tarkka.rights.queries import waiting

    late, later = a_household(2).persons
    asked(later)
    asked(late, RequestKind.RECTIFICATION)
    received(late, date(2020, 1, 31))
    found = [each for each in waiting("request") if each.person_id in (late, later)]
    assert [(each.person_id, each.kind) for each in found] == [(late, "rectification"), (later, "erasure")]
    assert found[0].due_on == date(2020, 2, 29)


@pytest.mark.parametrize("text", ["", " ", "\n", "x" * 2001, "\x00", "a\u202eb", "\u200f", "a\x07", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused_before_the_door(person, text):
    from tarkka.rights.actions import NotPlainText

    with pytest.raises(NotPlainText) as refused:
        asked(person, text=text)
    assert text.strip() not in str(refused.value) or not text.strip()


@pytest.mark.parametrize("text", ["x" * 2000, "Åsa – “ok” 👩‍💻 क्‌ष", "a\r\nb\tc"])
def test_a_text_that_people_write_is_kept(person, text):
    asked(person, text=text)
    assert request(person).text == text.replace("\r\n", "\n")
