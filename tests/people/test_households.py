"""Households over time: a person has one at a time, a household one main member, and a purchase that of its moment."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acting import an_operator
from building import Household, a_household, a_receipt, a_source, take
from looking import login
from storing import kept, rows
from tarkka.people.actions import Actor, customer, move_to_household
from tarkka.people.registering import found_household
from tarkka.vocabulary import Purpose, Role

SINCE = datetime(2014, 5, 1, tzinfo=UTC)
CHANGE = datetime(2020, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
UPKEEP = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)

DAYS = [SINCE + timedelta(days=at) for at in range(5)]
MOMENTS = sorted({day + shift * INSTANT for day in DAYS for shift in (-1, 0, 1)})


def move(person_id: int, household_id: int | None, at: datetime, *, main: bool = False) -> None:
    move_to_household(person_id, household_id, at=at, is_main_member=main, acting=UPKEEP)


def holders(cards: Iterable[str]) -> Any:
    """Return the holders of some cards, as the intake asks for them."""
    from tarkka.people.queries import CardHolders

    with login() as connection:
        [batch] = connection.execute("SELECT access.begin_batch(0)").fetchone()
        connection.execute("SET ROLE tarkka_intake")
        return CardHolders(connection, batch, cards)


def holder(card: str, at: datetime) -> Any:
    """Return person and household of a purchase with the card, or the reason why it is nobody's."""
    found = holders([card]).at(card, at)
    return found if isinstance(found, str) else (found.person_id, found.household_id)


@dataclass(frozen=True)
class Stay:
    """A membership as the model has it; `end` None until further notice."""

    household: int
    start: datetime
    end: datetime | None
    is_main: bool

    def holds(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)

    def lasts_beyond(self, at: datetime) -> bool:
        return self.end is None or self.end > at


class Model:
    """What ought to happen: the memberships of some persons, and which move is refused."""

    def __init__(self, homes: list[Household]) -> None:
        self.stays = {
            person: [Stay(home.id, SINCE, None, place == 0)]
            for home in homes
            for place, person in enumerate(home.persons)
        }

    def move(self, person: int, household: int | None, at: datetime, is_main: bool) -> bool:
        """Tell whether the move is allowed, and make it if it is."""
        ended = [stay for stay in self.stays[person] if stay.start < at and stay.holds(at)]
        left = [stay for stay in self.stays[person] if stay not in ended]
        if household is None and not ended:
            return False
        if household is not None:
            others = [stay for each, stays in self.stays.items() if each != person for stay in stays]
            mains = [stay for stay in [*others, *left] if stay.is_main and stay.household == household]
            if any(stay.lasts_beyond(at) for stay in [*left, *(mains if is_main else [])]):
                return False
            left.append(Stay(household, at, None, is_main))
        self.stays[person] = [*left, *(Stay(stay.household, stay.start, at, stay.is_main) for stay in ended)]
        return True

    def household_at(self, person: int, at: datetime) -> int | None:
        return next((stay.household for stay in self.stays[person] if stay.holds(at)), None)


MOVES = st.lists(
    st.tuples(st.integers(0, 3), st.none() | st.integers(0, 1), st.sampled_from(MOMENTS), st.booleans()), max_size=10
)


