"""Cards and caps over time: whose a purchase is at its moment, and how finely it may be collected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import ExclusionViolation, InsufficientPrivilege

from acting import an_operator, new_number
from building import Household, a_household, a_receipt, a_source, administrator, outlet_of, take
from looking import login
from storing import kept
from tarkka.people.actions import Actor, close_card, customer, open_card
from tarkka.vocabulary import Level, Purpose, Role

SINCE = datetime(2014, 5, 1, tzinfo=UTC)
CHANGE = datetime(2020, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
UPKEEP = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)


@pytest.fixture
def home(database: str) -> Household:
    return a_household(1)


def holder(card: str, at: datetime) -> Any:
    from tarkka.people.queries import CardHolders

    with login() as connection:
        [batch] = connection.execute("SELECT access.begin_batch(0)").fetchone()
        connection.execute("SET ROLE tarkka_intake")
        return CardHolders(connection, batch, [card]).at(card, at)


def is_open(card: str, at: datetime) -> bool:
    return not isinstance(holder(card, at), str)


def cap(person_id: int, level: Level, since: datetime, until: datetime | None = None) -> None:
    """As the data-protection officer will, after an upheld request."""
    with administrator() as connection:
        connection.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, %s, tstzrange(%s, %s), 'upheld')",
            [person_id, level.name, since, until],
        )


def test_card_that_nobody_has_is_unknown(database: str) -> None:
    assert holder(new_number(), CHANGE) == "unknown_card"


def test_card_is_open_from_its_first_microsecond(home: Household) -> None:
    number = new_number()
    open_card(home.persons[0], number, since=CHANGE, acting=UPKEEP)
    assert holder(number, CHANGE - INSTANT) == "card_closed"
    assert holder(number, CHANGE).person_id == home.persons[0]


def test_card_is_closed_from_its_last_microsecond_on(home: Household) -> None:
    assert close_card(home.persons[0], home.cards[0], at=CHANGE, acting=UPKEEP)
    assert is_open(home.cards[0], CHANGE - INSTANT)
    assert holder(home.cards[0], CHANGE) == "card_closed"


def test_card_is_replaced_without_a_gap(home: Household) -> None:
    [old], new = home.cards, new_number()
    close_card(home.persons[0], old, at=CHANGE, acting=UPKEEP)
    open_card(home.persons[0], new, since=CHANGE, acting=UPKEEP)
    for moment in (CHANGE - INSTANT, CHANGE):
        assert [is_open(card, moment) for card in (old, new)] == [moment < CHANGE, moment >= CHANGE]


def test_purchase_before_the_closing_comes_in_late_and_one_after_it_never(home: Household) -> None:
    close_card(home.persons[0], home.cards[0], at=CHANGE, acting=UPKEEP)
    before, after = take(
        a_source(),
        [a_receipt(card=home.cards[0], purchased_at=at.isoformat()) for at in (CHANGE - INSTANT, CHANGE)],
    )
    assert before.level is Level.PRODUCT
    assert after.rejection.reason == "card_closed"


def test_number_is_used_once_also_after_its_card_is_closed(home: Household) -> None:
    other = a_household(1)
    close_card(other.persons[0], other.cards[0], at=CHANGE, acting=UPKEEP)
    for taken in (home.cards[0], other.cards[0]):
        with pytest.raises(ValueError, match="registered already") as error:
            open_card(home.persons[0], taken, since=CHANGE + INSTANT, acting=UPKEEP)
        assert taken not in str(error.value)
        assert error.value.__suppress_context__
    assert holder(other.cards[0], CHANGE + INSTANT) == "card_closed"


def test_card_is_not_closed_before_or_when_it_opens(home: Household) -> None:
    for at in (SINCE - INSTANT, SINCE):
        assert not close_card(home.persons[0], home.cards[0], at=at, acting=UPKEEP)
    assert is_open(home.cards[0], CHANGE)
    assert close_card(home.persons[0], home.cards[0], at=SINCE + INSTANT, acting=UPKEEP)
    assert is_open(home.cards[0], SINCE)
    assert not is_open(home.cards[0], SINCE + INSTANT)


def test_closed_card_can_be_closed_earlier_and_never_later(home: Household) -> None:
    person, card = home.persons[0], home.cards[0]
    assert close_card(person, card, at=CHANGE, acting=UPKEEP)
    assert not close_card(person, card, at=CHANGE, acting=UPKEEP)
    assert not close_card(person, card, at=CHANGE + INSTANT, acting=UPKEEP)
    assert close_card(person, card, at=CHANGE - INSTANT, acting=UPKEEP)
    assert not is_open(card, CHANGE - INSTANT)


def test_card_of_somebody_else_is_not_there_to_close(home: Household) -> None:
    other = a_household(1)
    assert not close_card(home.persons[0], other.cards[0], at=CHANGE, acting=UPKEEP)
    assert is_open(other.cards[0], CHANGE)


def test_person_has_several_cards(home: Household) -> None:
    numbers = [home.cards[0], new_number(), new_number()]
    for number in numbers[1:]:
        open_card(home.persons[0], number, since=CHANGE, acting=UPKEEP)
    assert {holder(number, CHANGE).person_id for number in numbers} == {home.persons[0]}


def test_person_who_is_not_there_gets_no_card(database: str) -> None:
    with pytest.raises(ValueError, match="there is no such person"):
        open_card(2**60, new_number(), since=CHANGE, acting=UPKEEP)


def test_customer_opens_and_closes_no_card(home: Household) -> None:
    with pytest.raises(InsufficientPrivilege):
        open_card(home.persons[0], new_number(), since=CHANGE, acting=customer(home.persons[0]))
    assert not close_card(home.persons[0], home.cards[0], at=CHANGE, acting=customer(home.persons[0]))
    assert is_open(home.cards[0], CHANGE)


def test_operator_opens_and_closes_with_a_mandate(home: Household) -> None:
    number, acting = new_number(), an_operator()
    open_card(home.persons[0], number, since=SINCE, acting=acting)
    assert is_open(number, CHANGE)
    assert close_card(home.persons[0], number, at=CHANGE, acting=acting)
    assert not is_open(number, CHANGE)


def test_cap_holds_for_its_time_alone(home: Household) -> None:
    cap(home.persons[0], Level.GROUP, CHANGE, CHANGE + timedelta(days=1))
    cap(home.persons[0], Level.TOTAL, CHANGE + timedelta(days=1))
    moments = [CHANGE - INSTANT, CHANGE, CHANGE + timedelta(days=1) - INSTANT, CHANGE + timedelta(days=1)]
    found = [holder(home.cards[0], at).cap for at in moments]
    assert found == [Level.PRODUCT, Level.GROUP, Level.GROUP, Level.TOTAL]


def test_there_is_one_cap_at_a_time(home: Household) -> None:
    cap(home.persons[0], Level.GROUP, CHANGE)
    with pytest.raises(ExclusionViolation, match="one_cap_at_a_time"):
        cap(home.persons[0], Level.TOTAL, CHANGE + timedelta(days=1))


def test_cap_of_one_leaves_the_others_of_the_household(database: str) -> None:
    home = a_household(2)
    cap(home.persons[0], Level.TOTAL, CHANGE)
    assert [holder(card, CHANGE).cap for card in home.cards] == [Level.TOTAL, Level.PRODUCT]


def test_receipts_are_written_no_finer_than_the_cap(home: Household) -> None:
    cap(home.persons[0], Level.GROUP, CHANGE)
    source = a_source()
    moments = {"before": CHANGE - INSTANT, "after": CHANGE}
    take(
        source, [a_receipt(receipt_id=r, card=home.cards[0], purchased_at=at.isoformat()) for r, at in moments.items()]
    )
    coarse = outlet_of("restaurants")
    take(source, [a_receipt(receipt_id="coarse", card=home.cards[0], outlet=coarse, purchased_at=CHANGE.isoformat())])
    found = kept(source)
    assert {name: receipt.level for name, receipt in found.items()} == {
        "before": "PRODUCT",
        "after": "GROUP",
        "coarse": "TOTAL",
    }
    assert found["after"].lines == []
