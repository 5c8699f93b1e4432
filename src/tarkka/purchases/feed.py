"""A receipt as a source delivers it, and the reasons for which one is not taken.

These structures are the published format: docs/receipt.schema.json and the OpenAPI description are made from them.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

RECEIPT_BYTES = 4 * 1024 * 1024
"""A longer JSON text is no receipt: it is rejected, and not kept in memory."""

BATCH_RECEIPTS = 5_000
"""How many receipts go into one transaction."""

_AMOUNT = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_QUANTITY = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"
_VAT_RATE = r"^(100(\.00?)?|[0-9]{1,2}(\.[0-9]{1,2})?)?$"
_GTIN = "^([0-9]{8}|[0-9]{12,14})?$"

# The patterns are for who reads the schema: here the rules say what is wrong with an amount, and faster.
Amount = Annotated[
    str,
    Meta(
        description="Decimal text with at most two decimals.",
        max_length=16,
        examples=["12.50"],
        extra_json_schema={"pattern": _AMOUNT},
    ),
]
Quantity = Annotated[
    str,
    Meta(
        description="Decimal text with at most six decimals.",
        max_length=20,
        examples=["0.642"],
        extra_json_schema={"pattern": _QUANTITY},
    ),
]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Payment(msgspec.Struct, forbid_unknown_fields=True):
    """One way in which the receipt was paid."""

    method: Annotated[str, Meta(min_length=1, max_length=32, description="How, for instance `card` or `cash`.")]
    amount: Amount


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One product line. A product is told by its GTIN, else by the source's own code, else by its name."""

    line: Annotated[int, Meta(ge=1, le=100_000, description="Its number, unique on the receipt.")]
    name: Annotated[Name, Meta(description="The product's name as the receipt has it.")]
    group: Annotated[Code, Meta(description="The product group's code.")]
    quantity: Quantity
    unit: Annotated[str, Meta(min_length=1, max_length=16, description="What is counted: `pcs`, `kg`, `l`.")]
    amount: Amount
    gtin: (
        Annotated[
            str,
            Meta(
                description="8, 12, 13 or 14 digits, the last a check digit. Empty is the same as absent.",
                max_length=14,
                extra_json_schema={"pattern": _GTIN},
            ),
        ]
        | None
    ) = None
    product_code: Annotated[str, Meta(max_length=64, description="The source's own code of the product.")] | None = None
    lot: (
        Annotated[str, Meta(max_length=64, description="The lot, if the till knows it: recalls ask for it.")] | None
    ) = None
    vat_rate: (
        Annotated[
            str,
            Meta(
                description="The rate of the VAT that is in the amount, if the till knows it: per cent, decimal text.",
                max_length=6,
                examples=["25.5"],
                extra_json_schema={"pattern": _VAT_RATE},
            ),
        ]
        | None
    ) = None


class GroupAmount(msgspec.Struct, forbid_unknown_fields=True):
    """The sum of one product group."""

    group: Annotated[Code, Meta(description="The product group's code.")]
    amount: Amount


