"""The rows of an extract, as JSON and CSV have them: one struct a table. docs/extract.schema.json is made of these.

Times are of the register's time zone, amounts decimal text with two decimals. Where a name differs from the column that
it tells, `tables` says so.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Amount = Annotated[Decimal, Meta(description="An amount of money in the receipt's currency, with two decimals.")]
Moment = Annotated[datetime, Meta(tz=True, description="A time, with its offset from UTC.")]
Held = Annotated[str, Meta(description="What it is kept for: recall, request or restriction.")]
LevelName = Annotated[str, Meta(description="TOTAL, GROUP or PRODUCT, from coarse to fine.")]


def amount(cents: int) -> Decimal:
    """Return cents as units of money with two decimals."""
    return Decimal(cents).scaleb(-2)


class Row(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A row of the extract. Rows hold no row, so the collector need not walk a hundred thousand of them."""


class Person(Row, frozen=True):
    """Who you are."""

    id: int
    identity_code: Annotated[str, Meta(description="The Finnish personal identity code, kept encrypted.")]
    given_name: str
    family_name: str
    language: Annotated[str, Meta(description="fi, sv or en: in which language you are served.")]
    registered_at: Moment


class Membership(Row, frozen=True):
    """Which household you belonged to, from when until when."""

    household: int
    is_main_member: bool
    started_at: Moment
    ended_at: Moment | None


class Card(Row, frozen=True):
    """A card by which your purchases are recognised, from when until when."""

    number: str
    opened_at: Moment
    closed_at: Moment | None


class Contact(Row, frozen=True):
    """How to reach you, and whether for notices of dangerous products alone."""

    kind: Annotated[str, Meta(description="email, phone or post.")]
    value: str
    for_safety_only: bool


class Objection(Row, frozen=True):
    """An objection, A or B: when and where it was made and withdrawn, under which version of the description."""

    kind: str
    made_at: Moment
    made_place: str
    made_version: int
    withdrawn_at: Moment | None
    withdrawn_place: str | None
    withdrawn_version: int | None


class LevelCap(Row, frozen=True):
    """The coarsest level at which your purchases are stored, from when until when, and why."""

    level: LevelName
    started_at: Moment
    ended_at: Moment | None
    reason: str


class PayoutAccount(Row, frozen=True):
    """The account that you gave for Bonus to be paid to, and when."""

    iban: Annotated[str, Meta(description="The account's IBAN, kept encrypted.")]
    set_at: Moment


class Payout(Row, frozen=True):
    """What you were paid of a household's Bonus: for which month, when, how much, to which account; if it came back."""

    id: int
    household: int
    month: Annotated[date, Meta(description="The first day of the month.")]
    paid_at: Moment
    amount: Amount
    iban: str
    returned_at: Annotated[Moment | None, Meta(description="When we learned that the bank had sent it back.")]


class Restriction(Row, frozen=True):
    """From when until when your data is only stored, why, and why it ended."""

    started_at: Moment
    ended_at: Moment | None
    reason: str
    end_reason: str | None


class Payment(Row, frozen=True):
    """How a part of a receipt was paid."""

    method: str
    amount: Amount


class Receipt(Row, frozen=True):
    """A purchase or a return: what every receipt has (level TOTAL)."""

    id: int
    receipt_number: Annotated[str, Meta(description="The number that the source gave it.")]
    purchased_at: Moment
    outlet: str
    chain: Annotated[str, Meta(description="The code that the register description has for the chain.")]
    channel: Annotated[str, Meta(description="store or web.")]
    kind: Annotated[str, Meta(description="sale or return.")]
    level: Annotated[str, Meta(description="How finely this receipt is stored: TOTAL, GROUP or PRODUCT.")]
    version: Annotated[int, Meta(description="The version of the register description that decided the level.")]
    household: Annotated[int, Meta(description="The household that you belonged to then.")]
    source: Annotated[str | None, Meta(description="The system that sent the receipt to the register.")]
    refers_to: Annotated[int | None, Meta(description="Of a return: the id of the sale that it takes back.")]
    refers_to_at: Moment | None
    currency: str
    total: Amount
    bonus_eligible: Annotated[Decimal, Meta(description="The part of the total that earns Bonus.")]
    card_benefit: Annotated[Decimal, Meta(description="Price benefits that were got by card.")]
    payments: tuple[Payment, ...]


class ReceiptGroup(Row, frozen=True):
    """How much of a receipt a product group made up (level GROUP)."""

    receipt: int
    purchased_at: Moment
    group: str
    group_name: str | None
    amount: Amount