@settings(max_examples=40, deadline=None)
@given(moves=MOVES)
def test_whatever_moves_are_asked_for_nobody_is_in_two_households(database: str, moves: list[tuple]) -> None:
    homes = [a_household(2), a_household(2)]
    persons = [person for home in homes for person in home.persons]
    cards = dict(zip(persons, [card for home in homes for card in home.cards], strict=True))
    model = Model(homes)
    for who, where, at, is_main in moves:
        household = None if where is None else homes[where].id
        if model.move(persons[who], household, at, is_main):
            move(persons[who], household, at, main=is_main)
        else:
            with pytest.raises(ValueError, match=r"belongs to|main member"):
                move(persons[who], household, at, main=is_main)

    found = rows("SELECT person_id, household_id, lower(valid), upper(valid), is_main_member FROM membership"
                 " WHERE person_id = ANY (%s)", persons)  # fmt: skip
    told = [(p, s.household, s.start, s.end, s.is_main) for p, stays in model.stays.items() for s in stays]
    assert sorted(found, key=str) == sorted(told, key=str)
    stays = [(person, Stay(*columns)) for person, *columns in found]
    found_holders = holders(cards.values())
    for at in [*MOMENTS, MOMENTS[-1] + timedelta(days=9)]:
        here = [(person, stay) for person, stay in stays if stay.holds(at)]
        assert len({person for person, _ in here}) == len(here)
        mains = [stay.household for _, stay in here if stay.is_main]
        assert len(set(mains)) == len(mains)
        for person, card in cards.items():
            household = model.household_at(person, at)
            told_of = found_holders.at(card, at)
            if at < SINCE:
                assert told_of == "card_closed"
            elif household is None:
                assert told_of == "no_household"
            else:
                assert (told_of.person_id, told_of.household_id) == (person, household)


@pytest.mark.parametrize(("since", "until"), [(SINCE, CHANGE), (CHANGE, CHANGE + INSTANT)])
def test_membership_holds_from_its_first_microsecond_to_before_its_last(
    database: str, since: datetime, until: datetime
) -> None:
    home, other = a_household(1, since=since), a_household(1)
    move(home.persons[0], other.id, until)
    [card] = home.cards
    assert holder(card, since - INSTANT) == "card_closed"
    assert holder(card, since) == holder(card, until - INSTANT) == (home.persons[0], home.id)
    assert holder(card, until) == (home.persons[0], other.id)


def test_moment_is_the_same_in_every_time_zone(database: str) -> None:
    home, other = a_household(1), a_household(1)
    move(home.persons[0], other.id, datetime.fromisoformat("2020-03-29T04:00:00+03:00"))
    assert holder(home.cards[0], datetime.fromisoformat("2020-03-29T02:59:59.999999+02:00"))[1] == home.id
    assert holder(home.cards[0], datetime.fromisoformat("2020-03-28T21:00:00-04:00"))[1] == other.id


def test_receipt_comes_to_the_household_of_its_moment_however_late_it_comes(database: str) -> None:
    home, other, source = a_household(2), a_household(1), a_source()
    move(home.persons[1], other.id, CHANGE)
    move(home.persons[1], None, CHANGE + timedelta(days=10))
    moments = [CHANGE - INSTANT, CHANGE, CHANGE + timedelta(days=10, microseconds=-1), CHANGE + timedelta(days=10)]
    verdicts = take(
        source,
        [
            a_receipt(receipt_id=str(place), card=home.cards[1], purchased_at=at.isoformat())
            for place, at in enumerate(moments)
        ],
    )
    assert verdicts[3].rejection.reason == "no_household"
    assert [kept(source)[str(place)].household_id for place in range(3)] == [home.id, other.id, other.id]


def test_person_returns_to_a_household(database: str) -> None:
    home = a_household(2)
    move(home.persons[1], None, CHANGE)
    move(home.persons[1], home.id, CHANGE + timedelta(days=1))
    assert holder(home.cards[1], CHANGE) == "no_household"
    assert holder(home.cards[1], CHANGE + timedelta(days=1))[1] == home.id


def test_second_main_member_is_refused_and_the_first_goes_first(database: str) -> None:
    home = a_household(2)
    with pytest.raises(ValueError, match="has another main member at that time or later"):
        move(home.persons[1], home.id, CHANGE, main=True)
    move(home.persons[0], home.id, CHANGE)
    move(home.persons[1], home.id, CHANGE, main=True)
    assert rows(
        "SELECT person_id FROM membership WHERE household_id = %s AND is_main_member AND valid @> now()", home.id
    ) == [(home.persons[1],)]


