"""What is changed of a person: by whom, with what right, in force at once, and seen by the person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from acting import an_operator, let_mandate_expire, new_number
from building import Household, a_household
from looking import latest_events, own_look
from storing import rows
from tarkka import access
from tarkka.people.actions import (
    Actor,
    change_contact,
    change_language,
    close_card,
    customer,
    make_objection,
    make_wish,
    move_to_household,
    open_card,
    operator,
    remove_contact,
    withdraw_objection,
)
from tarkka.people.details import RECEIPTS_BY_EMAIL, ContactKind
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose, Role

A, B = Objection
EMAIL, PHONE, POST = ContactKind
REACHED = {A: PHONE, B: POST}
CHANGE = datetime(2020, 1, 1, tzinfo=UTC)
UPKEEP = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)

Act = Callable[[Household, Actor], Any]
ACTS: dict[str, Act] = {
    "change_contact": lambda home, acting: change_contact(home.persons[0], PHONE, "+358 40 0000000", acting=acting),
    "change_language": lambda home, acting: change_language(home.persons[0], Language.SV, acting=acting),
    "close_card": lambda home, acting: close_card(home.persons[0], home.cards[0], at=CHANGE, acting=acting),
    "make_objection": lambda home, acting: make_objection(home.persons[0], A, place=Place.DESK, acting=acting),
    "make_wish": lambda home, acting: make_wish(home.persons[0], RECEIPTS_BY_EMAIL, acting=acting),
    "move_to_household": lambda home, acting: move_to_household(home.persons[0], None, at=CHANGE, acting=acting),
    "open_card": lambda home, acting: open_card(home.persons[0], new_number(), since=CHANGE, acting=acting),
    "remove_contact": lambda home, acting: remove_contact(home.persons[0], EMAIL, acting=acting),
    "withdraw_objection": lambda home, acting: withdraw_objection(home.persons[0], A, place=Place.DESK, acting=acting),
}
OF_THEIR_OWN = [
    "change_contact", "change_language", "make_objection", "make_wish", "remove_contact", "withdraw_objection",
]  # fmt: skip
"""What customers do for themselves: their choices and wishes, and how they are addressed and reached."""

STATE = """
    SELECT p.language, ARRAY(SELECT o::text FROM objection o WHERE o.person_id = p.id ORDER BY o.id),
           ARRAY(SELECT c::text FROM card c WHERE c.person_id = p.id ORDER BY c.id),
           ARRAY(SELECT m::text FROM membership m WHERE m.person_id = p.id ORDER BY m.id),
           ARRAY(SELECT t::text FROM contact t WHERE t.person_id = p.id ORDER BY t.id),
           ARRAY(SELECT w::text FROM wish w WHERE w.person_id = p.id ORDER BY w.id)
    FROM person p WHERE p.id = %s
