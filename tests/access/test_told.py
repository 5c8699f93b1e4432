"""What a person is told of staff: the cases of looks at them, what was done there, and a broken glass (R17, R22)."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acting import a_mandate
from building import Household, a_household, a_source, administrator, take_three_levels
from looking import latest_events, own_look, rows
from tarkka.access import Refused, opened, person
from tarkka.access.cases import break_glass, cases_open, open_case
from tarkka.access.told import CaseTold, GlassTold, Told, glass_broken, told_of
from tarkka.vocabulary import Act, Place, Purpose, Role


@pytest.fixture
def clerk(database: str) -> str:
    user_id = f"staff-{secrets.token_hex(4)}"
    a_mandate(user_id, Role.CUSTOMER_SERVICE)
    return user_id


def look(person_id: int, clerk: str, case: int, *acts: Act, **more: Any) -> int:
    """Look at a person in a case, and record what was done; return the event."""
    by = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
    with opened(**by, subject=person(person_id), case_ref=str(case), **more) as access:
        for act in acts:
            rows("SELECT access.record_act(%s)", act)
        return access.event_id


def test_each_look_is_told_with_its_case_and_what_was_done_in_order(clerk: str) -> None:
    me, mate = a_household(2).persons
    case = open_case(me, "choice_change", place=Place.PHONE, identified_by="questions", acting=clerk)
    theirs = open_case(mate, "choice_change", place=Place.DESK, identified_by="questions", acting=clerk)
    done = look(me, clerk, case, Act.OBJECTION_MADE, Act.CARD_CLOSED)
    nothing = look(me, clerk, case)
    look(mate, clerk, theirs, Act.CARD_OPENED)
    [opened_at] = [each.opened_at for each in cases_open(clerk) if each.id == case]
    with own_look(me):
        told = told_of([(done, str(case)), (nothing, str(case)), (1, None), (2, str(theirs)), (3, "no number")])
        assert told_of([]) == told_of([(nothing, None)]) == Told({}, {})
    what = CaseTold(case, "choice_change", False, Place.PHONE, "questions", opened_at)
    assert told == Told({str(case): what}, {done: (Act.OBJECTION_MADE, Act.CARD_CLOSED)})
    assert isinstance(told.cases[str(case)].place, Place)
    assert all(isinstance(act, Act) for act in told.acts[done])


def test_broken_glass_is_told_since_a_moment_and_the_newest_first(clerk: str) -> None:
    [me] = a_household(1).persons
    began = datetime.now(UTC) - timedelta(seconds=1)
    open_case(me, "choice_change", place=Place.PHONE, identified_by="questions", acting=clerk)
    first = break_glass(me, "emergency", reason="a test", minutes=5, acting=clerk)
    second = break_glass(me, "emergency", reason="a test", minutes=5, acting=clerk)
    at = {each.id: each.opened_at for each in cases_open(clerk)}
    with own_look(me):
        told = glass_broken(began)
        assert glass_broken(at[second]) == told[:1]
        assert glass_broken(at[second] + timedelta(seconds=1)) == []
    cases = [CaseTold(each, "emergency", True, None, None, at[each]) for each in (second, first)]
    assert told == [GlassTold(each, was_looked=False, is_open=True) for each in cases]


def test_broken_glass_is_told_with_whether_anything_was_looked_at_and_may_still_be(clerk: str) -> None:
    [me] = a_household(1).persons
    began = datetime.now(UTC) - timedelta(seconds=1)
    used, refused, over = (
        break_glass(me, "emergency", reason="a test", minutes=5, acting=clerk) for _ in range(3)
    )  # fmt: skip
    look(me, clerk, used)
    with pytest.raises(Refused, match="without_the_customer"), opened(
        role=Role.CUSTOMER_SERVICE, actor=clerk, purpose=Purpose.REGISTER_UPKEEP, subject=person(me),
        case_ref=str(refused),
    ):  # fmt: skip
        pass  # pragma: no cover
    with opened(  # a reference that others wrote is nobody's look in the case
        role=Role.AUTOMATIC, actor="test", purpose=Purpose.SERVICES, subject=person(me), case_ref=str(over)
    ):
        pass
    with administrator() as server:
        server.execute("SET session_replication_role = replica")
        server.execute("UPDATE service_case SET closes_at = now() WHERE id = %s", [over])
    with own_look(me):
        told = {each.case.id: (each.was_looked, each.is_open) for each in glass_broken(began)}
    assert told == {used: (True, True), refused: (False, True), over: (False, False)}


def test_open_case_names_the_receipt_that_was_pointed_out(clerk: str) -> None:
    home: Household = a_household(1)
    take_three_levels(a_source(), home.cards[0])
    [me] = home.persons
    with own_look(me):
        receipt = rows("SELECT max(id) FROM receipt")[0][0]
    case = open_case(me, "receipt_question", place=Place.PHONE, identified_by="questions", acting=clerk)
    assert [each.receipt_id for each in cases_open(clerk)] == [None]
    look(me, clerk, case, receipt_id=receipt)
    assert [each.receipt_id for each in cases_open(clerk)] == [receipt]


def test_fifty_looks_are_told_where_no_number_is_asked_for(database: str) -> None:
    [me] = a_household(1).persons
    for _ in range(50):
        with own_look(me):
            pass
    with own_look(me):
        from tarkka.access.queries import find_events

        found = find_events()
        assert (len(found.events), found.older) == (50, found.events[-1].id)
        assert len(latest_events(limit=60)) > 50
