"""The household's view: the main member sees purchases as totals, a member sums, each of their own time (R10–R12)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from building import GROUP_TIME, PRODUCT_TIME, Household, a_household, a_receipt, a_source, take
from households import MONTHS, VIEWS, ZONE, Home, a_changing_household, table
from looking import latest_events, own_look, rows
from tarkka import access
from tarkka.vocabulary import Objection, Place, Purpose, Role

CHANGE = datetime(2020, 1, 1, tzinfo=UTC)
CELLS = [(viewer, month, view) for viewer, row in table(VIEWS).items() for month, view in row.items()]


def household_look(home: Home | Household, person: int) -> Any:
    subject = access.household(home.id)
    return access.opened(role=Role.CUSTOMER, actor=str(person), purpose=Purpose.HOUSEHOLD_VIEW, subject=subject)


def bonus_look(home: Household) -> Any:
    return access.opened(role=Role.AUTOMATIC, actor="bonus", purpose=Purpose.BONUS, subject=access.household(home.id))


def totals() -> list[int]:
    return [cents for (cents,) in rows("SELECT total_cents FROM receipt ORDER BY total_cents")]


def sums(first: str, last: str = "") -> dict[Any, int]:
    query = "SELECT chain_group, chain, bonus_eligible_cents FROM purchases.household_sums(%s, %s)"
    return {(group, chain): cents for group, chain, cents in rows(query, f"{first}-01", f"{last or first}-01")}


def looks_of(person_id: int) -> set[int]:
    with own_look(person_id):
        return {event.id for event in latest_events(limit=10_000)}


def move(person: int, to: int | None, *, is_main_member: bool = False, at: datetime = CHANGE) -> None:
    from tarkka.people.actions import Actor, move_to_household

    acting = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)
    move_to_household(person, to, at=at, is_main_member=is_main_member, acting=acting)


@pytest.fixture(scope="module")
def changing(database: str) -> Home:
    return a_changing_household()


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


@pytest.mark.parametrize(("viewer", "month", "view"), CELLS)
def test_each_sees_of_each_month_exactly_what_the_table_says(
    changing: Home, viewer: str, month: str, view: str
) -> None:
    if view == "refused":
        with pytest.raises(access.Refused, match="not_member"), household_look(changing, changing.persons[viewer]):
            pytest.fail("the door was opened")
        return
    since = datetime.combine(MONTHS[month], datetime.min.time(), ZONE)
    until = since.replace(month=7)
    with household_look(changing, changing.persons[viewer]):
        during = "SELECT id FROM person WHERE id = ANY (people.household_persons(tstzrange(%s, %s)))"
        names = {person for (person,) in rows(during, since, until)}
        seen = rows("SELECT total_cents FROM receipt WHERE purchased_at >= %s AND purchased_at < %s", since, until)
        shown = sums(month)
    main_now = {changing.persons["main"]}
    expected: dict[str, Any] = {
        "all": (changing.names_in(month), changing.total(month), {(None, None): changing.total(month)}),
        "sums": (main_now, 0, changing.sums(month)),
        "-": (set() if viewer == "main" else main_now, 0, {}),
    }[view]
    assert (names, sum(cents for (cents,) in seen), shown) == expected


@pytest.mark.parametrize("viewer", [viewer for viewer, row in table(VIEWS).items() if "refused" not in row.values()])
@pytest.mark.parametrize(
    "query",
    [
        *[f"SELECT * FROM {finer}" for finer in ("receipt_group", "receipt_line", "card", "contact", "membership")],
        *[f"SELECT {column} FROM receipt" for column in ("purchaser_id", "source_receipt_id", "refers_to", "level")],
        *[f"SELECT {column} FROM person" for column in ("identity_hash", "identity_sealed", "language")],
    ],
)
def test_nothing_finer_than_totals_and_names_is_shown_to_anybody(changing: Home, viewer: str, query: str) -> None:
    with (
        pytest.raises(Exception, match="permission denied"),
        household_look(changing, changing.persons[viewer]),
    ):
        rows(query)


@pytest.mark.parametrize("viewer", ["member", "former_main", "joined"])
def test_a_member_sees_no_receipt_and_no_name_but_the_main_members(changing: Home, viewer: str) -> None:
    with household_look(changing, changing.persons[viewer]):
        assert (totals(), rows("SELECT id FROM person")) == ([], [(changing.persons["main"],)])


def test_the_main_member_sees_the_names_of_those_of_their_time_alone(changing: Home) -> None:
    with household_look(changing, changing.persons["main"]):
        seen = {person for (person,) in rows("SELECT id FROM person")}
    assert seen == changing.names_in("2020-06") | changing.names_in("2021-06")
    assert not seen & {changing.persons[name] for name in ("gone_main", "gone", "stranger")}


def test_a_years_sums_are_those_of_its_months(changing: Home) -> None:
    """Were a year merged by itself, a month that is not shown would be the year less the months that are."""
    with household_look(changing, changing.persons["member"]):
        assert rows("SELECT count(*) FROM purchases.household_sums('2018-01-01', '2021-12-31')") == [(12,)]
        for month in MONTHS:
            year = sums(f"{month[:4]}-01", f"{month[:4]}-12")
            assert year == sums(month) == changing.sums(month)


def test_sums_are_of_whole_months_whatever_is_asked(changing: Home) -> None:
    """Days would tell one day's purchases from another's."""
    query = "SELECT sum(bonus_eligible_cents) FROM purchases.household_sums(%s, %s)"
    with household_look(changing, changing.persons["member"]):
        assert rows(query, "2020-06-14", "2020-06-14") == [(changing.total("2020-06"),)]


def test_objections_change_nothing_in_the_households_view(changing: Home) -> None:
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    people = [changing.persons[name] for name in ("mate", "member")]
    for person in people:
        for objection in Objection:
            make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    try:
        with household_look(changing, changing.persons["member"]):
            assert sums("2020-06") == changing.sums("2020-06")
        with household_look(changing, changing.persons["main"]):
            assert sum(totals()) == changing.total("2020-06") + changing.total("2021-06")
    finally:
        for person in people:
            for objection in Objection:
                withdraw_objection(person, objection, place=Place.PORTAL, acting=customer(person))


def test_the_program_is_told_no_names_and_no_sums(changing: Home) -> None:
    with bonus_look(Household(changing.id, (), ())):
        assert rows("SELECT id FROM person") == []
        assert rows("SELECT * FROM purchases.household_sums('2018-01-01', '2021-12-01')") == []


@pytest.mark.parametrize(
    "function", ["purchases.household_sums('2018-01-01', '2021-12-01')", "people.household_persons()"]
)
def test_neither_sums_nor_names_are_told_outside_a_look_at_the_household(changing: Home, function: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        rows(f"SELECT * FROM {function}")
    with pytest.raises(Exception, match="permission denied"), own_look(changing.persons["member"]):
        rows(f"SELECT * FROM {function}")


def test_main_member_sees_the_households_bonus_purchases(home: Household) -> None:
    with household_look(home, home.persons[0]):
        assert totals() == [100, 200]


def test_program_that_works_out_bonus_sees_every_purchase(home: Household) -> None:
    with bonus_look(home):
        assert totals() == [100, 200, 300]


def test_main_member_who_came_back_sees_both_times(home: Household) -> None:
    main = home.persons[0]
    move(main, None, at=datetime(2016, 1, 1, tzinfo=UTC))
    move(main, home.id, is_main_member=True)
    with household_look(home, main):
        assert totals() == [100, 200]


def test_view_ends_with_the_membership(home: Household) -> None:
    for person in home.persons:
        move(person, None)
        with pytest.raises(access.Refused, match="not_member"), household_look(home, person):
            pytest.fail("the door was opened")


def test_household_without_a_main_member_names_nobody(home: Household) -> None:
    move(home.persons[0], None)
    with household_look(home, home.persons[1]):
        assert rows("SELECT id FROM person") == []
        assert sums("2024-03") == {(None, None): 200}


def test_purchases_stay_with_the_household_of_their_time(home: Household) -> None:
    other = a_household(1)
    move(home.persons[1], other.id)
    with household_look(other, other.persons[0]):
        assert totals() == []
    with household_look(home, home.persons[0]):
        assert totals() == [100, 200]


@pytest.mark.parametrize("viewer", [0, 1])
def test_everyone_whose_purchases_were_in_the_look_finds_it_among_theirs(home: Household, viewer: int) -> None:
    with household_look(home, home.persons[viewer]) as look:
        pass
    assert all(look.event_id in looks_of(person) for person in home.persons)
    assert look.event_id not in looks_of(a_household(1).persons[0])


def test_somebody_who_left_before_the_looks_time_is_not_in_it(home: Household) -> None:
    main, other = home.persons
    move(other, None, at=datetime(2018, 1, 1, tzinfo=UTC))
    third = a_household(1).persons[0]
    move(main, None)
    move(third, home.id, is_main_member=True)
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
