"""A return against its sale: it is written at the sale's own level, and takes back no more than is left of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tarkka.purchases.feed import Rejection
from tarkka.purchases.minimising import Item, Minimised, Product
from tarkka.vocabulary import Level


@dataclass(slots=True)
class ProductLeft:
    """What is left of one product of a sale."""

    product: Product
    unit: str
    quantity: Decimal
    amount_cents: int


@dataclass(slots=True)
class Sale:
    """A stored sale with what is left of it after the returns taken so far. Amounts in cents, not negative."""

    id: int
    purchaser_id: int
    household_id: int
    purchased_at: datetime
    level: Level
    version: int
    total_cents: int
    bonus_eligible_cents: int
    card_benefit_cents: int
    groups: dict[str, int]
    products: dict[str, list[ProductLeft]]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "Sale":
        """Make a sale from a row of `purchases.sales` without its first column."""
        *amounts_and_keys, groups, products = row
        sale_id, purchaser, household, at, level, version, total, bonus, benefit = amounts_and_keys
        left: dict[str, list[ProductLeft]] = {}
        for gtin, code, name, group, unit, quantity, amount in json.loads(products or "[]"):
            product = Product(gtin, code, name, group)
            left.setdefault(product.identity, []).append(ProductLeft(product, unit, Decimal(quantity), amount))
        return cls(sale_id, purchaser, household, at, Level[level], version, total, bonus, benefit, json.loads(groups or "{}"), left)

    def take_back(self, returned: Minimised) -> Rejection | None:
        """Bring the return to the sale's level and take it off what is left, or tell why it cannot be and change nothing.

        A return of all that is left needs no detail: it is the sale's own, reversed.
        """
        if returned.purchased_at < self.purchased_at:
            return Rejection("exceeds_sale", "purchased_at")
        if -returned.total_cents > self.total_cents:
            return Rejection("exceeds_sale", "total")
        if -returned.bonus_eligible_cents > self.bonus_eligible_cents:
            return Rejection("exceeds_sale", "bonus_eligible")
        if -returned.card_benefit_cents > self.card_benefit_cents:
            return Rejection("exceeds_sale", "card_benefit")
        returned.version = self.version
        if returned.level < self.level:
            if -returned.total_cents != self.total_cents:
                return Rejection("return_too_coarse", "lines" if self.level is Level.PRODUCT else "groups")
            self._mirror(returned)
        returned.coarsen(self.level)
        rejection = self._exceeding(returned)
        if rejection is None:
            self._subtract(returned)
        return rejection

    def _mirror(self, returned: Minimised) -> None:
        returned.level = self.level
        returned.groups = {group: -amount for group, amount in self.groups.items() if amount}
        if self.level is Level.PRODUCT:
            left = [product for products in self.products.values() for product in products if product.quantity or product.amount_cents]
            returned.items = [
                Item(number, product.product, f"{-product.quantity:f}", product.unit, -product.amount_cents, None)
                for number, product in enumerate(left, start=1)
            ]

    def _exceeding(self, returned: Minimised) -> Rejection | None:
        for group, amount in returned.groups.items():
            if group not in self.groups:
                return Rejection("not_in_sale", "groups" if not returned.items else "lines")
            if not _lies_within(-amount, self.groups[group]):
                return Rejection("exceeds_sale", "groups" if not returned.items else "lines")
        taken: dict[str, tuple[Decimal, int]] = {}
        for item in returned.items:
            place = f"lines[line={item.line}]"
            if item.product.identity not in self.products:
                return Rejection("not_in_sale", place)
            quantity, amount = taken.get(item.product.identity, (Decimal(0), 0))
            quantity, amount = quantity - Decimal(item.quantity), amount - item.amount_cents
            taken[item.product.identity] = quantity, amount
            left = self.products[item.product.identity]
            if not _lies_within(quantity, sum((product.quantity for product in left), Decimal(0))) or not _lies_within(
                amount, sum(product.amount_cents for product in left)
            ):
                return Rejection("exceeds_sale", place)
        return None

    def _subtract(self, returned: Minimised) -> None:
        self.total_cents += returned.total_cents
        self.bonus_eligible_cents += returned.bonus_eligible_cents
        self.card_benefit_cents += returned.card_benefit_cents
        for group, amount in returned.groups.items():
            self.groups[group] += amount
        for number, item in enumerate(returned.items):
            left = self.products[item.product.identity][0]
            left.quantity += Decimal(item.quantity)
            left.amount_cents += item.amount_cents
            # The line becomes one of the sale's own product, however the return spelt it.
            returned.items[number] = item._replace(product=left.product)


def _lies_within(taken: Decimal | int, left: Decimal | int) -> bool:
    """Whether taking it leaves nothing on the other side of zero. Discount lines are negative, so `left` may be too."""
    return 0 <= taken <= left if left >= 0 else left <= taken <= 0
