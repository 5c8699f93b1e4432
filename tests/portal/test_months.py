"""A page of purchases by month, and a year by months."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("database")


def found(at: datetime, total_cents: int):
    from tarkka.purchases.queries import Receipt
    from tarkka.purchases.search import Found
    from tarkka.vocabulary import Level

    receipt = Receipt(
        1, at, "Prisma", "prisma", "store", "sale", Level.TOTAL, total_cents, "EUR", 0, 0, (), "r-1", 2,
    )  # fmt: skip
    return Found(receipt, (), 0)


seconds = st.integers(0, 366 * 86_400)
moments = seconds.map(lambda after: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=after))


@given(
    st.lists(st.tuples(moments, st.integers(-(10**6), 10**6)), max_size=30),
    st.none()
    | st.dictionaries(st.dates(date(2016, 1, 1), date(2017, 1, 1)).map(lambda day: day.replace(day=1)), st.integers()),
)
def test_months_hold_every_receipt_once_with_the_sum_of_all_of_the_month(bought, totals):
    from tarkka.portal.months import by_month

    receipts = [found(at, cents) for at, cents in sorted(bought, reverse=True)]
    months = by_month(receipts, totals)
    assert [each for month in months for each in month.found] == receipts
    assert all(newer.first_day > older.first_day for newer, older in pairwise(months))
    for month in months:
        on_page = sum(each.receipt.total_cents for each in month.found)
        assert month.total_cents == (None if totals is None else totals.get(month.first_day, on_page))


def test_a_month_turns_at_midnight_in_the_registers_time_zone():
    from tarkka.portal.months import by_month

    midnight_in_helsinki = datetime(2016, 8, 31, 21, 0, tzinfo=UTC)
    receipts = [found(midnight_in_helsinki, 100), found(midnight_in_helsinki - timedelta(seconds=1), 100)]
    months = by_month(receipts, {})
    assert [month.first_day.isoformat() for month in months] == ["2016-09-01", "2016-08-01"]


@given(st.lists(st.integers(-(10**6), 10**6), max_size=12))
def test_bars_are_of_the_largest_month_and_never_less_than_nothing(totals):
    from tarkka.portal.months import Year
    from tarkka.purchases.queries import MonthSum

    months = [MonthSum(date(2016, number, 1), total, 1) for number, total in enumerate(totals, start=1)]
    bars = Year(2016, months).bars
    assert [month for month, _ in bars] == months
    assert all(0 <= bar <= 100 for _, bar in bars)
    if max(totals, default=0) > 0:
        assert max(bar for _, bar in bars) == 100
