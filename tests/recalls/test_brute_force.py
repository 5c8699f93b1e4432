"""A trace finds exactly whom a scan of everything that was bought and brought back finds, whatever was drawn (R19)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from building import Household, Source, a_household, a_receipt, a_return, a_source, outlet_of, take
from recalling import a_recall, found_for

GTINS = ("6408430000135", "73513537", "036000291452")
LOTS = ("L1", "L2", None)
OUTLETS = ("prisma", "s-market")
FIRST, LAST = date(2024, 3, 20), date(2024, 4, 10)
PEOPLE = 6


@dataclass(frozen=True)
class Bought:
    """A sale: whose, when, where, its lines as (product, lot, quantity), and what of each line came back."""

    person: int
    day: int
    outlet: str
    lines: tuple[tuple[str, str | None, int], ...]
    back: tuple[int, ...]
    tells_lot: bool


@st.composite
def sales(draw: st.DrawFn) -> Bought:
    lines = tuple(
        draw(
            st.lists(
                st.tuples(st.sampled_from(GTINS), st.sampled_from(LOTS), st.integers(1, 3)), min_size=1, max_size=4
            )
        )
    )
    back = tuple(draw(st.integers(0, quantity)) for _, _, quantity in lines)
    return Bought(
        draw(st.integers(0, PEOPLE - 1)),
        draw(st.integers(-5, 30)),
        draw(st.sampled_from(OUTLETS)),
        lines,
        back,
        draw(st.booleans()),
    )


@pytest.fixture(scope="module")
def homes(database: str) -> list[Household]:
    return [a_household(1) for _ in range(PEOPLE)]


@pytest.fixture(scope="module")
def source(database: str) -> Source:
    return a_source()


def line(number: int, gtin: str, lot: str | None, quantity: int) -> dict[str, Any]:
    name = {"line": number, "gtin": gtin, "name": gtin, "group": "dairy", "unit": "pcs"}
    return name | {"quantity": str(quantity), "amount": f"{quantity}.00"} | ({"lot": lot} if lot else {})


def sums(lines: list[dict[str, Any]]) -> dict[str, Any]:
    total = f"{sum(Decimal(each['amount']) for each in lines):.2f}"
    return {"total": total, "bonus_eligible": total, "card_benefit": "0", "payments": [], "lines": lines}


def at(sale: Bought) -> datetime:
    return datetime(2024, 3, 20, 9, tzinfo=UTC) + timedelta(days=sale.day)


def store(sale: Bought, homes: list[Household], source: Source) -> None:
    lines = [line(number, *each) for number, each in enumerate(sale.lines, 1)]
    receipt = a_receipt(
        card=homes[sale.person].cards[0],
        purchased_at=at(sale).isoformat(),
        outlet=outlet_of(sale.outlet),
        **sums(lines),
    )
    returned = [
        line(number, gtin, lot if sale.tells_lot else None, -quantity)
        for number, ((gtin, lot, _), quantity) in enumerate(zip(sale.lines, sale.back, strict=True), 1)
        if quantity
    ]
    receipts = [receipt] + ([a_return(receipt, **sums(returned))] if returned else [])
    assert {verdict.status for verdict in take(source, receipts)} == {"accepted"}


def brute(sales: list[Bought], gtin: str, lots: tuple[str, ...], outlets: tuple[str, ...]) -> dict[int, str]:
    """Whom the recall must find, told from what was drawn: everybody who may still hold one, by trying every way.

    Of what came back without a lot it may have been any of what was sold: the most and the least that can be left.
    """
    found: dict[int, str] = {}
    for sale in sales:
        if not FIRST <= at(sale).date() <= LAST or (outlets and sale.outlet not in outlets):
            continue
        units: dict[str, int] = defaultdict(int)
        untold = 0
        for (product, lot, quantity), back in zip(sale.lines, sale.back, strict=True):
            if product != gtin:
                continue
            named = not lots or lot in lots
            kind = "named" if named else "unknown" if lot is None else "other"
            told = named if not lots else lot is not None and sale.tells_lot
            units[kind] += quantity
            if not lots or told:
                units[kind] -= back
            else:
                untold += back
        # What came back untold was of any that is left: of others first, or of the named first.
        most = units["named"] + units["unknown"] - max(0, untold - units["other"])
        least = units["named"] - untold
        if most > 0:
            sure = least > 0
            found[sale.person] = "bought" if sure or found.get(sale.person) == "bought" else "may_have_bought"
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(sales(), min_size=1, max_size=12),
    st.sampled_from(GTINS),
    st.sampled_from([(), ("L1",), ("L1", "L2")]),
    st.sampled_from([(), ("prisma",)]),
)
def test_trace_finds_whom_a_scan_of_everything_finds(
    homes: list[Household],
    source: Source,
    drawn: list[Bought],
    gtin: str,
    lots: tuple[str, ...],
    outlets: tuple[str, ...],
) -> None:
    from building import administrator
    from tarkka.recalls.tracing import trace_recall
    from tarkka.vocabulary import gtin14

    people = {home.persons[0]: place for place, home in enumerate(homes)}
    with administrator() as connection:
        for table in ("receipt", "receipt_group", "receipt_line", "receipt_key"):
            connection.execute(f"DELETE FROM {table} WHERE purchaser_id = ANY (%s)", [list(people)])
    for sale in drawn:
        store(sale, homes, source)
    number = a_recall(gtins=(gtin14(gtin),), lots=lots, outlets=tuple(map(outlet_of, outlets)), first=FIRST, last=LAST)
    trace_recall(number)
    found = {people[person]: certainty for person, certainty in found_for(number).items() if person in people}
    assert found == brute(drawn, gtin, lots, outlets)
