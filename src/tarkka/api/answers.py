"""What the API answers. The OpenAPI description is made from these structures."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tarkka.purchases.feed import REASONS
from tarkka.purchases.verdict import COUNTED, Verdict
from tarkka.vocabulary import Level

LevelName = Literal["TOTAL", "GROUP", "PRODUCT"]
_NAMES: dict[Level, LevelName] = {Level.TOTAL: "TOTAL", Level.GROUP: "GROUP", Level.PRODUCT: "PRODUCT"}


class ReceiptAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What became of one receipt: an accepted one has its level or had no card, a rejected one has its reason."""

    at: Annotated[int, Meta(ge=1, description="Where it stood: its line (NDJSON) or its place in the array, from 1.")]
    receipt_id: Annotated[str | None, Meta(description="Null if it could not be read.")]
    status: Literal["accepted", "duplicate", "rejected"]
    level: Annotated[LevelName, Meta(description="The level at which it was stored.")] | None = None
    without_card: Annotated[bool, Meta(description="It was counted, not stored.")] = False
    reason: (
        Annotated[str, Meta(description="Why it was rejected.", extra_json_schema={"enum": sorted(REASONS)})] | None
    ) = None
    place: Annotated[str, Meta(description="The field that is wrong, for instance `lines[2].gtin`.")] | None = None
    remedy: Annotated[str, Meta(description="The rule in words.")] | None = None


class BatchAnswer(msgspec.Struct):
    """What became of a batch: the counts, and each receipt in the order of the body."""

    accepted: int
    accepted_by_level: dict[LevelName, int]
    without_card: Annotated[int, Meta(description="Of the accepted: counted only.")]
    duplicate: int
    rejected: int
    receipts: list[ReceiptAnswer]


class ErrorAnswer(msgspec.Struct, omit_defaults=True):
    """Why the whole request was refused. Nothing of it was taken, except perhaps after a fault (5xx)."""

    error: str
    text: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Error:
    """A way in which a whole request can be refused: HTTP status and what the sender should know."""

    status: int
    text: str


ERRORS = {
    "bad_array": Error(400, "The body is no JSON array of receipts in UTF-8."),
    "bad_gzip": Error(400, "The body is not gzip, or it is cut off."),
    "bad_request": Error(400, "The request cannot be understood, or is for another host."),
    "body_too_large": Error(413, "The body is larger than the limit; send it in parts."),
    "cut_off": Error(400, "The body is shorter than its Content-Length."),
    "database_fault": Error(
        503, "The register's database does not answer. Send the same again later: what was taken is then a duplicate."
    ),
    "fault": Error(
        500,
        "The register failed: its operators must look into it. Send the same again later: what was taken is then a"
        " duplicate.",
    ),
    "intake_fault": Error(
        500,
        "The register could not take a receipt that passed its rules: its operators must look into it. Send the same"
        " again later: what was taken is then a duplicate.",
    ),
    "length_required": Error(411, "Send the body's length in Content-Length."),
    "no_description": Error(503, "No register description is in force, so nothing may be collected."),
    "not_encrypted": Error(
        403, "Send it over TLS, and ask for a new token: the one that was sent could be read by others on the way."
    ),
    "not_found": Error(404, "There is nothing at this address."),
    "too_many_receipts": Error(413, "There are more receipts than the limit; send them in parts."),
    "unauthorized": Error(401, "Send the source's token: Authorization: Bearer TOKEN."),
    "unsupported_encoding": Error(415, "The Content-Encoding is not gzip."),
    "unsupported_type": Error(415, "The Content-Type is neither application/x-ndjson nor application/json, in UTF-8."),
    "wrong_method": Error(405, "The address is not asked by this method: see Allow."),
}
"""Every error of a whole request, by its code."""


def receipt_answer(at: int, receipt_id: str | None, verdict: Verdict) -> ReceiptAnswer:
    """Return the answer for one receipt. `at` counts from 1."""
    rejection = verdict.rejection
    return ReceiptAnswer(
        at=at,
        receipt_id=receipt_id,
        status=verdict.status,
        level=_NAMES[verdict.level] if verdict.level else None,
        without_card=verdict == COUNTED,
        reason=rejection.reason if rejection else None,
        place=rejection.place or None if rejection else None,
        remedy=REASONS[rejection.reason] if rejection else None,
    )


def batch_answer(tally: Counter[str], answers: list[ReceiptAnswer]) -> BatchAnswer:
    """Return the answer for a batch. `tally` is as `verdict.counts` makes it."""
    return BatchAnswer(
        accepted=tally["accepted"],
        accepted_by_level={name: tally[name] for name in _NAMES.values()},
        without_card=tally["without_card"],
        duplicate=tally["duplicate"],
        rejected=tally["rejected"],
        receipts=answers,
    )
