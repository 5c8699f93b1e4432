"""Purchases set out by month and by year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from tarkka.purchases.queries import MonthSum
from tarkka.purchases.search import Found


@dataclass(frozen=True, slots=True)
class Month:
    """The receipts of one month that stand on a page, and the sum of all of the month, where it is to be shown."""

    first_day: date
    found: Sequence[Found]
    total_cents: int | None
    currency: str


def by_month(found: Iterable[Found], totals: Mapping[date, int] | None) -> list[Month]:
    """Group receipts, newest first, by the month of purchase in the register's time zone.

    `totals` has the sum in cents of each month of which some receipts may stand on another page, by its first day;
    without it no sums are shown.
    """
    groups = [(day, list(group)) for day, group in groupby(found, key=lambda each: month_of(each))]
    return [
        Month(
            first_day=day,
            found=group,
            total_cents=None if totals is None else totals.get(day, sum(each.receipt.total_cents for each in group)),
            currency=group[0].receipt.currency,
        )
        for day, group in groups
    ]


def month_of(found: Found) -> date:
    """Return the first day of the month in which a receipt was bought."""
    return timezone.localdate(found.receipt.purchased_at).replace(day=1)


@dataclass(frozen=True, slots=True)
class Year:
    """The months of a year that have purchases, oldest first, and what they come to."""

    number: int
    months: Sequence[MonthSum]

    @property
    def total_cents(self) -> int:
        """The year's sum in cents."""
        return sum(month.total_cents for month in self.months)

    @property
    def receipts(self) -> int:
        """How many receipts there are in the year."""
        return sum(month.receipts for month in self.months)

    @property
    def bars(self) -> list[tuple[MonthSum, int]]:
        """Each month with the length of its bar, in percent of the largest month's."""
        largest = max((month.total_cents for month in self.months), default=0)
        return [
            (month, max(0, round(100 * month.total_cents / largest)) if largest > 0 else 0) for month in self.months
        ]
