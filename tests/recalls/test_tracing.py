"""Whom a recall finds: by product, lot and outlet, less what came back, late receipts and coarser levels (R19)."""

from datetime import date
from typing import Any

import pytest

from building import GROUP_TIME, Household, a_household, a_receipt, a_return, a_source, administrator, outlet_of, take
from looking import latest_events, own_look
from recalling import MILK, a_recall, found_for

MARCH_2015 = {"first": date(2015, 3, 1), "last": date(2015, 3, 31)}


@pytest.fixture
def home(database: str) -> Household:
    from tarkka.purchases.actions import register_groups

    register_groups([("dairy", "Maito", "Mjölk", "Dairy")])
    return a_household(1)


def milk(quantity: str = "1", lot: str | None = None, number: int = 1, **more: Any) -> dict[str, Any]:
    line = {"line": number, "gtin": MILK, "name": "Milk", "group": "dairy", "quantity": quantity, "unit": "pcs"}
    return line | {"amount": f"{float(quantity) * 2:.2f}"} | ({"lot": lot} if lot else {}) | more


def bought(home: Household, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    total = f"{sum(float(line['amount']) for line in lines):.2f}"
    sums = {"total": total, "bonus_eligible": total, "card_benefit": "0", "payments": []}
    return a_receipt(**{"card": home.cards[0], "lines": list(lines)} | sums | changes)


def taken(*receipts: dict[str, Any]) -> None:
    verdicts = take(a_source(), receipts)
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts


def traced(**recall: Any) -> dict[int, str]:
    from tarkka.recalls.tracing import trace_recall

    number = a_recall(**recall)
    trace_recall(number)
    return found_for(number)


def certainty(home: Household, **recall: Any) -> str | None:
    return traced(**recall).get(home.persons[0])


def test_buyer_is_found_and_nobody_else(home: Household) -> None:
    neighbour = a_household(1)
    taken(bought(home, milk()), bought(neighbour, milk(gtin="73513537", name="Cream")))
    found = traced()
    assert found[home.persons[0]] == "bought"
    assert neighbour.persons[0] not in found


@pytest.mark.parametrize("gtin", [MILK, f"0{MILK}"])
def test_gtin_is_the_same_product_however_it_is_written(home: Household, gtin: str) -> None:
    taken(bought(home, milk(gtin=gtin)))
    assert certainty(home) == "bought"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2024-02-29T23:59:59+02:00", None),
        ("2024-03-01T00:00:00+02:00", "bought"),
        ("2024-03-31T23:59:59+03:00", "bought"),
        ("2024-04-01T00:00:00+03:00", None),
    ],
)
def test_period_is_of_whole_days_in_the_registers_time_zone(home: Household, at: str, expected: str | None) -> None:
    taken(bought(home, milk(), purchased_at=at))
    assert certainty(home) == expected


def test_period_over_several_quarters_is_traced_whole(home: Household) -> None:
    mate = a_household(1)
    taken(
        bought(home, milk(), purchased_at="2023-12-31T23:59:59+02:00"),
        bought(mate, milk(), purchased_at="2024-01-01T00:30:00+02:00"),
    )
    found = traced(first=date(2023, 12, 1), last=date(2024, 4, 30))
    assert found.keys() >= {home.persons[0], mate.persons[0]}


@pytest.mark.parametrize(
    ("outlets", "expected"), [((), "bought"), (("outlet-prisma",), "bought"), (("outlet-s-market",), None)]
)
def test_outlets_bound_it(home: Household, outlets: tuple[str, ...], expected: str | None) -> None:
    taken(bought(home, milk(), outlet=outlet_of("prisma")))
    assert certainty(home, outlets=outlets) == expected


@pytest.mark.parametrize(
    ("lot", "expected"), [("L1", "bought"), ("l 1", "bought"), ("L2", None), (None, "may_have_bought")]
)
def test_lots_bound_it_and_a_line_without_one_may_be_of_any(
    home: Household, lot: str | None, expected: str | None
) -> None:
    taken(bought(home, milk(lot=lot)))
    assert certainty(home, lots=("L1",)) == expected


def test_group_without_a_gtin_is_recalled_whole(home: Household) -> None:
    taken(bought(home, milk(gtin="", name="Curd", group="dairy")))
    assert certainty(home, gtins=(), groups=("dairy",)) == "bought"


RETURNS = [
    # lots of the recall, what was sold (quantity, lot), what came back, what is expected
    ((), [("1", None)], [("-1", None)], None),
    ((), [("2", None)], [("-1", None)], "bought"),
    ((), [("2", None), ("1", None)], [("-3", None)], None),
    (("L1",), [("1", "L1")], [("-1", "L1")], None),
    (("L1",), [("1", "L1")], [("-1", None)], None),
    (("L1",), [("1", "L1"), ("1", "L2")], [("-1", None)], "may_have_bought"),
    (("L1",), [("1", "L1"), ("1", "L2")], [("-1", "L2")], "bought"),
    (("L1",), [("1", "L1"), ("1", "L2")], [("-1", "L1")], None),
    (("L1",), [("2", "L1"), ("1", "L2")], [("-1", None)], "bought"),
    (("L1",), [("1", None)], [("-1", None)], None),
    (("L1",), [("2", None)], [("-1", "L2")], "may_have_bought"),
    (("L1",), [("1", None), ("1", "L2")], [("-1", None)], "may_have_bought"),
    (("L1",), [("1", None), ("1", "L2")], [("-2", None)], None),
]


