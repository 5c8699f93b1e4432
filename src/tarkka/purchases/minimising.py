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
from typing import NamedTuple, TypeVar

import msgspec

from tarkka.description.errors import BeforeFirstVersion, UnknownChain
from tarkka.description.rulebook import Rulebook
from tarkka.purchases.feed import GroupAmount, Line, Receipt, Rejection
from tarkka.purchases.kept import EVERYTHING, Kept
from tarkka.vocabulary import Channel, Level, cents, is_gtin

CASH_ROUNDING_CENTS = 2
"""Cash sums are rounded to the nearest five cents (Act 890/2000), so payments may differ from the total by two."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a till's clock may be."""

NULL = "\\N"
"""No text, as COPY reads it."""

_encode = msgspec.json.Encoder().encode
_QUANTITY = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)
_VAT_RATE = re.compile(r"(?:100(?:\.00?)?|[0-9]{1,2}(?:\.[0-9]{1,2})?)", re.ASCII)
_REMEMBERED = 200_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Outlet(NamedTuple):
    """An outlet as a source may use it."""

    id: int
    chain: str
    is_in_scope: bool


@dataclass(slots=True)
class Minimised:
    """A receipt that passed the rules, holding nothing finer than `level`. Amounts in cents, `purchased_at` in UTC.

    What there are millions of is text at once, as COPY reads it: `row` is what a row of `receipt` says of any level,
    `rows` what those of `receipt_line` say of each line in order, but for the product. `products` has what that is told
    by: GTIN, code, name and group with NULs between, since no text has one. A return has `lines` too, as delivered.
    """

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
    row: str
    groups: dict[str, int] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    lines: Sequence[Line] = ()

    def coarsen(self, level: Level) -> None:
        """Let go of everything finer than `level`; a finer one changes nothing."""
        if level < self.level:
            self.level = level
            if level < Level.PRODUCT:
                self.products, self.rows, self.lines = [], [], ()
            if level < Level.GROUP:
                self.groups = {}

    def fingerprint(self, key: bytes) -> str:
        """Return the keyed hash that tells a repeated receipt from a changed one: of what is stored (rulings), in hex.

        `key` is 32 bytes. The order of lines, groups and payments, and how a number is spelt, change nothing.
        """
        detail = [*self.rows, *self.products] or [f"{group}\t{amount}" for group, amount in sorted(self.groups.items())]
        content = "\0".join([f"{self.level:d}", self.card or "", self.refers_to or "", self.row, *detail])
        return "\\x" + blake2b(content.encode(), key=key, digest_size=16).hexdigest()


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


def quantity_text(text: str) -> str | None:
    """The quantity written in one way, so that `2` and `2.000` are the same content; None if it is no quantity."""
    if not _QUANTITY.fullmatch(text):
        return None
    return f"{Decimal(text).normalize() + 0:f}"


def vat_rate_text(text: str) -> str | None:
    """The VAT rate in per cent written in one way, as a quantity is; None if it is no rate."""
    return quantity_text(text) if _VAT_RATE.fullmatch(text) else None


def payments_json(payments: list[tuple[str, int]]) -> str:
    """Return payments, each a method and its cents, as `receipt` keeps them."""
    return _encode([{"method": method, "amount_cents": amount} for method, amount in payments]).decode()


def _product(told_by: str) -> str | None:
    """The same text, so that all lines of the product share one; None if its GTIN is wrong."""
    gtin = told_by.partition("\0")[0]
    return told_by if not gtin or is_gtin(gtin) else None


def escape(text: str) -> str:
    """Return the text as COPY reads it."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


_cents = _Remembered(cents)
_quantities = _Remembered(quantity_text)
_vat_rates = _Remembered(vat_rate_text)
_products = _Remembered(_product)
_groups = _Remembered[str, str](str)
escaped = _Remembered(escape)
"""The same, of texts that repeat."""


class Rules:
    """The rules for one source's receipts at one time. `outlets` by code; purchases after `now` (aware) are future.

    What is left of earlier purchases, `kept` tells: one whose totals are gone is not taken.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        outlets: Mapping[str, Outlet],
        currency: str,
        now: datetime,
        kept: Kept = EVERYTHING,
    ) -> None:
        self._rulebook = rulebook
        self._kept = kept
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
        if self._kept.left(moment) is None:
            raise _Broken("no_longer_kept", "purchased_at")
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
    payments.sort()
    row = (
        f"{moment.isoformat()}\t{outlet.id}\t{version}\t{receipt.channel}\t{receipt.kind}\t{escape(receipt.receipt_id)}"
        f"\t{receipt.currency}\t{total}\t{bonus_eligible}\t{card_benefit}\t{escape(payments_json(payments))}"
    )
    delivered = Level.PRODUCT if receipt.lines else Level.GROUP if receipt.groups else Level.TOTAL
    return Minimised(
        receipt.receipt_id, receipt.kind, outlet.id, receipt.channel, moment, receipt.card, receipt.refers_to,
        receipt.currency, total, bonus_eligible, card_benefit, payments, delivered, row,
    )  # fmt: skip


def _add_lines(minimised: Minimised, lines: Sequence[Line]) -> None:
    groups, products, rows = minimised.groups, minimised.products, minimised.rows
    for line in lines:
        group = _groups[line.group]
        product = _products[f"{line.gtin or ''}\0{line.product_code or ''}\0{line.name}\0{group}"]
        if product is None:
            raise _Broken("bad_gtin", f"lines[{len(rows)}].gtin")
        quantity = _quantities[line.quantity]
        if quantity is None:
            raise _Broken("bad_quantity", f"lines[{len(rows)}].quantity")
        try:
            amount = _cents[line.amount]
        except ValueError:
            raise _Broken("bad_amount", f"lines[{len(rows)}].amount") from None
        groups[group] = groups.get(group, 0) + amount
        products.append(product)
        lot = escaped[line.lot] if line.lot else NULL
        vat_rate = _vat_rates[line.vat_rate] if line.vat_rate else NULL
        if vat_rate is None:
            raise _Broken("bad_vat_rate", f"lines[{len(rows)}].vat_rate")
        rows.append(f"{line.line}\t{quantity}\t{escaped[line.unit]}\t{amount}\t{lot}\t{vat_rate}")
    numbers = [line.line for line in lines]
    in_order = sorted(set(numbers))
    if len(in_order) != len(numbers):
        raise _Broken("bad_lines", "lines")
    if in_order != numbers:
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        products[:], rows[:] = [products[place] for place in order], [rows[place] for place in order]
    if sum(groups.values()) != minimised.total_cents:
        raise _Broken("sum_differs", "lines")
    if minimised.kind == "return":
        minimised.lines = sorted(lines, key=lambda line: line.line)


def _add_groups(minimised: Minimised, parts: Sequence[GroupAmount]) -> None:
    if minimised.rows:
        raise _Broken("bad_lines", "groups")
    groups = minimised.groups
    for place, part in enumerate(parts):
        try:
            groups[part.group] = groups.get(part.group, 0) + _cents[part.amount]
        except ValueError:
            raise _Broken("bad_amount", f"groups[{place}].amount") from None
    if sum(groups.values()) != minimised.total_cents:
        raise _Broken("sum_differs", "groups")