class ReceiptLine(Row, frozen=True):
    """A product line of a receipt (level PRODUCT)."""

    receipt: int
    purchased_at: Moment
    line: int
    name: str
    gtin: str
    product_code: str
    group: str
    group_name: str | None
    quantity: Decimal
    unit: str
    amount: Amount
    lot: str | None
    vat_rate: Annotated[
        Decimal | None, Meta(description="The VAT that is in the amount, in per cent; empty if it is not known.")
    ]


class HeldReceipt(Receipt, frozen=True):
    """A receipt whose time is over and that is kept for a recall, a request or a restriction alone."""

    held_for: Held
    held_for_number: int
    held_since: Moment


class HeldReceiptGroup(ReceiptGroup, frozen=True):
    """A group's sum whose time is over and that is kept for a recall, a request or a restriction alone."""

    held_for: Held
    held_for_number: int
    held_since: Moment


class HeldReceiptLine(ReceiptLine, frozen=True):
    """A product line whose time is over and that is kept for a recall, a request or a restriction alone."""

    held_for: Held
    held_for_number: int
    held_since: Moment


class Look(Row, frozen=True):
    """A look at your data, or a refusal: when, in which role, for which purpose and on which basis, how finely."""

    id: int
    at: Moment
    role: str
    purpose: str
    basis: str | None
    subject: Annotated[str, Meta(description="person: you; household, trace or audience: a group that you were in.")]
    case: str | None
    level: LevelName | None
    version: int | None
    refusal: Annotated[str | None, Meta(description="Why nothing was shown; empty if the look was allowed.")]
    is_own: Annotated[bool, Meta(description="Whether it was you who looked at yourself.")]


class Case(Row, frozen=True):
    """A case of customer service: in which situation, where, how you were identified, from when until when."""

    id: int
    situation: Annotated[str, Meta(description="The code that the register description has for the situation.")]
    break_glass: Annotated[bool, Meta(description="Whether it was opened without you, for a reason that was reviewed.")]
    place: str | None
    identified_by: str | None
    call_ref: str | None
    opened_at: Moment
    closes_at: Moment


class GlassNotice(Row, frozen=True):
    """An e-mail that told you of such a case opened without you, and whether your mail server refused it for good."""

    case: int
    sent_at: Moment
    is_refused: bool


class Recall(Row, frozen=True):
    """A recall of a dangerous product that affects you: by which of your purchases, and when that was found."""

    recall: int
    product: str | None
    receipt: int
    purchased_at: Moment
    certainty: Annotated[str, Meta(description="bought, or may_have_bought.")]
    found_at: Moment


class RecallNotice(Row, frozen=True):
    """How you were told of a recall, or were to be: one row a channel."""

    recall: int
    channel: Annotated[str, Meta(description="portal, email, text or letter.")]
    use_safety_contact: bool
    state: Annotated[str, Meta(description="trying, told or failed.")]
    attempts: int
    begun_at: Moment
    told_at: Moment | None
    failed_why: str | None
    is_only_way: Annotated[bool, Meta(description="Whether no other channel was left.")]


class RecallRead(Row, frozen=True):
    """That you said you read of a recall."""

    recall: int
    at: Moment


class Act(Row, frozen=True):
    """What staff did for you, and at which look."""

    look: int
    act: str
    at: Moment


class MadeExtract(Row, frozen=True):
    """An extract: taken online, or ordered on paper; this one too."""

    id: int
    way: Annotated[str, Meta(description="online or paper.")]
    asked_at: Moment
    may_cost: bool
    made_at: Moment | None


class Request(Row, frozen=True):
    """A request of rectification, restriction, erasure or objection: your words, the due day, the answer."""

    id: int
    kind: str
    text: str
    place: str
    received_at: Moment
    received_on: date
    due_on: date
    extended_at: Moment | None
    extension_reason: str | None
    answered_at: Moment | None
    outcome: Annotated[str | None, Meta(description="granted, partly or refused; empty until it is answered.")]
    answer: str | None


class Erased(Row, frozen=True):
    """What was erased at your request: rows by table of the register, and that what earned Bonus is as it was."""

    id: int
    request: int
    at: Moment
    counts: Annotated[str, Meta(description="How many rows of which table, for instance `contact: 2, wish: 1`.")]
    bonus_eligible_before: Amount
    bonus_eligible_after: Amount


class Breach(Row, frozen=True):
    """A personal data breach that touched you: when that was found, and what you are told of it."""

    breach: int
    found_at: Moment
    told: str


class Wish(Row, frozen=True):
    """Something that you wished to be sent, for which purpose and by which kind of contact."""

    id: int
    purpose: str
    kind: str
    wished_at: Moment
    ended_at: Moment | None


class SentReceipt(Row, frozen=True):
    """A receipt that was sent to you by e-mail, and whether your mail server refused it for good."""

    receipt: int
    sent_at: Moment
    is_refused: bool
