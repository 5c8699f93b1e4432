"""From a receipt as delivered to what may be stored of it: rules are checked whole, then everything finer than the level is let go.

Nothing here asks the database: what must be known of outlets, levels and cards is handed in. So the rules can be tested by themselves,
and what is finer than the level never leaves this process's memory.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple, TypeVar

import msgspec

from tarkka.description.errors import BeforeFirstVersion, UnknownChain
from tarkka.description.rulebook import Rulebook
from tarkka.purchases.feed import Receipt, Rejection
from tarkka.vocabulary import Channel, Level, cents, is_gtin

CASH_ROUNDING_CENTS = 2
"""In Finland cash sums are rounded to the nearest five cents (Act 890/2000), so payments may differ from the total by two."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a till's clock may be."""

_QUANTITY = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)
_REMEMBERED = 200_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Outlet(NamedTuple):
    """An outlet as a source may use it."""

    id: int
    chain: str
    is_in_scope: bool


class Product(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a product is told by."""

    gtin: str
    code: str
    name: str
    group: str

    @property
    def identity(self) -> str:
        """How a return recognises the product of its sale: by GTIN, else by the source's code, else by name."""
        return self.gtin or self.code or self.name


class Item(msgspec.Struct, gc=False, array_like=True):
    """One product line as it is stored. `quantity` is decimal text. A plain structure: there are millions of them."""

    line: int
    product: Product
    quantity: str
    unit: str
    amount_cents: int
    lot: str | None


@dataclass(slots=True)
class Minimised:
    """A receipt that passed the rules, holding nothing finer than `level`. Amounts in cents, `purchased_at` in UTC."""

    receipt_id: str
    kind: str
    outlet_id: int
    channel: str
    purchased_at: datetime
    card: str | None
    refers_to: str | None
    currency: str
    total_cents: int
    bonus_eligible_cents: int
    card_benefit_cents: int
    payments: list[tuple[str, int]]
    level: Level
    version: int
    groups: dict[str, int] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def coarsen(self, level: Level) -> None:
        """Let go of everything finer than `level`; a finer one changes nothing."""
        if level < self.level:
            self.level = level
            if level < Level.PRODUCT:
                self.items = []
            if level < Level.GROUP:
                self.groups = {}

    def fingerprint(self, key: bytes) -> bytes:
        """Return the keyed hash by which a repeated receipt is told from a changed one: of what is stored, nothing finer (rulings)."""
        content = (
            self.kind, self.outlet_id, self.channel, self.purchased_at, self.card, self.refers_to,
            self.currency, self.total_cents, self.bonus_eligible_cents, self.card_benefit_cents, sorted(self.payments),
            self.level, sorted(self.groups.items()), sorted(self.items, key=_line_number),
        )  # fmt: skip
        return blake2b(msgspec.msgpack.encode(content), key=key, digest_size=16).digest()


class _Remembered(dict[_Key, _Value]):
    """Remembers a function's answers, since feeds repeat their values; forgets all before it grows without bound."""

    def __init__(self, function: Callable[[_Key], _Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: _Key) -> _Value:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = value = self._function(key)
        return value


def _quantity(text: str) -> str | None:
    """The quantity written in one way, so that `2` and `2.000` are the same content; None if it is no quantity."""
    if not _QUANTITY.fullmatch(text):
        return None
    return f"{Decimal(text).normalize() + 0:f}"


_cents = _Remembered(cents)
_gtins = _Remembered(is_gtin)
_quantities = _Remembered(_quantity)
_products: _Remembered[tuple[str, str, str, str], Product] = _Remembered(lambda told_by: Product(*told_by))
_line_number = attrgetter("line")


class Rules:
    """The rules for one source's receipts at one time. `outlets` by code; `now` aware, the latest moment that is not future."""

    def __init__(self, rulebook: Rulebook, outlets: Mapping[str, Outlet], currency: str, now: datetime) -> None:
        self._rulebook = rulebook
        self._outlets = outlets
        self._currency = currency
        self._latest = now + CLOCK_SKEW

    def minimise(self, receipt: Receipt) -> Minimised | Rejection:
        """Return what may be stored of the receipt by its chain, channel and moment, or the first rule that it breaks (R4).

        A return keeps what was delivered: its level is its sale's, which only the register knows.
        """
        outlet = self._outlets.get(receipt.outlet)
        if outlet is None:
            return Rejection("unknown_outlet", "outlet")
        if not outlet.is_in_scope:
            return Rejection("outlet_of_another_source", "outlet")
        if receipt.currency != self._currency:
            return Rejection("wrong_currency", "currency")
        try:
            moment = datetime.fromisoformat(receipt.purchased_at)
            if moment.tzinfo is None:
                return Rejection("bad_time", "purchased_at")
            # PostgreSQL knows no offset past sixteen hours, and a receipt sent again with another offset is the same.
            moment = moment.astimezone(UTC)
            if moment > self._latest:
                return Rejection("in_future", "purchased_at")
            level, version = self._rulebook.level_at(outlet.chain, Channel(receipt.channel), moment)
        except BeforeFirstVersion:
            return Rejection("before_register", "purchased_at")
        except UnknownChain:
            return Rejection("unknown_chain", "outlet")
        except (ValueError, OverflowError):
            return Rejection("bad_time", "purchased_at")

        minimised = self._amounts(receipt, outlet, moment, level, version)
        if isinstance(minimised, Rejection):
            return minimised
        rejection = self._detail(receipt, minimised) or _balance(minimised)
        if rejection is not None:
            return rejection
        if receipt.kind == "sale":
            minimised.coarsen(level)
        return minimised

    def _amounts(self, receipt: Receipt, outlet: Outlet, moment: datetime, level: Level, version: int) -> Minimised | Rejection:
        place = "total"
        try:
            total = _cents[receipt.total]
            place = "bonus_eligible"
            bonus_eligible = _cents[receipt.bonus_eligible]
            place = "card_benefit"
            card_benefit = _cents[receipt.card_benefit]
            place = "payments"
            payments = [(payment.method, _cents[payment.amount]) for payment in receipt.payments]
        except ValueError:
            return Rejection("bad_amount", place)
        if (receipt.refers_to is None) == (receipt.kind == "return"):
            return Rejection("bad_shape", "refers_to")
        delivered = Level.PRODUCT if receipt.lines else Level.GROUP if receipt.groups else Level.TOTAL
        return Minimised(
            receipt.receipt_id, receipt.kind, outlet.id, receipt.channel, moment, receipt.card, receipt.refers_to, receipt.currency,
            total, bonus_eligible, card_benefit, payments, delivered, version,
        )  # fmt: skip

    def _detail(self, receipt: Receipt, minimised: Minimised) -> Rejection | None:
        groups: dict[str, int] = {}
        items: list[Item] = []
        if receipt.lines:
            if receipt.groups or len({line.line for line in receipt.lines}) != len(receipt.lines):
                return Rejection("bad_lines", "lines")
            for line in receipt.lines:
                gtin, group = line.gtin, line.group
                quantity = _quantities[line.quantity]
                if gtin and not _gtins[gtin]:
                    return Rejection("bad_gtin", f"lines[{len(items)}].gtin")
                if quantity is None:
                    return Rejection("bad_quantity", f"lines[{len(items)}].quantity")
                try:
                    amount = _cents[line.amount]
                except ValueError:
                    return Rejection("bad_amount", f"lines[{len(items)}].amount")
                groups[group] = groups.get(group, 0) + amount
                product = _products[gtin or "", line.product_code or "", line.name, group]
                items.append(Item(line.line, product, quantity, line.unit, amount, line.lot or None))
        elif receipt.groups:
            for place, part in enumerate(receipt.groups):
                try:
                    groups[part.group] = groups.get(part.group, 0) + _cents[part.amount]
                except ValueError:
                    return Rejection("bad_amount", f"groups[{place}].amount")
        if groups and sum(groups.values()) != minimised.total_cents:
            return Rejection("sum_differs", "lines" if receipt.lines else "groups")
        minimised.groups = groups
        minimised.items = items
        return None


def _balance(m: Minimised) -> Rejection | None:
    """The rules between a receipt's own amounts."""
    sign = 1 if m.kind == "sale" else -1
    if m.total_cents * sign < 0:
        return Rejection("bad_sign", "total")
    if m.card_benefit_cents * sign < 0:
        return Rejection("bad_sign", "card_benefit")
    if not 0 <= m.bonus_eligible_cents * sign <= m.total_cents * sign:
        return Rejection("bad_sign", "bonus_eligible")
    if m.payments and abs(sum(amount for _, amount in m.payments) - m.total_cents) > CASH_ROUNDING_CENTS:
        return Rejection("payments_differ", "payments")
    return None
