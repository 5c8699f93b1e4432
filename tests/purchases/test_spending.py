"""Spending is what the receipts say: every sum recomputed in Python from what was delivered, in any span and zone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from building import GROUP_TIME, Source, a_household, a_receipt, a_return, a_source, outlet_of, take
from looking import login, own_look
from planning import assert_few, plans
from tarkka.purchases.spending import Breakdown, Spending, read_spending
from tarkka.vocabulary import Level, Objection, Place, Purpose, Span, cents, month_span, year_span

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = [ZoneInfo(name) for name in ("Europe/Helsinki", "UTC", "America/Sao_Paulo", "Pacific/Auckland", "Asia/Tehran")]
YEAR = 2017
"""A year whose months of Helsinki's, Sao Paulo's and Auckland's summer time differ, all collected by product."""
# Around midnights that begin months and years, and the hours that clocks skip or repeat.
EDGES = [
    datetime(YEAR, month, 1, hour, tzinfo=UTC) + timedelta(seconds=second)
    for month in range(1, 13)
    for hour in (0, 2, 3, 21, 22)
    for second in (-1, 0, 1)
] + [
    datetime(YEAR, month, day, hour, 30, tzinfo=UTC)
    for month, day in ((3, 26), (10, 29), (2, 18), (2, 19), (10, 15), (4, 1), (9, 23), (3, 21), (9, 21))
    for hour in range(24)
]


@st.composite
def baskets(draw: st.DrawFn) -> dict[str, Any]:
    """What a receipt has, and how much of it was delivered."""
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["Milk", "Bread", "Soap"]),
                st.sampled_from(["dairy", "bakery"]),
                st.integers(min_value=0, max_value=90_000),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return {
        "at": draw(st.sampled_from(EDGES)),
        "chain": draw(st.sampled_from(["prisma", "sokos", "restaurants"])),
        "delivered": draw(st.sampled_from(list(Level))),
        "lines": lines,
        "is_returned": draw(st.booleans()),
    }


def money(amount_cents: int) -> str:
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def delivered(basket: dict[str, Any], card: str) -> dict[str, Any]:
    total = money(sum(line[2] for line in basket["lines"]))
    lines: list[dict[str, str | int]] | None = None
    groups: list[dict[str, str]] | None = None
    if basket["delivered"] is Level.PRODUCT:
        lines = [
            {"line": number, "name": name, "group": group, "quantity": "1", "unit": "pcs", "amount": money(amount)}
            for number, (name, group, amount) in enumerate(basket["lines"], start=1)
        ]
    elif basket["delivered"] is Level.GROUP:
        sums: Counter[str] = Counter()
        for _, group, amount in basket["lines"]:
            sums[group] += amount
        groups = [{"group": group, "amount": money(amount)} for group, amount in sums.items()]
    return a_receipt(
        card=card, outlet=outlet_of(basket["chain"]), purchased_at=basket["at"].isoformat(), total=total,
        bonus_eligible="0.00", card_benefit="0.00", payments=[], lines=lines, groups=groups,
    )  # fmt: skip


@pytest.fixture(scope="module")
def source(database: str) -> Source:
    return a_source()


def expected(receipts: list[tuple[datetime, str, Level, dict[str, Any]]], span: Span, by: Breakdown) -> dict[str, Any]:
    """Recompute a span's spending from the receipts, time zones by Python's own arithmetic."""
    months: Counter[date] = Counter()
    parts: Counter[str] = Counter()
    grouped = bare = count = 0
    for at, chain, level, receipt in receipts:
        day = at.astimezone(span.zone).date()
        if not span.first <= day < span.end:
            continue
        count += 1
        total = cents(receipt["total"])
        months[day.replace(day=1)] += total
        if by is Breakdown.CHAIN:
            parts[chain] += total
        elif by is Breakdown.GROUP and level >= Level.GROUP:
            for part in receipt.get("lines", []) + receipt.get("groups", []):
                parts[part["group"]] += cents(part["amount"])
        elif by is Breakdown.PRODUCT and level is Level.PRODUCT:
            for line in receipt["lines"]:
                parts[f"{line['name']} {line['group']}"] += cents(line["amount"])
        elif level is Level.TOTAL:
            bare += total
        else:
            grouped += total
    return {"receipts": count, "months": months, "parts": parts, "grouped": grouped, "bare": bare}


