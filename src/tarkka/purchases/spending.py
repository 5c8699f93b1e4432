"""What somebody spent, summed by the database inside the door: by month, chain, product group and product (R28).

Receipts know their total, some their groups, some their products. Whatever a finer table does not tell stands apart, so
that parts and rest are always the total. Returns are receipts below zero, and reduce.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from django.db import connection

from tarkka.vocabulary import Language, Level, Span


class Breakdown(StrEnum):
    """What spending is divided by."""

    CHAIN = "chain"
    GROUP = "group"
    PRODUCT = "product"

    @property
    def level(self) -> Level:
        """The level of the table that it is read from: a look that does not reach it shows no such division."""
        return _LEVELS[self]


_LEVELS = {Breakdown.CHAIN: Level.TOTAL, Breakdown.GROUP: Level.GROUP, Breakdown.PRODUCT: Level.PRODUCT}


def _statement(name: str) -> str:
    return files("tarkka.purchases").joinpath("sql", f"spending_{name}.sql").read_text(encoding="utf-8")


_CHAINS, _GROUPS, _PRODUCTS = (_statement(name) for name in ("chains", "groups", "products"))


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent in a span, in cents. `total_cents` is the sum of `parts`, `grouped_cents` and `bare_cents`.

    `months` has every month of the span by its first day. The keys of `parts` are codes of chains, codes of product
    groups, or ids of products as text. `grouped_cents` is known by product group and not by product, `bare_cents` by
    neither.
    """

    receipts: int
    total_cents: int
    months: Mapping[date, int]
    parts: Mapping[str, int]
    grouped_cents: int
    bare_cents: int


def read_spending(span: Span, by: Breakdown) -> Spending:
    """Return what the subject of the look spent in a span of at most a year, divided. Inside the door."""
    bounds = {"starts_at": span.starts_at, "ends_at": span.ends_at}
    by_chain = _rows(_CHAINS, bounds | {"zone": span.zone.key})
    months = dict.fromkeys(span.months(), 0)
    chains: dict[str, int] = {}
    for month, chain, cents, _ in by_chain:
        months[month] += cents
        chains[chain] = chains.get(chain, 0) + cents
    receipts, total = sum(row[3] for row in by_chain), sum(months.values())
    if by is Breakdown.CHAIN:
        return Spending(receipts, total, months, chains, 0, 0)
    parts = dict(_rows(_GROUPS if by is Breakdown.GROUP else _PRODUCTS, bounds))
    # Groups are known where products are: the products' statement tells the sum of the groups in its row of no product.
    known: int = parts.pop(None) if by is Breakdown.PRODUCT else sum(parts.values())
    return Spending(receipts, total, months, parts, known - sum(parts.values()), total - known)


def group_names(codes: Collection[str], language: Language) -> dict[str, str]:
    """Return what these product groups are called; a group that nobody has named is called by its code."""
    statement = "SELECT code, name_fi, name_sv, name_en FROM product_group WHERE code = ANY(%(keys)s)"
    found = _rows(statement, {"keys": list(codes)})
    place = (Language.FI, Language.SV, Language.EN).index(language)
    names = {code: each[place] for code, *each in found}
    return {code: names.get(code, code) for code in codes}


def product_names(ids: Collection[str]) -> dict[str, str]:
    """Return what these products are called."""
    return dict(_rows("SELECT id::text, name FROM product WHERE id = ANY(%(keys)s::bigint[])", {"keys": list(ids)}))


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
