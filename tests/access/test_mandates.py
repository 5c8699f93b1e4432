"""Who of the staff may act: what Python's side of mandates and agreement asks, and how a refusal reaches the caller."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError
from django.utils.connection import ConnectionDoesNotExist

from acting import a_mandate
from tarkka.access import NotAllowed
from tarkka.access.actions import (
    agreements_signed,
    confirm_mandate,
    current_mandates,
    end_mandate,
    give_mandate,
    sign_agreement,
    why_shut,
)
from tarkka.access.calling import call
from tarkka.vocabulary import Language, Role

DAY = timedelta(days=1)


def somebody() -> str:
    return f"staff-{secrets.token_hex(4)}"


def an_administrator() -> str:
    user_id = somebody()
    a_mandate(user_id, Role.REGISTER_ADMINISTRATOR)
    return user_id


@pytest.fixture(scope="module")
def one(database: str) -> str:
    return an_administrator()


@pytest.fixture(scope="module")
def two(database: str) -> str:
    return an_administrator()


def test_mandate_says_who_gave_it_to_whom_for_how_long_and_why(one: str, two: str) -> None:
    user = somebody()
    asked = datetime.now(UTC)
    number = give_mandate(user, Role.ANALYST, days=3, reason="a month's figures", acting=one)
    [mandate] = current_mandates(user)
    assert (mandate.id, mandate.user_id, mandate.role, mandate.reason) == (
        number,
        user,
        Role.ANALYST,
        "a month's figures",
    )
    assert (mandate.given_by, mandate.confirmed_by) == (one, None)
    assert timedelta(0) <= mandate.since - asked < timedelta(minutes=1)
    assert mandate.until - mandate.since == 3 * DAY
    assert isinstance(mandate.role, Role)
    confirm_mandate(number, acting=two)
    assert [each.confirmed_by for each in current_mandates(user)] == [two]
    end_mandate(number, reason="done", acting=one)
    assert current_mandates(user) == []


def test_mandates_of_all_are_those_of_each(one: str, two: str) -> None:
    of_all = current_mandates()
    assert {each.user_id for each in of_all} >= {one, two}
    assert [each for each in of_all if each.user_id == one] == current_mandates(one) != []


def test_owner_asks_without_a_mandate(one: str) -> None:
    user = somebody()
    given = give_mandate(user, Role.ANALYST, days=1, reason="the first", acting=somebody(), using="owner")
    confirm_mandate(given, acting=somebody(), using="owner")
    assert current_mandates(user, using="owner") == current_mandates(user) != []
    end_mandate(given, reason="a test", acting=somebody(), using="owner")
    assert current_mandates(user, using="owner") == []
    assert agreements_signed(one, using="owner") == agreements_signed(one) != []
    for ask in (current_mandates, agreements_signed):
        with pytest.raises(ConnectionDoesNotExist):
            ask(using="nobody")


def test_whoever_has_no_mandate_gives_confirms_and_ends_none(one: str) -> None:
    user, stranger = somebody(), somebody()
    given = give_mandate(user, Role.ANALYST, days=1, reason="a test", acting=one)
    asked = (
        lambda: give_mandate(somebody(), Role.ANALYST, days=1, reason="a test", acting=stranger),
        lambda: confirm_mandate(given, acting=stranger),
        lambda: end_mandate(given, reason="a test", acting=stranger),
    )
    for each in asked:
        with pytest.raises(NotAllowed, match=r"^not allowed: no_mandate$") as refused:
            each()
        assert refused.value.reason == "no_mandate"
    assert [(each.id, each.confirmed_by) for each in current_mandates(user)] == [(given, None)]


def test_nobody_gives_or_confirms_for_themselves(one: str, two: str) -> None:
    given = give_mandate(two, Role.ANALYST, days=1, reason="a test", acting=one)
    asked = (
        lambda: give_mandate(one, Role.ANALYST, days=1, reason="a test", acting=one),
        lambda: confirm_mandate(given, acting=one),
        lambda: confirm_mandate(given, acting=two),
    )
    for each in asked:
        with pytest.raises(NotAllowed) as refused:
            each()
        assert refused.value.reason == "not_for_yourself"


def test_what_a_key_refuses_is_a_value_error_that_names_the_key(one: str, two: str) -> None:
    given = give_mandate(somebody(), Role.ANALYST, days=1, reason="a test", acting=one)
    confirm_mandate(given, acting=two)
    with pytest.raises(ValueError, match=r"^mandate_confirmed_pkey$"):
        confirm_mandate(given, acting=two)
    end_mandate(given, reason="a test", acting=two)
    with pytest.raises(ValueError, match=r"^mandate_ended_pkey$"):
        end_mandate(given, reason="a test", acting=two)
    with pytest.raises(ValueError, match=r"^a_year_at_most$"):
        give_mandate(somebody(), Role.ANALYST, days=367, reason="a test", acting=one)
    with pytest.raises(ValueError, match=r"^that cannot be stored$"):
        give_mandate(somebody(), None, days=1, reason="a test", acting=one)  # type: ignore[arg-type]


def test_any_other_failure_stays_what_it_is(database: str) -> None:
    with pytest.raises(DatabaseError, match="does not exist"):
        call("SELECT access.no_such_function(%s)", [1])
    assert call("SELECT %s::integer, 2 UNION ALL SELECT 3, 4", [1]) == [(1, 2), (3, 4)]


def test_roles_are_those_confirmed_once_the_agreement_is_signed(admin: psycopg.Connection[Any]) -> None:
    user = somebody()
    a_mandate(user, Role.ANALYST, signed=False)
    a_mandate(user, Role.ANALYST, signed=False)
    a_mandate(user, Role.MARKETER, signed=False, confirmed=False)
    assert why_shut(user, Role.ANALYST) is not None
    assert why_shut(user, Role.ANALYST) == "no_agreement"
    assert why_shut(user, Role.MARKETER) == "no_mandate"
    assert agreements_signed(user) == []
    asked = datetime.now(UTC)
    sign_agreement(1, language=Language.SV, acting=user)
    [(actor, number, at)] = agreements_signed(user)
    assert (actor, number) == (user, 1)
    assert timedelta(0) <= at - asked < timedelta(minutes=1)
    assert (actor, number, at) in agreements_signed()
    assert admin.execute("SELECT language FROM agreement_signed WHERE actor = %s", [user]).fetchall() == [("sv",)]
    assert why_shut(user, Role.ANALYST) is None
    assert why_shut(user, Role.ANALYST) is None


def test_another_agreement_than_that_in_force_is_not_signed(database: str) -> None:
    user = somebody()
    with pytest.raises(NotAllowed) as refused:
        sign_agreement(2, language=Language.FI, acting=user)
    assert refused.value.reason == "another_agreement"
    assert agreements_signed(user) == []