@pytest.mark.parametrize(("lots", "sold", "back", "expected"), RETURNS)
def test_what_came_back_is_left_out_if_nothing_recalled_can_be_left(
    home: Household, lots: tuple[str, ...], sold: list[Any], back: list[Any], expected: str | None
) -> None:
    sale = bought(home, *(milk(*each, number=place) for place, each in enumerate(sold, 1)))
    returned = [milk(*each, number=place) for place, each in enumerate(back, 1)]
    total = f"{sum(float(line['amount']) for line in returned):.2f}"
    sums = {"total": total, "bonus_eligible": total, "card_benefit": "0", "payments": []}
    # After the period, and after the quarter: it is its sale's.
    taken(sale, a_return(sale, lines=returned, purchased_at="2024-05-02T12:00:00+03:00", **sums))
    assert certainty(home, lots=lots) == expected


def test_return_that_tells_nothing_finer_than_its_total_is_of_everything(home: Household) -> None:
    sale = bought(home, milk("3"), milk("1", number=2, gtin="73513537", name="Cream"))
    taken(sale, a_return(sale) | {"lines": []})
    assert certainty(home) is None


def test_discount_takes_nobody_out(home: Household) -> None:
    taken(bought(home, milk(), milk("-1", number=2, amount="-0.50")))
    assert certainty(home) == "may_have_bought"
    taken(bought(home, milk(), milk("1", number=2, amount="-0.50")))
    assert certainty(home) == "bought"


def test_discount_does_not_outlive_its_return(home: Household) -> None:
    sale = bought(home, milk(), milk("1", number=2, amount="-0.50"))
    taken(sale, a_return(sale) | {"lines": []})
    assert certainty(home) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"purchased_at": GROUP_TIME}, "may_have_bought"),
        ({"purchased_at": "2015-04-01T12:00:00+03:00"}, None),
        ({"purchased_at": GROUP_TIME, "outlet": "outlet-restaurants"}, None),
    ],
)
def test_where_groups_alone_are_stored_the_buyer_of_the_group_may_have_bought_it(
    home: Household, changes: dict[str, Any], expected: str | None
) -> None:
    taken(bought(home, milk(), **changes))
    assert certainty(home, groups=("dairy",), **MARCH_2015) == expected


def test_group_of_a_named_product_is_known_from_other_purchases(home: Household) -> None:
    taken(bought(home, milk(), purchased_at=GROUP_TIME), bought(home, milk()))
    assert certainty(home, **MARCH_2015) == "may_have_bought"


def test_group_that_came_back_whole_is_left_out(home: Household) -> None:
    mate = a_household(1)
    sale, other = bought(home, milk("2"), purchased_at=GROUP_TIME), bought(mate, milk("2"), purchased_at=GROUP_TIME)
    half = {"total": "-2.00", "bonus_eligible": "-2.00", "card_benefit": "0", "lines": [milk("-1")]}
    taken(sale, other, a_return(sale), a_return(other, **half))
    found = traced(groups=("dairy",), **MARCH_2015)
    assert home.persons[0] not in found
    assert found[mate.persons[0]] == "may_have_bought"


def test_rows_held_back_are_traced_once_whatever_they_are_held_for(home: Household) -> None:
    from tarkka.recalls.tracing import trace_recall

    mate = a_household(1)
    back = a_household(1)
    sale, half = bought(home, milk("2")), milk("-1")
    sold = bought(mate, milk("2"), purchased_at=GROUP_TIME)
    whole = bought(back, milk())
    sums = {"total": "-2.00", "bonus_eligible": "-2.00", "card_benefit": "0", "payments": [], "lines": [half]}
    taken(sale, a_return(sale, **sums), sold, a_return(sold, **sums), whole, a_return(whole))
    dropped = (
        ("receipt_line", home.persons[0], "true"),
        ("receipt_line", back.persons[0], "quantity > 0"),  # what came back lies in a quarter that is kept
        ("receipt_group", mate.persons[0], "true"),
        ("receipt", mate.persons[0], "true"),
    )
    with administrator() as connection:
        first, second = a_recall(**MARCH_2015, groups=("dairy",)), a_recall()
        for recall in (first, second):
            for table, person, which in dropped:
                columns = ", ".join(
                    name
                    for (name,) in connection.execute(
                        "SELECT column_name FROM information_schema.columns"
                        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
                        [table],
                    )
                )
                connection.execute(
                    f"INSERT INTO held_{table} ({columns}, hold, hold_id)"
                    f" SELECT {columns}, 'recall', %s FROM {table} WHERE purchaser_id = %s AND {which}",
                    [recall, person],
                )
        for table, person, which in dropped:
            connection.execute(f"DELETE FROM {table} WHERE purchaser_id = %s AND {which}", [person])
    trace_recall(first)
    trace_recall(second)
    assert found_for(first).get(mate.persons[0]) == "may_have_bought"
    assert found_for(second).get(home.persons[0]) == "bought"
    another, third = a_recall(), a_recall(**MARCH_2015, groups=("dairy",))
    trace_recall(another)
    trace_recall(third)
    # What came back is taken off once, though all is held twice.
    assert found_for(another).get(home.persons[0]) == "bought"
    assert found_for(third).get(mate.persons[0]) == "may_have_bought"
    assert back.persons[0] not in found_for(another)


