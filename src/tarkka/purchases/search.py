"""Searching one's own purchases: by word, chain, product group, day and amount, as far back as the register goes.

Every question is asked within bounds of time, the newest stretch first, until a page is full. A word is looked for as
it stands, so that no character of it means anything else; capital letters are the same letters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Collate, Lower
from django.db.models.lookups import Contains

from tarkka.description.queries import load_rulebook
from tarkka.purchases import models
from tarkka.purchases.kept import load_kept
from tarkka.purchases.queries import STRETCHES, Receipt, Rows, as_receipt, page_of, receipts_within
from tarkka.vocabulary import Level, midnight

# The same letters in capitals whatever the server's own locale is.
_COLLATION = "pg_c_utf8"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all that is given must hold. Days, of the register's time zone, and amounts are included.

    Each word stands somewhere on the receipt: in its outlet's name, or in the name of a product or a product group.
    """

    words: tuple[str, ...] = ()
    chain: str = ""
    group: str = ""
    first_day: date | None = None
    last_day: date | None = None
    least_cents: int | None = None
    most_cents: int | None = None

    @property
    def level(self) -> Level:
        """The level without which the question has no answer."""
        return Level.PRODUCT if self.words else Level.GROUP if self.group else Level.TOTAL


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt that was found, with the names of its first products that a word is in, and how many more there are."""

    receipt: Receipt
    products: tuple[str, ...]
    more_products: int


def find_receipts(
    search: Search, *, before: int | None = None, after: int | None = None, limit: int = 50
) -> list[Found]:
    """Return at most `limit` of the subject's receipts that hold what is looked for, newest first. Inside the door.

    `before` and `after` are ids of receipts, as in `queries.page_of`. (R7, R28)
    """
    groups = {word: _groups_with(word) for word in search.words}
    zone = load_rulebook().time_zone
    found = page_of(
        lambda bounds: _holding(search, groups, bounds),
        before=before,
        after=after,
        start=midnight(search.first_day, zone) if search.first_day else None,
        end=midnight(search.last_day + timedelta(days=1), zone) if search.last_day else None,
        limit=limit,
    )
    products = _products(found, groups)
    kept = load_kept()
    return [
        Found(as_receipt(row, kept), tuple(names[:_SHOWN]), max(0, len(names) - _SHOWN))
        for row in found
        for names in [products.get(row.id, [])]
    ]


def _holding(search: Search, groups: Mapping[str, Sequence[str]], bounds: Q) -> Rows:
    rows = receipts_within(bounds)
    if search.chain:
        rows = rows.filter(outlet__chain=search.chain)
    if search.group:
        rows = rows.filter(id__in=_of_groups([search.group], bounds))
    if search.least_cents is not None:
        rows = rows.filter(total_cents__gte=search.least_cents)
    if search.most_cents is not None:
        rows = rows.filter(total_cents__lte=search.most_cents)
    for word, codes in groups.items():
        lines = models.ReceiptLine.objects.filter(bounds, _has("product__name", word)).values("receipt_id")
        holds = Q(_has("outlet__name", word)) | Q(id__in=lines)
        if codes:
            holds |= Q(id__in=_of_groups(codes, bounds))
        rows = rows.filter(holds)
    return rows


def _products(rows: Sequence[models.Receipt], groups: Mapping[str, Sequence[str]]) -> dict[int, list[str]]:
    """Return the names of the products that a word is in, by receipt, each once, in the order of its lines."""
    holds = Q()
    for word, codes in groups.items():
        holds |= Q(_has("product__name", word)) | Q(product__group_code__in=codes)
    names: dict[int, dict[str, None]] = {}
    for together in _near(rows) if groups else ():
        bounds = Q(purchased_at__gte=together[-1].purchased_at, purchased_at__lte=together[0].purchased_at)
        lines = models.ReceiptLine.objects.filter(bounds, holds, receipt_id__in=[row.id for row in together])
        for receipt_id, name in lines.order_by("receipt_id", "line").values_list("receipt_id", "product__name"):
            names.setdefault(receipt_id, {})[name] = None
    return {receipt_id: list(each) for receipt_id, each in names.items()}


def _near(rows: Sequence[models.Receipt]) -> Iterator[list[models.Receipt]]:
    """Yield the rows, newest first, in parts none of which is longer than a stretch."""
    part: list[models.Receipt] = []
    for row in rows:
        if part and part[0].purchased_at - row.purchased_at > STRETCHES[-1]:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _groups_with(word: str) -> list[str]:
    named = Q(_has("name_fi", word)) | Q(_has("name_sv", word)) | Q(_has("name_en", word))
    return list(models.ProductGroup.objects.filter(named).values_list("code", flat=True))


def _of_groups(codes: Sequence[str], bounds: Q) -> QuerySet[models.ReceiptGroup, Any]:
    return models.ReceiptGroup.objects.filter(bounds, group_code__in=codes).values("receipt_id")


def _has(name: str, word: str) -> Contains:
    return Contains(Lower(Collate(name, _COLLATION)), word.lower())
