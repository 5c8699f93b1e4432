"""A page of purchases by month."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("database")


def receipt(at: datetime, total_cents: int):
    from tarkka.purchases.queries import Receipt
    from tarkka.vocabulary import Level

    return Receipt(
        1, at, "Prisma", "prisma", "store", "sale", Level.TOTAL, total_cents, "EUR", 0, 0, (), "r-1", 2,
    )  # fmt: skip


seconds = st.integers(0, 366 * 86_400)
moments = seconds.map(lambda after: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=after))


@given(st.lists(st.tuples(moments, st.integers(-(10**6), 10**6)), max_size=30), st.booleans(), st.booleans())
def test_months_hold_every_receipt_once_and_sum_only_whole_months(bought, newer_left_out, older_left_out):
    from tarkka.portal.months import by_month

    receipts = [receipt(at, cents) for at, cents in sorted(bought, reverse=True)]
    months = by_month(receipts, newer_left_out=newer_left_out, older_left_out=older_left_out)
    assert [each for month in months for each in month.receipts] == receipts
    assert all(newer.first_day > older.first_day for newer, older in pairwise(months))
    for place, month in enumerate(months):
        is_cut = (newer_left_out and place == 0) or (older_left_out and place == len(months) - 1)
        assert month.total_cents == (None if is_cut else sum(each.total_cents for each in month.receipts))


def test_a_month_turns_at_midnight_in_the_registers_time_zone():
    from tarkka.portal.months import by_month

    midnight_in_helsinki = datetime(2016, 8, 31, 21, 0, tzinfo=UTC)
    receipts = [receipt(midnight_in_helsinki, 100), receipt(midnight_in_helsinki - timedelta(seconds=1), 100)]
    months = by_month(receipts, newer_left_out=False, older_left_out=False)
    assert [month.first_day.isoformat() for month in months] == ["2016-09-01", "2016-08-01"]
