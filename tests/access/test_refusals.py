"""The door stays shut with a reason, and the refusal is recorded where the person sees it."""

import secrets
from typing import Any

import psycopg
import pytest

from acting import a_case, a_mandate, let_mandate_expire
from building import Household, a_household
from looking import latest_events, own_look, rows
from recalling import a_recall_of
from tarkka.access import Refused, Subject, household, opened, person
from tarkka.people.actions import Actor
from tarkka.vocabulary import Purpose, Role, SubjectKind
from walking import STAFF, USES


def refusal(**look: Any) -> Refused:
    with pytest.raises(Refused) as refused, opened(**look):
        pytest.fail("the door was opened")
    return refused.value


def a_member_of_staff(role: Role, **mandate: Any) -> str:
    user_id = f"staff-{secrets.token_hex(4)}"
    a_mandate(user_id, role, **mandate)
    return user_id


def service_look(home: Household, actor: str, case_ref: str | None = "1") -> dict[str, Any]:
    role, purpose = Role.CUSTOMER_SERVICE, Purpose.CUSTOMER_SERVICE
    return {"role": role, "actor": actor, "purpose": purpose, "subject": person(home.persons[0]), "case_ref": case_ref}


def test_every_use_that_nobody_declared_is_refused(home: Household) -> None:
    actors = {role: a_member_of_staff(role) if role in STAFF else str(home.persons[0]) for role in Role}
    ids = {SubjectKind.PERSON: home.persons[0], SubjectKind.HOUSEHOLD: home.id}
    recall = str(a_recall_of(home.persons[0]))
    opens, reasons = set(), set()
    for role in Role:
        for purpose in Purpose:
            for kind in SubjectKind:
                look = {
                    "role": role,
                    "actor": actors[role],
                    "purpose": purpose,
                    "subject": Subject(kind, ids.get(kind)),
                }
                case = a_case(home.persons[0], actors[role]) if role is Role.CUSTOMER_SERVICE else None
                number = recall if purpose is Purpose.RECALL else case
                try:
                    with opened(**look, case_ref=number, terms="name: Nobody") as access:
                        opens.add((role, purpose, kind))
                        if kind not in ids and kind is not SubjectKind.LOOKUP:
                            access.cover([])
                except Refused as refused:
                    reasons.add(refused.reason)
    assert opens == set(USES)
    assert reasons == {"not_declared"}


def test_staff_without_a_mandate_are_refused(home: Household) -> None:
    assert refusal(**service_look(home, "nobody")).reason == "no_mandate"


def test_mandate_for_another_role_is_none(home: Household) -> None:
    assert refusal(**service_look(home, a_member_of_staff(Role.MARKETER))).reason == "no_mandate"


def test_mandate_that_has_ended_is_none(home: Household) -> None:
    staff = a_member_of_staff(Role.CUSTOMER_SERVICE)
    let_mandate_expire(Actor(Role.CUSTOMER_SERVICE, staff, Purpose.CUSTOMER_SERVICE))
    assert refusal(**service_look(home, staff)).reason == "no_mandate"


def test_mandate_that_nobody_confirmed_is_none(home: Household) -> None:
    assert (
        refusal(**service_look(home, a_member_of_staff(Role.CUSTOMER_SERVICE, confirmed=False))).reason == "no_mandate"
    )


def test_staff_without_a_signed_agreement_are_refused(home: Household) -> None:
    staff = a_member_of_staff(Role.CUSTOMER_SERVICE, signed=False)
    assert refusal(**service_look(home, staff)).reason == "no_agreement"


@pytest.mark.parametrize("case_ref", [None, "", "  ", "C-1", "0", "9" * 18, "9" * 19])
def test_customer_service_without_a_case_is_refused(home: Household, case_ref: str | None) -> None:
    staff = a_member_of_staff(Role.CUSTOMER_SERVICE)
    assert refusal(**service_look(home, staff, case_ref)).reason == "no_case"


def test_customer_is_refused_everybody_else(home: Household) -> None:
    me, mate = home.persons
    look = {"role": Role.CUSTOMER, "actor": str(me), "purpose": Purpose.OWN_DATA}
    assert refusal(**look, subject=person(mate)).reason == "not_own"
    assert refusal(**look, subject=person(a_household(1).persons[0])).reason == "not_own"


def test_look_at_nobody_in_particular_is_refused(home: Household) -> None:
    look = {"role": Role.AUTOMATIC, "actor": "test"}
    assert refusal(**look, purpose=Purpose.REGISTER_UPKEEP, subject=Subject(SubjectKind.PERSON)).reason == "no_subject"
    assert refusal(**look, purpose=Purpose.BONUS, subject=Subject(SubjectKind.HOUSEHOLD)).reason == "no_subject"


def test_customer_is_refused_the_view_of_a_household_that_is_not_theirs(home: Household) -> None:
    look = {"role": Role.CUSTOMER, "purpose": Purpose.HOUSEHOLD_VIEW}
    stranger = a_household(1)
    assert refusal(**look, actor=str(stranger.persons[0]), subject=household(home.id)).reason == "not_member"
    assert refusal(**look, actor=str(home.persons[0]), subject=household(stranger.id)).reason == "not_member"


@pytest.mark.parametrize(
    ("role", "purpose", "reason"), [("automatic", "marketing", "needs_audience"), ("customer", "own_data", "not_own")]
)
def test_door_refuses_what_no_description_should_have_allowed(
    admin: psycopg.Connection[Any], role: str, purpose: str, reason: str
) -> None:
    # A trace has no place for objections, and a customer is no group. Reading the description would find it; the door
    # does not count on that.
    columns = "level, basis, person_needs_case, staff, lowered_by_a, lowered_by_b, under_restriction"
    with admin.transaction(force_rollback=True):
        admin.execute("ALTER TABLE description_use DISABLE TRIGGER USER")
        admin.execute(
            f"INSERT INTO description_use SELECT version, purpose, role, 'trace', {columns} FROM description_use"
            " WHERE (purpose, role) = (%s, %s)",
            [purpose, role],
        )
        asked = "SELECT refusal FROM access.issue('', %s, '1', %s, 'trace', NULL, NULL, NULL, NULL, 'PRODUCT')"
        assert admin.execute(asked, [role, purpose]).fetchall() == [(reason,)]


def test_look_without_an_actor_is_an_error(home: Household) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), own_look(home.persons[0], actor="", role=Role.AUTOMATIC):
        pytest.fail("the door was opened")


def test_refusal_is_recorded_and_shown_to_the_person(home: Household) -> None:
    me, mate = home.persons
    refused = refusal(role=Role.CUSTOMER, actor=str(mate), purpose=Purpose.OWN_DATA, subject=person(me))
    with own_look(me):
        event = next(event for event in latest_events() if event.id == refused.event_id)
        assert (event.outcome, event.level, event.role) == ("refused", None, Role.CUSTOMER)
        assert rows("SELECT refusal FROM access_event WHERE id = %s", refused.event_id) == [("not_own",)]


def test_message_of_a_refusal_names_nobody(home: Household) -> None:
    refused = refusal(**service_look(home, "nobody"))
    assert str(refused) == f"refused: no_mandate (access event {refused.event_id})"