"""


@pytest.fixture
def home(database: str) -> Household:
    return a_household(1)


def choices(person_id: int) -> list[Any]:
    from tarkka.people.queries import read_choices

    with own_look(person_id):
        return read_choices()


def looks(person_id: int) -> list[Any]:
    with own_look(person_id):
        return latest_events()[1:]


def level_of_services(person_id: int) -> Level:
    subject = access.person(person_id)
    with access.opened(role=Role.AUTOMATIC, actor="test", purpose=Purpose.SERVICES, subject=subject) as look:
        return look.level


def test_objection_is_kept_with_when_where_by_whom_and_under_which_version(home: Household) -> None:
    acting = an_operator()
    assert make_objection(home.persons[0], A, place=Place.PHONE, acting=acting)
    assert withdraw_objection(home.persons[0], A, place=Place.PORTAL, acting=customer(home.persons[0]))
    [(made_at, withdrawn_at, *kept)] = rows(
        """
        SELECT made_at, withdrawn_at, kind, made_place, made_by, made_version,
               withdrawn_place, withdrawn_by, withdrawn_version
        FROM objection WHERE person_id = %s
        """,
        home.persons[0],
    )
    assert kept == ["A", "phone", acting.id, 2, "portal", str(home.persons[0]), 2]
    assert datetime.now(UTC) - timedelta(minutes=1) < made_at < withdrawn_at < datetime.now(UTC)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("kind", Objection)
def test_both_objections_are_made_and_withdrawn_at_every_place(home: Household, kind: Objection, place: Place) -> None:
    acting = customer(home.persons[0])
    assert make_objection(home.persons[0], kind, place=place, acting=acting)
    [choice] = choices(home.persons[0])
    assert (choice.kind, choice.made_place, choice.withdrawn_at, choice.withdrawn_place) == (kind, place, None, None)
    assert withdraw_objection(home.persons[0], kind, place=place, acting=acting)
    [choice] = choices(home.persons[0])
    assert choice.withdrawn_place == place


def test_objection_made_again_changes_nothing(home: Household) -> None:
    acting = customer(home.persons[0])
    assert make_objection(home.persons[0], A, place=Place.DESK, acting=acting)
    before = rows(STATE, home.persons[0])
    assert not make_objection(home.persons[0], A, place=Place.PHONE, acting=acting)
    assert rows(STATE, home.persons[0]) == before


def test_objection_that_is_not_in_force_is_not_withdrawn(home: Household) -> None:
    acting = customer(home.persons[0])
    assert not withdraw_objection(home.persons[0], A, place=Place.DESK, acting=acting)
    make_objection(home.persons[0], A, place=Place.DESK, acting=acting)
    assert not withdraw_objection(home.persons[0], B, place=Place.DESK, acting=acting)
    assert withdraw_objection(home.persons[0], A, place=Place.DESK, acting=acting)
    before = rows(STATE, home.persons[0])
    assert not withdraw_objection(home.persons[0], A, place=Place.PHONE, acting=acting)
    assert rows(STATE, home.persons[0]) == before


def test_history_tells_every_choice_the_newest_first(home: Household) -> None:
    acting = customer(home.persons[0])
    for _ in range(2):
        make_objection(home.persons[0], A, place=Place.DESK, acting=acting)
        withdraw_objection(home.persons[0], A, place=Place.PHONE, acting=acting)
    make_objection(home.persons[0], B, place=Place.PORTAL, acting=acting)
    found = choices(home.persons[0])
    assert [(choice.kind, choice.withdrawn_at is None) for choice in found] == [(B, True), (A, False), (A, False)]
    made = [choice.made_at for choice in found]
    assert made == sorted(made, reverse=True)


def test_objection_is_in_force_at_once_and_its_withdrawal_too(home: Household) -> None:
    acting = customer(home.persons[0])
    assert level_of_services(home.persons[0]) is Level.PRODUCT
    make_objection(home.persons[0], B, place=Place.PORTAL, acting=acting)
    assert level_of_services(home.persons[0]) is Level.GROUP
    withdraw_objection(home.persons[0], B, place=Place.PORTAL, acting=acting)
    assert level_of_services(home.persons[0]) is Level.PRODUCT


def test_objection_made_in_two_places_at_once_is_made_once(home: Household) -> None:
    def make(place: Place) -> bool:
        from django.db import connection

        try:
            return make_objection(home.persons[0], A, place=place, acting=UPKEEP)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(make, [*Place, *Place])) == [False] * 5 + [True]
    assert len(choices(home.persons[0])) == 1


def test_acts_on_one_person_at_once_all_come_to_pass(home: Household) -> None:
    """An objection ends the person's looks under way, and would end the other acts' looks if they went on beside it."""
    person = home.persons[0]
    acts: list[Callable[[], Any]] = []
    for kind in Objection:
        make_objection(person, B, place=Place.DESK, acting=UPKEEP)
        acts += [
            lambda kind=kind: make_objection(person, kind, place=Place.DESK, acting=UPKEEP) is not None,
            lambda: change_language(person, Language.SV, acting=UPKEEP) is None,
            lambda kind=kind: (
                change_contact(
                    person, REACHED[kind], "+358 40 1234567" if kind is A else "Katu 1\n00100", acting=UPKEEP
                )
                is None
            ),
        ]
    acts.append(lambda: withdraw_objection(person, B, place=Place.DESK, acting=UPKEEP))

    def act(what: Callable[[], Any]) -> Any:
        from django.db import connection

        try:
            return what()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        assert all(pool.map(act, acts))
    assert rows("SELECT count(*) FROM contact WHERE person_id = %s", person) == [(3,)]


def test_each_of_a_household_chooses_for_their_own(database: str) -> None:
    home = a_household(2)
    make_objection(home.persons[0], B, place=Place.DESK, acting=customer(home.persons[0]))
    assert [level_of_services(person) for person in home.persons] == [Level.GROUP, Level.PRODUCT]


def test_language_is_changed(home: Household) -> None:
    from tarkka.people.queries import read_person

    change_language(home.persons[0], Language.SV, acting=customer(home.persons[0]))
    with own_look(home.persons[0]):
        assert read_person(home.persons[0]).language is Language.SV


@pytest.mark.parametrize("act", [name for name in ACTS if name != "withdraw_objection"])
def test_act_on_nobody_is_told(home: Household, act: str) -> None:
    nobody = Household(home.id, (2**60,), (new_number(),))
    if act in ("close_card", "remove_contact"):
        assert not ACTS[act](nobody, UPKEEP)
    else:
        with pytest.raises(ValueError, match=r"there is no such person|belongs to no household"):
            ACTS[act](nobody, UPKEEP)


@pytest.mark.parametrize("act", ACTS)
def test_operator_acts_with_a_mandate_and_the_person_sees_it(home: Household, act: str) -> None:
    if act == "withdraw_objection":
        make_objection(home.persons[0], A, place=Place.DESK, acting=customer(home.persons[0]))
    before = rows(STATE, home.persons[0])
    acting = an_operator()
    assert ACTS[act](home, acting) is not False
    assert rows(STATE, home.persons[0]) != before
    seen = looks(home.persons[0])[0]
    assert (seen.role, seen.purpose, seen.level, seen.outcome) == (
        Role.REGISTER_ADMINISTRATOR, Purpose.REGISTER_UPKEEP, Level.TOTAL, "granted",
    )  # fmt: skip
    assert acting.id not in repr(seen)
    [(actor,)] = rows("SELECT actor FROM access_event WHERE id = %s", seen.id)
    assert actor == acting.id


def without_agreement() -> Actor:
    return an_operator(signed=False)


def unconfirmed() -> Actor:
    return an_operator(confirmed=False)


def expired() -> Actor:
    acting = an_operator()
    let_mandate_expire(acting)
    return acting


def in_another_role() -> Actor:
    acting = an_operator()
    return Actor(Role.CUSTOMER_SERVICE, acting.id, Purpose.REGISTER_UPKEEP, "C-1")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("whose", "reason"),
    [
        (lambda: operator("nobody"), "no_mandate"),
        (expired, "no_mandate"),
        (in_another_role, "no_mandate"),
        (without_agreement, "no_agreement"),
        (unconfirmed, "no_mandate"),
        (lambda: customer(2**60), "not_own"),
    ],
    ids=["no mandate", "expired", "in another role", "no agreement", "unconfirmed", "another customer"],
)
def test_whoever_may_not_is_refused_and_the_person_sees_that_too(
    home: Household, act: str, whose: Callable[[], Actor], reason: str
) -> None:
    make_objection(home.persons[0], B, place=Place.DESK, acting=customer(home.persons[0]))
    before = rows(STATE, home.persons[0])
    acting = whose()
    with pytest.raises(access.Refused) as refusal:
        ACTS[act](home, acting)
    assert refusal.value.reason == reason
    assert rows(STATE, home.persons[0]) == before
    seen = looks(home.persons[0])[0]
    assert (seen.id, seen.role, seen.outcome) == (refusal.value.event_id, acting.role, "refused")


def test_person_of_the_same_household_may_not_either(database: str) -> None:
    home = a_household(2)
    with pytest.raises(access.Refused, match="not_own"):
        make_objection(home.persons[1], A, place=Place.PORTAL, acting=customer(home.persons[0]))
    assert choices(home.persons[1]) == []


@pytest.mark.parametrize("act", ACTS)
def test_customer_changes_their_own_choices_and_no_card_or_membership(home: Household, act: str) -> None:
    before = rows(STATE, home.persons[0])
    if act in OF_THEIR_OWN:
        ACTS[act](home, customer(home.persons[0]))
        assert act == "withdraw_objection" or rows(STATE, home.persons[0]) != before
    else:
        try:
            is_done = ACTS[act](home, customer(home.persons[0]))
        except (InsufficientPrivilege, ValueError):
            is_done = False
        assert is_done is False
        assert rows(STATE, home.persons[0]) == before


@pytest.mark.parametrize("act", ACTS)
def test_act_at_a_look_for_another_purpose_changes_nothing(home: Household, act: str) -> None:
    make_objection(home.persons[0], B, place=Place.DESK, acting=customer(home.persons[0]))
    before = rows(STATE, home.persons[0])
    try:
        is_done = ACTS[act](home, Actor(Role.AUTOMATIC, "receipts by mail", Purpose.SERVICES))
    except (InsufficientPrivilege, ValueError):
        is_done = False
    assert is_done is False
    assert rows(STATE, home.persons[0]) == before


def test_act_that_changed_nothing_is_not_told_as_done(database: str) -> None:
    person = a_household(1).persons[0]
    acting = an_operator()
    assert make_objection(person, Objection.A, place=Place.PHONE, acting=acting)
    assert not make_objection(person, Objection.A, place=Place.PHONE, acting=acting)
    assert not withdraw_objection(person, Objection.B, place=Place.PHONE, acting=acting)
    assert rows("SELECT act FROM staff_act WHERE person_id = %s", person) == [("objection_made",)]
