"""A return against its sale: it is written at the sale's own level, and takes back no more than is left of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tarkka.purchases.feed import Rejection
from tarkka.purchases.minimising import Item, Minimised, Product
from tarkka.vocabulary import Level


@dataclass(slots=True)
class ProductLeft:
    """What is left of one product of a sale, in one unit."""

    product: Product
    unit: str
    quantity: Decimal
    amount_cents: int

    def holds(self, item: Item) -> bool:
        """Tell whether a returned line is within what is left."""
        return _lies_within(-Decimal(item.quantity), self.quantity) and _lies_within(
            -item.amount_cents, self.amount_cents
        )

    def change(self, item: Item, times: int) -> None:
        """Add a returned line, whose figures are negative, to what is left; -1 times brings it back."""
        self.quantity += times * Decimal(item.quantity)
        self.amount_cents += times * item.amount_cents


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
        sale_id, purchaser, household, at, level, version, total, bonus, benefit, groups, products = row
        left: dict[str, list[ProductLeft]] = {}
        for gtin, code, name, group, unit, quantity, amount in json.loads(products or "[]"):
            product = Product(gtin, code, name, group)
            left.setdefault(product.identity, []).append(ProductLeft(product, unit, Decimal(quantity), amount))
        groups_left = json.loads(groups or "{}")
        return cls(
            sale_id, purchaser, household, at, Level[level], version, total, bonus, benefit, groups_left, left
        )  # fmt: skip

    def take_back(self, returned: Minimised) -> Rejection | None:
        """Bring the return to the sale's level and take it off what is left, or tell why not and leave the sale.

        A return of all that is left needs no detail: it is the sale's own, reversed.
        """
        if returned.purchased_at < self.purchased_at:
            return Rejection("before_sale", "purchased_at")
        total, bonus, benefit = -returned.total_cents, -returned.bonus_eligible_cents, -returned.card_benefit_cents
        if total > self.total_cents:
            return Rejection("exceeds_sale", "total")
        # The part that earns Bonus and the part that earns none are each within what is left of it.
        if bonus > self.bonus_eligible_cents or total - bonus > self.total_cents - self.bonus_eligible_cents:
            return Rejection("exceeds_sale", "bonus_eligible")
        if benefit > self.card_benefit_cents:
            return Rejection("exceeds_sale", "card_benefit")
        returned.version = self.version
        is_coarser = returned.level < self.level
        returned.coarsen(self.level)
        rejection = self._mirror(returned) if is_coarser else self._take(returned)
        if rejection is None:
            self.total_cents -= total
            self.bonus_eligible_cents -= bonus
            self.card_benefit_cents -= benefit
        return rejection

    def _mirror(self, returned: Minimised) -> Rejection | None:
        """Give a return of all that is left the sale's own detail."""
        groups = {group: -amount for group, amount in self.groups.items() if amount}
        if -returned.total_cents != self.total_cents:
            return Rejection("return_too_coarse", "lines" if self.level is Level.PRODUCT else "groups")
        if returned.groups and {group: amount for group, amount in returned.groups.items() if amount} != groups:
            return Rejection("exceeds_sale", "groups")
        returned.level = self.level
        returned.groups = groups
        self.groups = dict.fromkeys(self.groups, 0)
        products = [left for alike in self.products.values() for left in alike if left.quantity or left.amount_cents]
        for left in products:
            number = len(returned.items) + 1
            item = Item(number, left.product, f"{-left.quantity:f}", left.unit, -left.amount_cents, None)
            returned.items.append(item)
            left.change(item, 1)
        return None

    def _take(self, returned: Minimised) -> Rejection | None:
        taken: list[tuple[Item, ProductLeft]] = []
        rejection = self._take_items(returned, taken) or self._take_groups(returned)
        if rejection is not None:
            for item, left in taken:
                left.change(item, -1)
        return rejection

    def _take_items(self, returned: Minimised, taken: list[tuple[Item, ProductLeft]]) -> Rejection | None:
        """Take each line off the product that it names, and make it a line of that product, however it was spelt."""
        for place, item in enumerate(returned.items):
            alike = [left for left in self.products.get(item.product.identity, ()) if left.unit == item.unit]
            # Two products of a sale may share a GTIN, a marked-down one for instance: rather the one of the same name.
            alike.sort(key=lambda left: left.product != item.product)
            found = next((left for left in alike if left.holds(item)), None)
            if found is None:
                return Rejection("exceeds_sale" if alike else "not_in_sale", f"lines[{place}]")
            found.change(item, 1)
            taken.append((item, found))
            item.product = found.product
        if returned.items:
            returned.groups = _group_sums(returned.items)
        return None

    def _take_groups(self, returned: Minimised) -> Rejection | None:
        place = "lines" if returned.items else "groups"
        for group, amount in returned.groups.items():
            if group not in self.groups:
                return Rejection("not_in_sale", place)
            if not _lies_within(-amount, self.groups[group]):
                return Rejection("exceeds_sale", place)
        for group, amount in returned.groups.items():
            self.groups[group] += amount
        return None


def _group_sums(items: Iterable[Item]) -> dict[str, int]:
    """Return the sum in cents of each product group."""
    sums: dict[str, int] = {}
    for item in items:
        sums[item.product.group] = sums.get(item.product.group, 0) + item.amount_cents
    return sums


def _lies_within(taken: Decimal | int, left: Decimal | int) -> bool:
    """Whether taking it leaves nothing on the other side of zero. Discount lines are negative, so `left` may be too."""
    return 0 <= taken <= left if left >= 0 else left <= taken <= 0