def told(found: Spending, by: Breakdown) -> dict[str, Any]:
    from tarkka.purchases.models import Product

    parts = dict(found.parts)
    if by is Breakdown.PRODUCT:
        products = Product.objects.in_bulk([int(key) for key in parts])
        parts = {f"{products[int(key)].name} {products[int(key)].group_code}": value for key, value in parts.items()}
    return {
        "receipts": found.receipts,
        "months": Counter({month: value for month, value in found.months.items() if value}),
        "parts": parts,
        "grouped": found.grouped_cents,
        "bare": found.bare_cents,
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(baskets(), max_size=8),
    st.sampled_from(ZONES),
    st.sampled_from([None, *range(1, 13)]),
    st.sampled_from(list(Breakdown)),
)
def test_every_sum_is_that_of_the_receipts(source, drawn, zone, month, by):
    home = a_household(1)
    sent = []
    for basket in drawn:
        sale = delivered(basket, home.cards[0])
        stored = Level.TOTAL if basket["chain"] == "restaurants" else basket["delivered"]
        sent.append((basket["at"], basket["chain"], stored, sale))
        if basket["is_returned"]:
            back = a_return(sale, purchased_at=(basket["at"] + timedelta(days=20)).isoformat(), card=home.cards[0])
            sent.append((basket["at"] + timedelta(days=20), basket["chain"], stored, back))
    verdicts = take(source, [receipt for *_, receipt in sent])
    assert {verdict.status for verdict in verdicts} <= {"accepted"}, verdicts
    span = month_span(YEAR, month, zone) if month else year_span(YEAR, zone)
    with own_look(home.persons[0], purpose=Purpose.SERVICES):
        found = read_spending(span, by)
    wanted = expected(sent, span, by)
    wanted["months"] = Counter({first: value for first, value in wanted["months"].items() if value})
    assert told(found, by) == wanted
    assert list(found.months) == span.months()
    assert sum(found.parts.values()) + found.grouped_cents + found.bare_cents == found.total_cents
    assert found.total_cents == sum(found.months.values())


def test_returns_reduce_and_may_take_a_month_below_zero(source):
    home = a_household(1)
    sale = a_receipt(card=home.cards[0], purchased_at="2024-01-31T12:00:00+02:00")
    take(source, [sale, a_return(sale, card=home.cards[0])])
    with own_look(home.persons[0], purpose=Purpose.SERVICES):
        found = read_spending(month_span(2024, 2, HELSINKI), Breakdown.GROUP)
        whole = read_spending(year_span(2024, HELSINKI), Breakdown.PRODUCT)
    assert found.total_cents == -1000
    assert found.parts == {"dairy": -400, "bakery": -600}
    assert whole.total_cents == 0
    assert set(whole.parts.values()) == {0}


def test_what_is_coarser_stands_apart(source):
    home = a_household(1)
    take(source, [
        a_receipt(card=home.cards[0], purchased_at=GROUP_TIME),
        a_receipt(card=home.cards[0], purchased_at=GROUP_TIME, outlet=outlet_of("restaurants"), total="5.00",
                  bonus_eligible="0.00", payments=[], lines=None),
    ])  # fmt: skip
    with own_look(home.persons[0], purpose=Purpose.SERVICES):
        by_group = read_spending(year_span(2015, HELSINKI), Breakdown.GROUP)
        by_product = read_spending(year_span(2015, HELSINKI), Breakdown.PRODUCT)
    assert (by_group.total_cents, by_group.grouped_cents, by_group.bare_cents) == (1500, 0, 500)
    assert by_group.parts == {"dairy": 400, "bakery": 600}
    assert (by_product.total_cents, by_product.grouped_cents, by_product.bare_cents) == (1500, 1000, 500)
    assert by_product.parts == {}


def test_under_objection_b_products_are_gone_at_the_next_read_and_groups_are_not(source):
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    home = a_household(1)
    person = home.persons[0]
    take(source, [a_receipt(card=home.cards[0])])

    def read() -> tuple[Level, dict[str, int], dict[str, int]]:
        with own_look(person, purpose=Purpose.SERVICES) as look:
            products, groups = (
                read_spending(year_span(2024, HELSINKI), by) for by in (Breakdown.PRODUCT, Breakdown.GROUP)
            )
        return look.level, products.parts, groups.parts

    assert [len(part) for part in read()[1:]] == [2, 2]
    make_objection(person, Objection.B, place=Place.PORTAL, acting=customer(person))
    level, products, groups = read()
    assert (level, products, groups) == (Level.GROUP, {}, {"dairy": 400, "bakery": 600})
    withdraw_objection(person, Objection.B, place=Place.PORTAL, acting=customer(person))
    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    assert read()[0] is Level.PRODUCT


def test_nobody_elses_purchases_are_in_the_sums(source):
    home = a_household(2)
    take(source, [a_receipt(card=home.cards[0])])
    with own_look(home.persons[1], purpose=Purpose.SERVICES):
        for by in Breakdown:
            found = read_spending(year_span(2024, HELSINKI), by)
            assert (found.receipts, found.total_cents, found.parts, found.bare_cents) == (0, 0, {}, 0)


@pytest.mark.parametrize("by", list(Breakdown))
def test_a_year_touches_few_partitions_in_at_most_two_statements(source, by):
    with login() as connection:
        connection.execute("SELECT purchases.make_partitions('2014-05-01', %s)", [date(2027, 1, 1)])
    home = a_household(1)
    take(source, [a_receipt(card=home.cards[0], purchased_at=f"{year}-06-01T12:00:00Z") for year in range(2014, 2026)])
    with own_look(home.persons[0], purpose=Purpose.SERVICES), plans() as found:
        assert read_spending(year_span(2020, HELSINKI), by).receipts == 1
    assert len(found) == (1 if by is Breakdown.CHAIN else 2)
    assert_few(found, at_least_one_of="receipt_2020")
