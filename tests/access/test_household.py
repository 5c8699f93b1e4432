"""The household's view: its main member sees totals of bonus purchases, of their own time in that role (R10, R12)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from building import GROUP_TIME, PRODUCT_TIME, Household, a_household, a_receipt, a_source, take
from looking import count, own_look, rows
from tarkka import access
from tarkka.people.actions import Actor, move_to_household
from tarkka.vocabulary import Purpose, Role

UPKEEP = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)
CHANGE = datetime(2020, 1, 1, tzinfo=UTC)


def household_look(home: Household, main: int) -> Any:
    subject = access.household(home.id)
    return access.opened(role=Role.CUSTOMER, actor=str(main), purpose=Purpose.HOUSEHOLD_VIEW, subject=subject)


def bonus_look(home: Household) -> Any:
    return access.opened(role=Role.AUTOMATIC, actor="bonus", purpose=Purpose.BONUS, subject=access.household(home.id))


def totals() -> list[int]:
    return [cents for (cents,) in rows("SELECT total_cents FROM receipt ORDER BY total_cents")]


def looks_of(person_id: int) -> set[int]:
    from tarkka.access.queries import latest_events

    with own_look(person_id):
        return {event.id for event in latest_events(limit=10_000)}


@pytest.fixture
def home(database: str) -> Household:
    """A household of two; the second person bought for 1 euro in 2015, 2 in 2024, and 3 without bonus."""
    household, source = a_household(2), a_source()
    bought = [(GROUP_TIME, "1.00", "1.00"), (PRODUCT_TIME, "2.00", "2.00"), (PRODUCT_TIME, "3.00", "0.00")]
    take(
        source,
        [
            a_receipt(
                card=household.cards[1], purchased_at=at, total=total, bonus_eligible=bonus, lines=None,
                payments=[{"method": "card", "amount": total}],
            )
            for at, total, bonus in bought
        ],
    )  # fmt: skip
    return household


def test_main_member_sees_the_households_bonus_purchases(home: Household) -> None:
    with household_look(home, home.persons[0]):
        assert totals() == [100, 200]


def test_program_that_works_out_bonus_sees_every_purchase(home: Household) -> None:
    with bonus_look(home):
        assert totals() == [100, 200, 300]


@pytest.mark.parametrize("column", ["purchaser_id", "source_receipt_id", "refers_to"])
def test_whose_purchase_of_the_household_it_was_is_not_shown(home: Household, column: str) -> None:
    with pytest.raises(Exception, match="permission denied"), household_look(home, home.persons[0]):
        rows(f"SELECT {column} FROM receipt")


@pytest.mark.parametrize("table", ["receipt_group", "receipt_line", "person", "card", "membership"])
def test_nothing_finer_than_totals_is_shown_of_a_household(home: Household, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"), household_look(home, home.persons[0]):
        count(table)


def test_new_main_member_sees_their_own_time_and_the_old_one_nothing(home: Household) -> None:
    old, new = home.persons
    for person in home.persons:
        move_to_household(person, None, at=CHANGE, acting=UPKEEP)
    move_to_household(new, home.id, at=CHANGE, is_main_member=True, acting=UPKEEP)
    with household_look(home, new):
        assert totals() == [200]
    with pytest.raises(access.Refused, match="not_main_member"), household_look(home, old):
        pytest.fail("the door was opened")


def test_main_member_who_came_back_sees_both_times(home: Household) -> None:
    main = home.persons[0]
    move_to_household(main, None, at=datetime(2016, 1, 1, tzinfo=UTC), acting=UPKEEP)
    move_to_household(main, home.id, at=CHANGE, is_main_member=True, acting=UPKEEP)
    with household_look(home, main):
        assert totals() == [100, 200]


def test_view_ends_with_the_membership(home: Household) -> None:
    move_to_household(home.persons[0], None, at=CHANGE, acting=UPKEEP)
    with pytest.raises(access.Refused, match="not_main_member"), household_look(home, home.persons[0]):
        pytest.fail("the door was opened")


def test_purchases_stay_with_the_household_of_their_time(home: Household) -> None:
    other = a_household(1)
    move_to_household(home.persons[1], other.id, at=CHANGE, acting=UPKEEP)
    with household_look(other, other.persons[0]):
        assert totals() == []
    with household_look(home, home.persons[0]):
        assert totals() == [100, 200]


def test_everyone_whose_purchases_were_in_the_look_finds_it_among_theirs(home: Household) -> None:
    with household_look(home, home.persons[0]) as look:
        pass
    assert all(look.event_id in looks_of(person) for person in home.persons)
    assert look.event_id not in looks_of(a_household(1).persons[0])


def test_somebody_who_left_before_the_looks_time_is_not_in_it(home: Household) -> None:
    main, other = home.persons
    move_to_household(other, None, at=datetime(2018, 1, 1, tzinfo=UTC), acting=UPKEEP)
    third = a_household(1).persons[0]
    move_to_household(main, None, at=CHANGE, acting=UPKEEP)
    move_to_household(third, home.id, at=CHANGE, is_main_member=True, acting=UPKEEP)
    with household_look(home, third) as look:
        pass
    assert look.event_id in looks_of(third)
    assert look.event_id not in looks_of(other)


def test_nobody_enters_a_household_at_a_look_for_another_purpose(home: Household) -> None:
    stranger = a_household(1).persons[0]
    enter = "INSERT INTO membership (person_id, household_id, is_main_member, valid) VALUES (%s, %s, true, '(,)')"
    for purpose in (Purpose.OWN_DATA, Purpose.SERVICES):
        with pytest.raises(Exception, match="row-level security"), own_look(stranger, purpose=purpose):
            rows(enter + " RETURNING id", stranger, home.id)
        with own_look(home.persons[0], purpose=purpose):
            assert rows("UPDATE membership SET valid = '(,)' RETURNING id") == []
