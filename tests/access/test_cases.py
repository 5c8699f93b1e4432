"""Cases of customer service, as the program asks for them: what each tells, and whom the door refuses which (R17)."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from acting import a_mandate
from building import a_household
from looking import own_look, rows
from tarkka.access import NotAllowed
from tarkka.access.cases import (
    Case,
    Identification,
    Verdict,
    break_glass,
    cases_open,
    close_case,
    delay_look,
    open_case,
    review_case,
)
from tarkka.vocabulary import Place, Role

SOON = timedelta(minutes=1)
KEPT = "SELECT place, identified_by, call_ref, reason, opened_by FROM service_case WHERE id = %s"


def a_member_of_staff(role: Role) -> str:
    user_id = f"staff-{secrets.token_hex(4)}"
    a_mandate(user_id, role)
    return user_id


@pytest.fixture
def clerk(database: str) -> str:
    return a_member_of_staff(Role.CUSTOMER_SERVICE)


@pytest.fixture(scope="module")
def officer(database: str) -> str:
    return a_member_of_staff(Role.DATA_PROTECTION_OFFICER)


@pytest.fixture(scope="module")
def customer(database: str) -> int:
    return a_household(1).persons[0]


def at_the_desk(customer: int, clerk: str, situation: str = "purchases_question", **more: Any) -> int:
    more = {"place": Place.DESK, "identified_by": Identification.IDENTITY_DOCUMENT} | more
    return open_case(customer, situation, acting=clerk, **more)


def a_broken_glass(customer: int, clerk: str, minutes: int = 10) -> int:
    return break_glass(customer, "emergency", reason="found unconscious", minutes=minutes, acting=clerk)


def reason_of(refused: Any) -> str:
    with pytest.raises(NotAllowed) as found:
        refused()
    return found.value.reason


def test_case_with_the_customer_says_what_it_is_about(
    customer: int, clerk: str, admin: psycopg.Connection[Any]
) -> None:
    asked = datetime.now(UTC)
    number = at_the_desk(customer, clerk, call_ref="C-77")
    [case] = cases_open(clerk)
    opened_at, closes_at = case.opened_at, case.closes_at
    assert case == Case(number, customer, "purchases_question", False, Place.DESK, opened_at, closes_at, None)
    assert isinstance(case.place, Place)
    assert timedelta(0) <= opened_at - asked < SOON
    assert closes_at - opened_at == timedelta(minutes=30)
    assert admin.execute(KEPT, [number]).fetchall() == [("desk", "identity_document", "C-77", None, clerk)]
    on_the_phone = at_the_desk(customer, clerk, place=Place.PHONE)
    assert [(each.id, each.place) for each in cases_open(clerk)] == [(number, Place.DESK), (on_the_phone, Place.PHONE)]
    assert admin.execute(KEPT, [on_the_phone]).fetchall() == [("phone", "identity_document", None, None, clerk)]


def test_broken_glass_is_without_the_customer_and_for_some_minutes(
    customer: int, clerk: str, admin: psycopg.Connection[Any]
) -> None:
    number = a_broken_glass(customer, clerk)
    [case] = cases_open(clerk)
    assert (case.id, case.situation, case.break_glass, case.place) == (number, "emergency", True, None)
    assert case.closes_at - case.opened_at == timedelta(minutes=10)
    assert admin.execute(KEPT, [number]).fetchall() == [(None, None, None, "found unconscious", clerk)]
    longest = a_broken_glass(customer, clerk, minutes=600)
    assert [each.closes_at - each.opened_at for each in cases_open(clerk) if each.id == longest] == [
        timedelta(minutes=15)
    ]


def test_case_is_refused_to_whoever_may_not_and_in_no_situation(customer: int, clerk: str) -> None:
    assert reason_of(lambda: at_the_desk(customer, "nobody")) == "no_mandate"
    assert reason_of(lambda: a_broken_glass(customer, "nobody")) == "no_mandate"
    assert reason_of(lambda: at_the_desk(customer, clerk, "curiosity")) == "no_situation"
    with pytest.raises(ValueError, match=r"^with_or_without_the_customer$"):
        at_the_desk(customer, clerk, "emergency")
    assert cases_open(clerk) == []


def test_only_its_own_member_of_staff_closes_a_case_and_once(customer: int, clerk: str) -> None:
    number = at_the_desk(customer, clerk)
    assert close_case(number, acting="somebody else") is False
    assert [each.id for each in cases_open(clerk)] == [number]
    assert close_case(number, acting=clerk) is True
    assert cases_open(clerk) == []
    assert close_case(number, acting=clerk) is False


def test_broken_glass_is_reviewed_once_and_by_another(
    customer: int, clerk: str, officer: str, admin: psycopg.Connection[Any]
) -> None:
    number = a_broken_glass(customer, clerk)
    asked = {"words": "for no reason", "acting": officer}
    assert reason_of(lambda: review_case(number, Verdict.MISUSE, **asked | {"acting": clerk})) == "no_mandate"
    assert reason_of(lambda: review_case(at_the_desk(customer, clerk), Verdict.ACCEPTED, **asked)) == "not_for_yourself"
    review_case(number, Verdict.MISUSE, **asked)
    kept = "SELECT reviewed_by, verdict, words FROM case_review WHERE case_id = %s"
    assert admin.execute(kept, [number]).fetchall() == [(officer, "misuse", "for no reason")]
    with pytest.raises(ValueError, match=r"^case_review_pkey$"):
        review_case(number, Verdict.ACCEPTED, **asked)


def test_customer_is_told_of_a_broken_glass_once_the_delay_is_over(
    customer: int, clerk: str, officer: str, admin: psycopg.Connection[Any]
) -> None:
    number, until = a_broken_glass(customer, clerk), datetime.now(UTC) + timedelta(days=29)
    asked = {"reason": "a life in danger", "acting": officer}
    assert _told(customer, number)
    assert reason_of(lambda: delay_look(number, until=until, **asked | {"acting": clerk})) == "no_mandate"
    assert reason_of(lambda: delay_look(number, until=until + timedelta(days=2), **asked)) == "no_delay"
    delay_look(number, until=until, **asked)
    assert not _told(customer, number)
    kept = "SELECT until, reason, set_by FROM look_delay WHERE case_id = %s"
    assert admin.execute(kept, [number]).fetchall() == [(until, "a life in danger", officer)]


def _told(customer: int, number: int) -> bool:
    with own_look(customer):
        return bool(rows("SELECT FROM service_case WHERE id = %s", number))


def test_nobody_in_particular_has_no_case(clerk: str) -> None:
    assert reason_of(lambda: at_the_desk(2**40, clerk)) == "no_situation"
