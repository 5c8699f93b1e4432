"""A page of purchases, set out by month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from tarkka.purchases.queries import Receipt


@dataclass(frozen=True, slots=True)
class Month:
    """The receipts of one month that fall on this page; no total where others of the month are on another page."""

    first_day: date
    receipts: Sequence[Receipt]
    total_cents: int | None
    currency: str


def by_month(receipts: Iterable[Receipt], *, newer_left_out: bool, older_left_out: bool) -> list[Month]:
    """Group receipts, newest first, by the month of purchase in the register's time zone.

    `newer_left_out` and `older_left_out` tell whether the receipts go on before and after these.
    """
    groups = [list(group) for _, group in groupby(receipts, key=_first_day)]
    return [
        Month(
            first_day=_first_day(group[0]),
            receipts=group,
            total_cents=None
            if (newer_left_out and place == 0) or (older_left_out and place == len(groups) - 1)
            else sum(receipt.total_cents for receipt in group),
            currency=group[0].currency,
        )
        for place, group in enumerate(groups)
    ]


def _first_day(receipt: Receipt) -> date:
    return timezone.localdate(receipt.purchased_at).replace(day=1)