def test_lines_that_were_let_go_before_the_release_leave_their_groups(home: Household) -> None:
    taken(bought(home, milk()))
    with administrator() as connection:
        connection.execute("DELETE FROM receipt_line WHERE purchaser_id = %s", home.persons)
    assert certainty(home) is None
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO retention_run (version, acting) VALUES (1, 'test')")
        connection.execute(
            "INSERT INTO retention_drop (run_id, version, level, quarter, rows, bytes, held)"
            " SELECT max(id), 1, 'PRODUCT', '2024-01-01', 0, 0, 0 FROM retention_run"
        )
        try:
            assert certainty(home) == "may_have_bought"
        finally:
            connection.execute("DELETE FROM retention_drop WHERE quarter = '2024-01-01'")


def test_objectors_and_those_whose_data_is_restricted_are_found(home: Household) -> None:
    from tarkka.people.actions import customer, make_objection
    from tarkka.vocabulary import Objection, Place

    held = a_household(1)
    taken(bought(home, milk()), bought(held, milk()))
    for objection in Objection:
        make_objection(home.persons[0], objection, place=Place.PORTAL, acting=customer(home.persons[0]))
    with administrator() as connection:
        connection.execute(
            "INSERT INTO restriction (person_id, request_id, valid, reason) VALUES (%s, 0, '[2020-01-01,)', 'asked')",
            [held.persons[0]],
        )
    found = traced()
    assert found[home.persons[0]] == found[held.persons[0]] == "bought"


def test_later_run_adds_what_came_late_and_nothing_twice(home: Household) -> None:
    from tarkka.recalls.tracing import trace_recall

    taken(bought(home, milk()))
    number = a_recall()
    [first] = trace_recall(number)
    [again] = trace_recall(number)
    assert (again.people, again.new_people) == (first.people, 0)
    late = a_household(1)
    taken(bought(late, milk()))
    [third] = trace_recall(number)
    assert (third.people, third.new_people) == (first.people + 1, 1)
    assert found_for(number)[late.persons[0]] == "bought"


def test_everybody_who_is_found_sees_the_look_and_nobody_else_does(home: Household) -> None:
    from tarkka.recalls.tracing import trace_recall

    neighbour = a_household(1)
    taken(bought(home, milk()), bought(neighbour, milk(gtin="73513537", name="Cream")))
    number = a_recall()
    trace_recall(number)

    def looks(person: int) -> list[Any]:
        with own_look(person):
            return [event for event in latest_events() if event.purpose == "recall" and event.case_ref == str(number)]

    [seen] = looks(home.persons[0])
    assert (seen.role, seen.level.name) == ("automatic", "PRODUCT")
    assert looks(neighbour.persons[0]) == []


def test_whoever_is_found_is_told_in_the_same_transaction(home: Household) -> None:
    from django.db import DatabaseError

    from tarkka.recalls import tracing

    def told(number: int) -> set[int]:
        with administrator() as connection:
            found = connection.execute("SELECT person_id FROM recall_notice WHERE recall_id = %s", [number]).fetchall()
        return {person for (person,) in found}

    taken(bought(home, milk()))
    number = a_recall()
    with administrator() as connection:
        connection.execute("REVOKE EXECUTE ON FUNCTION recalls.tell_found FROM tarkka_trace")
        try:
            with pytest.raises(DatabaseError, match="permission denied"):
                tracing.trace_recall(number)
        finally:
            connection.execute("GRANT EXECUTE ON FUNCTION recalls.tell_found TO tarkka_trace")
    assert (found_for(number), told(number)) == ({}, set())
    tracing.trace_recall(number)
    tracing.trace_recall(number)
    assert home.persons[0] in told(number) == found_for(number).keys()


def test_look_that_ran_out_keeps_nothing(home: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    from tarkka.recalls import tracing

    taken(bought(home, milk()))
    number = a_recall()
    asked = tracing._asked

    def too_slow(*stretch: Any) -> Any:
        found = asked(*stretch)
        with administrator() as connection:
            connection.execute("UPDATE access_ticket SET expires_at = now() WHERE recall_id = %s", [number])
        return found

    monkeypatch.setattr(tracing, "_asked", too_slow)
    with pytest.raises(DatabaseError, match="no rows"):
        tracing.trace_recall(number)
    monkeypatch.undo()
    assert found_for(number) == {}
