"""What a member sees of the household's sums never tells one purchase of another person (R11, R12; rulings: Household).

Receipts are written straight into the table, each of an amount of its own: a power of two. A sum thus tells exactly
which receipts it is of, and what can be had by adding and subtracting sums is a question of linear algebra.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from building import Household, a_household, a_source, administrator, outlet_of

ZONE = ZoneInfo("Europe/Helsinki")
GROUPS = {"prisma": "grocery", "s-market": "grocery", "alepa": "grocery", "sokos": "department_stores",
          "restaurants": "hospitality"}  # fmt: skip
CHAINS = tuple(GROUPS)
MONTHS = (date(2021, 3, 1), date(2021, 4, 1), date(2022, 4, 1))
VIEWER, FEWEST = 1, 3
Cell = tuple[date, str | None, str | None]


@dataclass(frozen=True)
class Wrote:
    """A receipt of one of the household's three: the main member, the viewer, another."""

    who: int
    month: date
    chain: str
    is_return: bool = False
    day: int = 10


def write(home: Household, receipts: Sequence[Wrote]) -> None:
    """Write the receipts, the nth of 2ⁿ cents."""
    with administrator() as admin:
        outlets = dict(admin.execute("SELECT code, id FROM outlet").fetchall())
        for month in {receipt.month for receipt in receipts}:
            admin.execute("SELECT purchases.make_partitions(%s, %s)", [month, month])
        for place, receipt in enumerate(receipts):
            at = datetime(receipt.month.year, receipt.month.month, receipt.day, 12, tzinfo=ZONE)
            cents = -(2**place) if receipt.is_return else 2**place
            admin.execute(
                """
                INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level,
                    channel, kind, source_receipt_id, currency, total_cents, bonus_eligible_cents, card_benefit_cents,
                    payments)
                VALUES (%s, %s, nextval('receipt_id_seq'), %s, %s, 0, 1, 'TOTAL',
                    'store', %s, '', 'EUR', %s, %s, 0, '[]')
                """,
                [
                    home.persons[receipt.who], at, home.id, outlets[outlet_of(receipt.chain)],
                    "return" if receipt.is_return else "sale", cents, cents,
                ],
            )  # fmt: skip


def shown(home: Household, first: date, last: date, *, viewer: int = VIEWER) -> dict[Cell, int]:
    """Return the sums that the viewer is shown of some months."""
    from tarkka import access
    from tarkka.purchases.household import joint_sums
    from tarkka.vocabulary import Purpose, Role

    person = str(home.persons[viewer])
    with access.opened(
        role=Role.CUSTOMER, actor=person, purpose=Purpose.HOUSEHOLD_VIEW, subject=access.household(home.id)
    ):
        return {
            (each.month, each.chain_group, each.chain): each.bonus_eligible_cents for each in joint_sums(first, last)
        }


def parts(cents: int, receipts: Sequence[Wrote]) -> set[int]:
    """Return which of the receipts a sum is of."""
    returned = sum(2**place for place, receipt in enumerate(receipts) if receipt.is_return)
    return {
        place for place, receipt in enumerate(receipts) if bool((cents + returned) >> place & 1) != receipt.is_return
    }


def spans(vectors: Iterable[set[int]], wanted: int) -> bool:
    """Tell whether some sum and difference of these sets of receipts is the one wanted receipt alone."""
    prime, basis = 2**61 - 1, dict[int, dict[int, int]]()

    def reduced(vector: dict[int, int]) -> dict[int, int]:
        for pivot, row in basis.items():
            if times := vector.get(pivot, 0):
                vector = {
                    key: value
                    for key in {*vector, *row}
                    if (value := (vector.get(key, 0) - times * row.get(key, 0)) % prime)
                }
        return vector

    for each in vectors:
        if left := reduced(dict.fromkeys(each, 1)):
            pivot = min(left)
            inverse = pow(left[pivot], -1, prime)
            row = {key: value * inverse % prime for key, value in left.items()}
            for known in basis:
                if times := basis[known].get(pivot, 0):
                    basis[known] = {
                        key: value
                        for key in {*basis[known], *row}
                        if (value := (basis[known].get(key, 0) - times * row.get(key, 0)) % prime)
                    }
            basis[pivot] = row
    return not reduced({wanted: 1})


@pytest.fixture(scope="module")
def outlets(database: str) -> None:
    a_source(CHAINS)