class Receipt(msgspec.Struct, forbid_unknown_fields=True):
    """One receipt: with `lines`, or with `groups`, or with neither, as finely as the source knows it."""

    receipt_id: Annotated[str, Meta(min_length=1, max_length=64, description="Unique in its source.")]
    kind: Annotated[
        Literal["sale", "return"], Meta(description="A return's amounts and quantities are negative or zero.")
    ]
    outlet: Annotated[Code, Meta(description="The outlet's code.")]
    channel: Annotated[Literal["store", "web"], Meta(description="A store or a web shop.")]
    purchased_at: Annotated[
        str,
        Meta(
            description="ISO 8601 with offset.",
            max_length=40,
            examples=["2026-03-02T16:42:00+02:00"],
            extra_json_schema={"format": "date-time"},
        ),
    ]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217; the register's own.")]
    total: Amount
    bonus_eligible: Annotated[Amount, Meta(description="The part of the total that earns Bonus.")]
    card_benefit: Annotated[Amount, Meta(description="Price benefits got by the card.")]
    payments: Annotated[
        list[Payment], Meta(max_length=50, description="They add up to the total, or to within the rounding of cash.")
    ]
    card: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=32,
                description="Absent if no card was shown: the receipt is counted, not stored. Not needed on a return.",
            ),
        ]
        | None
    ) = None
    refers_to: (
        Annotated[
            str, Meta(min_length=1, max_length=64, description="Of a return alone: the `receipt_id` of its sale.")
        ]
        | None
    ) = None
    lines: Annotated[list[Line], Meta(max_length=5_000, description="They add up to the total.")] | None = None
    groups: Annotated[list[GroupAmount], Meta(max_length=1_000, description="They add up to the total.")] | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a receipt was not taken: a code of `REASONS` and the place in it. Never a value: it could be personal."""

    reason: str
    place: str = ""


REASONS = {
    "bad_amount": "An amount is decimal text with at most two decimals, such as 12.50.",
    "bad_gtin": "The GTIN's check digit is wrong, or it has not 8, 12, 13 or 14 digits; leave it out if there is none.",
    "bad_json": "The text is not JSON in UTF-8.",
    "bad_lines": "Number the lines each with its own number, and send lines or groups, not both.",
    "bad_quantity": "A quantity is decimal text with at most six decimals, such as 0.642.",
    "bad_row": "A row has as many fields as the header, in UTF-8, and every quote in it is closed.",
    "bad_shape": "A field is missing, too long or of the wrong type; every return, and no sale, has `refers_to`.",
    "bad_sign": "A sale's amounts are not negative, a return's not positive, and `bonus_eligible` is within the total.",
    "bad_text": "The text has a NUL character; leave it out.",
    "bad_time": "The time is not ISO 8601 with an offset, such as 2026-03-02T16:42:00+02:00.",
    "bad_vat_rate": "A VAT rate is decimal text with at most two decimals from 0 to 100, such as 25.5, without a sign.",
    "before_register": "The purchase is from before the register's first description: it is not collected.",
    "before_sale": "The return is from before its sale; mend whichever time is wrong.",
    "card_closed": "The card was not open at the time of purchase; send the receipt without it if it is nobody's.",
    "conflict": "A receipt with this id was taken before with other content; give each receipt an id of its own.",
    "exceeds_sale": "The return is of more than what is left of its sale.",
    "in_future": "The time of purchase is in the future; set the till's clock.",
    "no_household": "The card's holder was in no household at the time of purchase; it is for the register to mend.",
    "no_longer_kept": "Purchases of that time are no longer kept: their retention is over.",
    "not_in_sale": "The return has a product, in this unit, or a group that its sale has not.",
    "outlet_of_another_source": "The source may not speak for this outlet; ask the register to let it.",
    "payments_differ": "The payments do not add up to the total; up to two cents may be rounding of cash.",
    "return_too_coarse": "A return of a part needs lines or groups as fine as its sale's.",
    "sale_unknown": "The sale that the return refers to has not arrived; send the return again after it.",
    "sum_differs": "The lines or groups do not add up to the total.",
    "too_long": "A receipt is at most 4 MB of text.",
    "unknown_card": "No such card; send the receipt again once it is registered.",
    "unknown_chain": "The description in force at the time of purchase does not name the outlet's chain.",
    "unknown_field": "There is a field that the format has not; leave it out.",
    "unknown_outlet": "No such outlet; send the receipt again once it is registered.",
    "wrong_currency": "The currency is not the register's.",
}
"""Every reason for which a receipt is rejected, with what to do about it. docs/receipts.md has the same table."""

_decoder = msgspec.json.Decoder(Receipt)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_OWN_FIELDS = {name for struct in (Receipt, Payment, Line, GroupAmount) for name in struct.__struct_fields__}
_PLACE = re.compile(rf" - at `\$((?:\.(?:{'|'.join(sorted(_OWN_FIELDS))})|\[[0-9]{{1,4}}\])+)`\Z")


def parse(raw: bytes) -> Receipt | Rejection:
    """Return the receipt that one JSON text holds, or why it is none. Never raises on any input."""
    if len(raw) > RECEIPT_BYTES:
        return Rejection("too_long")
    try:
        receipt = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        return _misshapen(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejection("bad_json")
    if b"\\u0000" in raw and _NUL.search(raw):
        return Rejection("bad_text")
    return receipt


def _misshapen(message: str) -> Rejection:
    """Return what msgspec says is wrong, without the values and names of the source's that its message quotes."""
    found = _PLACE.search(message)
    place = found[1].lstrip(".") if found else ""
    if message.startswith("Object contains unknown field `"):
        return Rejection("unknown_field", place)
    if message.startswith("Object missing required field `"):
        field = message.split("`")[1]
        place = f"{place}.{field}" if place else field
    return Rejection("bad_shape", place)
