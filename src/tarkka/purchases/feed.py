"""A receipt as a source delivers it, and what can be told of it without asking anybody: its shape, its amounts, its sums.

These structures are the published format: docs/receipt.schema.json and the OpenAPI description are made from them.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Amount = Annotated[str, Meta(description="Decimal text with at most two decimals, for instance `12.50`.", max_length=16, examples=["12.50"])]
Quantity = Annotated[
    str, Meta(description="Decimal text with at most six decimals, for instance `3` or `0.642`.", max_length=20, examples=["0.642"])
]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Payment(msgspec.Struct, forbid_unknown_fields=True):
    """One way in which the receipt was paid, for instance `card`, `cash`, `group_card`."""

    method: Annotated[str, Meta(min_length=1, max_length=32)]
    amount: Amount


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One product line. A product is told by its GTIN, else by the source's own code, else by its name."""

    line: Annotated[int, Meta(ge=1, le=100_000)]
    name: Name
    group: Code
    quantity: Quantity
    unit: Annotated[str, Meta(min_length=1, max_length=16)]
    amount: Amount
    gtin: Annotated[str, Meta(max_length=14)] | None = None
    product_code: Annotated[str, Meta(max_length=64)] | None = None
    lot: Annotated[str, Meta(max_length=64)] | None = None


class GroupAmount(msgspec.Struct, forbid_unknown_fields=True):
    """The sum of one product group."""

    group: Code
    amount: Amount


class Receipt(msgspec.Struct, forbid_unknown_fields=True):
    """One receipt: with `lines`, or with `groups`, or with neither, as finely as the source knows it.

    A return's amounts and quantities are negative or zero, and `refers_to` is the `receipt_id` of its sale at the same source.
    """

    receipt_id: Annotated[str, Meta(min_length=1, max_length=64, description="Unique in its source.")]
    kind: Literal["sale", "return"]
    outlet: Code
    channel: Literal["store", "web"]
    purchased_at: Annotated[
        str, Meta(description="ISO 8601 with offset.", max_length=40, examples=["2026-11-22T16:42:00+02:00"], extra_json_schema={"format": "date-time"})
    ]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217; the register's own.")]
    total: Amount
    bonus_eligible: Annotated[Amount, Meta(description="The part of the total that earns Bonus.")]
    card_benefit: Annotated[Amount, Meta(description="Price benefits got by the card.")]
    payments: Annotated[list[Payment], Meta(max_length=50)]
    card: Annotated[str, Meta(max_length=32, description="Absent if no card was shown: the receipt is counted, not stored.")] | None = None
    refers_to: Annotated[str, Meta(max_length=64)] | None = None
    lines: Annotated[list[Line], Meta(max_length=5_000)] | None = None
    groups: Annotated[list[GroupAmount], Meta(max_length=1_000)] | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a receipt was not taken: a code of `REASONS` and the place in it. Never a value, which could be personal or too fine."""

    reason: str
    place: str = ""


REASONS = {
    "bad_amount": "An amount is decimal text with at most two decimals, such as 12.50.",
    "bad_gtin": "The GTIN's check digit is wrong, or it has not 8, 12, 13 or 14 digits.",
    "bad_json": "The line is not JSON.",
    "bad_lines": "Two lines have the same number, or there are both lines and groups.",
    "bad_quantity": "A quantity is decimal text with at most six decimals, such as 0.642.",
    "bad_shape": "A field is missing, unknown, too long or of the wrong type.",
    "bad_sign": "A sale's amounts are not negative and a return's not positive; neither part is larger than the total.",
    "bad_text": "The text has a NUL character.",
    "bad_time": "The time is not ISO 8601 with an offset.",
    "before_register": "The purchase is from before the register's first description.",
    "body_too_large": "The body is larger than the limit; send it in parts.",
    "card_closed": "The card was not open at the time of purchase.",
    "conflict": "A receipt with this id was taken before with other content.",
    "exceeds_sale": "The return is of more than what is left of its sale.",
    "in_future": "The time of purchase is in the future.",
    "no_household": "The card's holder was in no household at the time of purchase.",
    "not_in_sale": "The return has a product or group that its sale has not.",
    "outlet_of_another_source": "The source may not speak for this outlet.",
    "payments_differ": "The payments do not add up to the total.",
    "return_too_coarse": "A partial return needs lines or groups as fine as its sale's.",
    "sale_unknown": "The sale that the return refers to has not arrived; send the return again after it.",
    "sum_differs": "The lines or groups do not add up to the total.",
    "unknown_card": "No such card.",
    "unknown_outlet": "No such outlet.",
    "wrong_currency": "The currency is not the register's.",
}

_decoder = msgspec.json.Decoder(Receipt)


def parse(raw: bytes) -> Receipt | Rejection:
    """Return the receipt that one JSON text holds, or why it is none. Never raises on any input."""
    try:
        receipt = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        return Rejection("bad_shape", _place(str(error)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejection("bad_json")
    if b"\\u0000" in raw:
        return Rejection("bad_text")
    return receipt


def _place(message: str) -> str:
    """The path that msgspec names, or the field that is missing; nothing of what the source wrote."""
    _, _, path = message.rpartition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    if message.startswith("Object missing required field `"):
        field = message.split("`")[1]
        return f"{path}.{field}" if path else field
    return path