@pytest.mark.parametrize("at", [SINCE, SINCE - timedelta(days=1)])
def test_move_at_or_before_the_beginning_is_told_plainly_and_changes_nothing(database: str, at: datetime) -> None:
    home, other = a_household(1), a_household(1)
    with pytest.raises(ValueError, match="belongs to a household at that time or later"):
        move(home.persons[0], other.id, at)
    with pytest.raises(ValueError, match="belongs to no household just before that moment"):
        move(home.persons[0], None, at)
    assert rows("SELECT household_id, upper(valid) FROM membership WHERE person_id = %s", home.persons[0]) == [
        (home.id, None)
    ]


def test_move_in_the_middle_of_what_came_later_is_told_plainly(database: str) -> None:
    home, other, third = a_household(1), a_household(1), a_household(1)
    move(home.persons[0], other.id, CHANGE)
    with pytest.raises(ValueError, match="belongs to a household at that time or later"):
        move(home.persons[0], third.id, CHANGE - timedelta(days=9))
    move(home.persons[0], None, CHANGE - timedelta(days=9))
    assert holder(home.cards[0], CHANGE - timedelta(days=1)) == "no_household"
    assert holder(home.cards[0], CHANGE)[1] == other.id


def test_move_is_not_made_by_half(database: str) -> None:
    home, other = a_household(1), a_household(1)
    with pytest.raises(ValueError, match="main member"):
        move(home.persons[0], other.id, CHANGE, main=True)
    assert holder(home.cards[0], CHANGE)[1] == home.id


def test_household_that_is_not_there_is_told(database: str) -> None:
    home = a_household(1)
    with pytest.raises(ValueError, match="there is no such household") as error:
        move(home.persons[0], 2**60, CHANGE)
    assert error.value.__suppress_context__
    assert holder(home.cards[0], CHANGE)[1] == home.id


def test_person_who_is_not_there_is_told(database: str) -> None:
    home = a_household(1)
    with pytest.raises(ValueError, match="there is no such person"):
        move(2**60, home.id, CHANGE)


def test_new_household_is_founded_and_moved_into(database: str) -> None:
    home = a_household(2)
    new = found_household()
    assert new not in (home.id, found_household())
    move(home.persons[1], new, CHANGE, main=True)
    assert holder(home.cards[1], CHANGE) == (home.persons[1], new)


def test_two_cannot_become_main_member_at_once(database: str) -> None:
    """The constraint decides, not who looked first: the second waits for the first's commit."""
    home, other = a_household(1), a_household(1)
    persons = home.persons + other.persons
    for person in persons:
        move(person, None, CHANGE)
    insert = """
        INSERT INTO membership (person_id, household_id, is_main_member, valid)
        VALUES (%s, %s, true, '[2024-01-01,)')
    """
    address = os.environ["TARKKA_OWNER_URL"]
    with psycopg.connect(address) as first, psycopg.connect(address) as second:
        first.execute(insert, [persons[0], home.id])
        second.execute("SET lock_timeout = '100ms'")
        second.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(insert, [persons[1], home.id])
        first.commit()
        second.rollback()
        with pytest.raises(psycopg.errors.ExclusionViolation, match="one_main_member_at_a_time"):
            second.execute(insert, [persons[1], home.id])


def test_customer_moves_nobody(database: str) -> None:
    home, other = a_household(1), a_household(1)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        move_to_household(home.persons[0], other.id, at=CHANGE, acting=customer(home.persons[0]))
    with pytest.raises(ValueError, match="belongs to no household"):  # to them, no membership is there to end
        move_to_household(home.persons[0], None, at=CHANGE, acting=customer(home.persons[0]))
    assert holder(home.cards[0], CHANGE)[1] == home.id


def test_operator_moves_with_a_mandate(database: str) -> None:
    home, other = a_household(1), a_household(1)
    move_to_household(home.persons[0], other.id, at=CHANGE, acting=an_operator())
    assert holder(home.cards[0], CHANGE)[1] == other.id