receipts_of_three = st.lists(
    st.builds(
        Wrote,
        who=st.integers(0, 2),
        month=st.sampled_from(MONTHS),
        chain=st.sampled_from(CHAINS),
        is_return=st.sampled_from([False] * 6 + [True]),
        day=st.sampled_from([5, 25]),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(receipts=receipts_of_three, joined_on=st.sampled_from([None, date(2021, 3, 15), date(2021, 4, 15)]))
def test_no_receipt_of_another_comes_of_adding_and_subtracting_what_is_shown(
    outlets: None, receipts: list[Wrote], joined_on: date | None
) -> None:
    home = a_household(3)
    write(home, receipts)
    joined_at = datetime(joined_on.year, joined_on.month, joined_on.day, tzinfo=ZONE) if joined_on else None
    if joined_at:
        with administrator() as admin:
            admin.execute(
                "UPDATE membership SET valid = tstzrange(%s, NULL) WHERE person_id = %s",
                [joined_at, home.persons[VIEWER]],
            )
    own = {place for place, receipt in enumerate(receipts) if receipt.who == VIEWER}
    cells = {cell: parts(cents, receipts) for cell, cents in shown(home, MONTHS[0], MONTHS[-1]).items()}

    # Each purchase of the viewer's time is in one sum, of its own month, chain and group.
    told = [place for found in cells.values() for place in found]
    assert sorted(told) == [
        place
        for place, each in enumerate(receipts)
        if not joined_on or date(each.month.year, each.month.month, each.day) >= joined_on
    ]
    for (month, group, chain), found in cells.items():
        assert {receipts[place].month for place in found} == {month}
        assert chain is None or {receipts[place].chain for place in found} == {chain}
        assert group is None or {GROUPS[receipts[place].chain] for place in found} == {group}

    # A sum is of enough purchases of others, or of none, or is the month's whole, which is shown by requirement.
    totals = {
        month: {place for cell, found in cells.items() if cell[0] == month for place in found} for month in MONTHS
    }
    for (month, *_), found in cells.items():
        others = [receipts[place].is_return for place in found - own]
        assert not others or len(others) - 2 * sum(others) >= FEWEST or found == totals[month]

    # So nothing but the months' totals themselves can tell a single purchase: months, years, chains and groups of both.
    years = {
        year: {place for month, found in totals.items() if month.year == year for place in found}
        for year in (2021, 2022)
    }
    by_year = {
        label: {p for (month, *rest), found in cells.items() if (month.year, *rest) == label for p in found}
        for label in {(month.year, group, chain) for month, group, chain in cells}
    }
    figures = [found - own for found in (*cells.values(), *totals.values(), *years.values(), *by_year.values())]
    for place in set(told) - own:
        if spans(figures, place):
            assert spans([found - own for found in totals.values()], place), receipts[place]


# Purchases of others at each chain in a month, and what is shown, the viewer's one at each included: names stand alone,
# `+` is one sum, in `()` under the name of its group, else as all else.
MERGED = """
    prisma  s-market  alepa  sokos  restaurants  shown
    0       0         0      0      0            prisma+s-market+alepa+sokos+restaurants
    1       0         0      0      0            prisma+s-market+alepa+sokos+restaurants
    2       0         0      0      0            prisma+s-market+alepa+sokos+restaurants
    3       0         0      0      0            prisma,s-market,alepa,sokos,restaurants
    1       1         1      0      0            (prisma+s-market+alepa),sokos,restaurants
    3       1         0      0      0            (prisma+s-market),alepa,sokos,restaurants
    9       3         1      0      0            prisma,(s-market+alepa),sokos,restaurants
    9       3         2      0      0            prisma,(s-market+alepa),sokos,restaurants
    9       2         1      0      0            prisma,(s-market+alepa),sokos,restaurants
    9       0         0      3      3            prisma,s-market,alepa,sokos,restaurants
    9       0         0      2      0            prisma+sokos,s-market,alepa,restaurants
    9       0         0      2      1            prisma,s-market,alepa,sokos+restaurants
    9       0         0      2      4            prisma,s-market,alepa,sokos+restaurants
    1       1         0      1      0            prisma+s-market+sokos,alepa,restaurants
"""
_HEADER, *_ROWS = [line.split() for line in MERGED.strip().splitlines()]


@pytest.mark.parametrize("row", _ROWS, ids=" ".join)
def test_small_chains_go_into_their_group_and_small_groups_into_all_else(outlets: None, row: list[str]) -> None:
    home = a_household(3)
    receipts = [Wrote(VIEWER, MONTHS[0], chain) for chain in CHAINS]
    for chain, times in zip(_HEADER[:-1], row[:-1], strict=True):
        receipts += [Wrote(2 * (place % 2), MONTHS[0], chain) for place in range(int(times))]
    write(home, receipts)
    found = set()
    for (_, group, chain), cents in shown(home, MONTHS[0], MONTHS[0]).items():
        together = "+".join(sorted({receipts[place].chain for place in parts(cents, receipts)}, key=CHAINS.index))
        found.add(together if chain or group is None else f"({together})")
        assert chain in (None, together)
    assert found == set(row[-1].split(","))


def test_a_return_takes_its_purchase_away_from_the_count(outlets: None) -> None:
    """Three purchases, one of them returned, would show what two are, and of three the third of two returned."""
    home = a_household(2)
    receipts = [Wrote(0, MONTHS[0], "prisma")] * 3 + [Wrote(0, MONTHS[0], "sokos")] * 3
    write(home, receipts)
    assert set(shown(home, MONTHS[0], MONTHS[0])) == {
        (MONTHS[0], "grocery", "prisma"),
        (MONTHS[0], "department_stores", "sokos"),
    }
    back = a_household(2)
    write(back, [*receipts, Wrote(0, MONTHS[0], "prisma", is_return=True)])
    assert set(shown(back, MONTHS[0], MONTHS[0])) == {(MONTHS[0], None, None)}


def test_a_purchase_that_earns_no_bonus_does_not_count(outlets: None) -> None:
    """It adds nothing to the sum, so it hides nothing in it either."""
    home = a_household(2)
    receipts = [Wrote(0, MONTHS[0], chain) for chain in ("prisma", "sokos") for _ in range(3)]
    write(home, receipts)
    with administrator() as admin:
        admin.execute(
            "UPDATE receipt SET bonus_eligible_cents = 0 WHERE household_id = %s AND total_cents = 1", [home.id]
        )
    assert shown(home, MONTHS[0], MONTHS[0]) == {(MONTHS[0], None, None): 2 + 4 + 8 + 16 + 32}


def test_a_month_is_not_shown_by_chain_before_it_has_ended(outlets: None) -> None:
    """Whoever looked before and after each purchase would see it."""
    from tarkka import access
    from tarkka.purchases.household import bonus_eligible_this_month
    from tarkka.vocabulary import Purpose, Role

    home, this_month = a_household(2), datetime.now(ZONE).date().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    write(home, [Wrote(0, month, "prisma", day=1) for month in (last_month, this_month) for _ in range(4)])
    with administrator() as admin:
        admin.execute(
            "UPDATE receipt SET purchased_at = now() WHERE household_id = %s AND purchased_at >= now()", [home.id]
        )
    assert shown(home, last_month, this_month) == {
        (last_month, "grocery", "prisma"): 1 + 2 + 4 + 8,
        (this_month, None, None): 16 + 32 + 64 + 128,
    }
    for person in home.persons:
        with access.opened(
            role=Role.CUSTOMER, actor=str(person), purpose=Purpose.HOUSEHOLD_VIEW, subject=access.household(home.id)
        ):
            assert bonus_eligible_this_month() == 16 + 32 + 64 + 128


def test_months_are_those_of_the_registers_time_zone(outlets: None) -> None:
    home = a_household(2)
    write(home, [Wrote(0, date(2021, 3, 1), "prisma")])
    with administrator() as admin:
        admin.execute(
            "UPDATE receipt SET purchased_at = %s WHERE household_id = %s",
            [datetime(2021, 3, 31, 21, 0, tzinfo=UTC), home.id],  # midnight in Helsinki, summer time
        )
    assert shown(home, date(2021, 3, 1), date(2021, 3, 31)) == {}
    assert shown(home, date(2021, 4, 1), date(2021, 4, 1)) == {(date(2021, 4, 1), None, None): 1}


def test_the_main_member_gets_one_sum_a_month(outlets: None) -> None:
    home = a_household(2)
    write(home, [Wrote(0, MONTHS[0], chain) for chain in CHAINS] * 4)
    assert shown(home, MONTHS[0], MONTHS[-1], viewer=0) == {(MONTHS[0], None, None): 2 ** (4 * len(CHAINS)) - 1}


def test_household_of_others_and_of_none_has_no_sums(outlets: None) -> None:
    home: Any = a_household(2)
    write(a_household(2), [Wrote(0, MONTHS[0], "prisma")] * 5)
    assert shown(home, MONTHS[0], MONTHS[-1]) == {}
