"""From a receipt as delivered to what may be stored of it: the rules, then all that is finer than its level is let go.

Nothing here asks the database: what must be known of outlets and levels is handed in. So the rules can be tested by
themselves, and what is finer than the level never leaves this process's memory.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple, TypeVar

import msgspec

from tarkka.description.errors import BeforeFirstVersion, UnknownChain
from tarkka.description.rulebook import Rulebook
from tarkka.purchases.feed import GroupAmount, Line, Receipt, Rejection
from tarkka.vocabulary import Channel, Level, cents, is_gtin

CASH_ROUNDING_CENTS = 2
"""Cash sums are rounded to the nearest five cents (Act 890/2000), so payments may differ from the total by two."""

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


class Product(NamedTuple):
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
        """Return the keyed hash that tells a repeated receipt from a changed one: of what is stored (rulings).

        `key` is 32 bytes. The order of lines, groups and payments, and how a number is spelt, change nothing.
        """
        content = (
            self.kind, self.outlet_id, self.channel, self.purchased_at, self.card, self.refers_to,
            self.currency, self.total_cents, self.bonus_eligible_cents, self.card_benefit_cents, sorted(self.payments),
            self.level, sorted(self.groups.items()), self.items,
        )  # fmt: skip
        return blake2b(msgspec.msgpack.encode(content), key=key, digest_size=16).digest()


class _Broken(Exception):
    def __init__(self, reason: str, place: str) -> None:
        self.rejection = Rejection(reason, place)


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
    """The rules for one source's receipts at one time. `outlets` by code; purchases after `now` (aware) are future."""

    def __init__(self, rulebook: Rulebook, outlets: Mapping[str, Outlet], currency: str, now: datetime) -> None:
        self._rulebook = rulebook
        self._outlets = outlets
        self._currency = currency
        self._latest = now + CLOCK_SKEW

    def minimise(self, receipt: Receipt) -> Minimised | Rejection:
        """Return what may be stored of the receipt by chain, channel and moment, or the first rule that it breaks (R4).

        A return keeps what was delivered: its level is its sale's, which only the register knows.
        """
        try:
            outlet = self._outlet(receipt)
            moment = self._moment(receipt.purchased_at)
            level, version = self._level(outlet, receipt.channel, moment)
            minimised = _amounts(receipt, outlet, moment, version)
            if receipt.lines:
                _add_lines(minimised, receipt.lines)
            if receipt.groups:
                _add_groups(minimised, receipt.groups)
        except _Broken as broken:
            return broken.rejection
        if receipt.kind == "sale":
            minimised.coarsen(level)
        return minimised

    def _outlet(self, receipt: Receipt) -> Outlet:
        outlet = self._outlets.get(receipt.outlet)
        if outlet is None:
            raise _Broken("unknown_outlet", "outlet")
        if not outlet.is_in_scope:
            raise _Broken("outlet_of_another_source", "outlet")
        if receipt.currency != self._currency:
            raise _Broken("wrong_currency", "currency")
        return outlet

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise _Broken("bad_time", "purchased_at")
            # PostgreSQL knows no offset past sixteen hours, and one moment has many offsets.
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise _Broken("bad_time", "purchased_at") from None
        if moment > self._latest:
            raise _Broken("in_future", "purchased_at")
        return moment

    def _level(self, outlet: Outlet, channel: str, moment: datetime) -> tuple[Level, int]:
        try:
            return self._rulebook.level_at(outlet.chain, Channel(channel), moment)
        except BeforeFirstVersion:
            raise _Broken("before_register", "purchased_at") from None
        except UnknownChain:
            raise _Broken("unknown_chain", "outlet") from None


def _amounts(receipt: Receipt, outlet: Outlet, moment: datetime, version: int) -> Minimised:
    """The receipt without its detail, once its own amounts are found to agree."""
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
        raise _Broken("bad_amount", place) from None
    is_sale = receipt.kind == "sale"
    if is_sale == (receipt.refers_to is not None):
        raise _Broken("bad_shape", "refers_to")
    sign = 1 if is_sale else -1
    if total * sign < 0:
        raise _Broken("bad_sign", "total")
    if card_benefit * sign < 0:
        raise _Broken("bad_sign", "card_benefit")
    if not 0 <= bonus_eligible * sign <= total * sign:
        raise _Broken("bad_sign", "bonus_eligible")
    if payments and abs(sum(amount for _, amount in payments) - total) > CASH_ROUNDING_CENTS:
        raise _Broken("payments_differ", "payments")
    delivered = Level.PRODUCT if receipt.lines else Level.GROUP if receipt.groups else Level.TOTAL
    return Minimised(
        receipt.receipt_id, receipt.kind, outlet.id, receipt.channel, moment, receipt.card, receipt.refers_to,
        receipt.currency, total, bonus_eligible, card_benefit, payments, delivered, version,
    )  # fmt: skip


def _add_lines(minimised: Minimised, lines: Sequence[Line]) -> None:
    groups, items = minimised.groups, minimised.items
    for line in lines:
        gtin, group = line.gtin, line.group
        if gtin and not _gtins[gtin]:
            raise _Broken("bad_gtin", f"lines[{len(items)}].gtin")
        quantity = _quantities[line.quantity]
        if quantity is None:
            raise _Broken("bad_quantity", f"lines[{len(items)}].quantity")
        try:
            amount = _cents[line.amount]
        except ValueError:
            raise _Broken("bad_amount", f"lines[{len(items)}].amount") from None
        groups[group] = groups.get(group, 0) + amount
        product = _products[gtin or "", line.product_code or "", line.name, group]
        items.append(Item(line.line, product, quantity, line.unit, amount, line.lot or None))
    numbers = [line.line for line in lines]
    in_order = sorted(set(numbers))
    if len(in_order) != len(numbers):
        raise _Broken("bad_lines", "lines")
    if in_order != numbers:
        items.sort(key=_line_number)
    if sum(groups.values()) != minimised.total_cents:
        raise _Broken("sum_differs", "lines")


def _add_groups(minimised: Minimised, parts: Sequence[GroupAmount]) -> None:
    if minimised.items:
        raise _Broken("bad_lines", "groups")
    groups = minimised.groups
    for place, part in enumerate(parts):
        try:
            groups[part.group] = groups.get(part.group, 0) + _cents[part.amount]
        except ValueError:
            raise _Broken("bad_amount", f"groups[{place}].amount") from None
    if sum(groups.values()) != minimised.total_cents:
        raise _Broken("sum_differs", "groups")
