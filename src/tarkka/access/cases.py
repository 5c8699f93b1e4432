"""Cases of customer service: opened for one person in one situation, ending by themselves (R17, R23)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tarkka.access.calling import call
from tarkka.vocabulary import Place


class Identification(StrEnum):
    """How a customer was identified before a case was opened with them (R13)."""

    IDENTITY_DOCUMENT = "identity_document"
    QUESTIONS = "questions"
    STRONG_AUTHENTICATION = "strong_authentication"


class Verdict(StrEnum):
    """What a review of a broken glass found."""

    ACCEPTED = "accepted"
    MISUSE = "misuse"


@dataclass(frozen=True, slots=True)
class Case:
    """An open case of the member of staff who asks. `place` is None where the glass was broken. Aware times (UTC).

    `receipt_id` is the one receipt that the customer pointed out, where the situation is about one.
    """

    id: int
    person_id: int
    situation: str
    break_glass: bool
    place: Place | None
    opened_at: datetime
    closes_at: datetime
    receipt_id: int | None


def open_case(
    person_id: int, situation: str, *, place: Place, identified_by: Identification, call_ref: str = "", acting: str
) -> int:
    """Open a case with a customer who is there or on the phone, and was identified; return its number.

    Raises NotAllowed: `no_mandate`, `no_agreement`, `no_situation`; ValueError if the situation is without a customer.
    """
    return _open(person_id, situation, place, identified_by, call_ref, None, None, acting)


def break_glass(person_id: int, situation: str, *, reason: str, minutes: int, acting: str) -> int:
    """Open a case without the customer, for a reason in words and some minutes, as many as the situation has at most.

    Somebody else reviews it, and the customer is told. Raises as `open_case`.
    """
    return _open(person_id, situation, None, None, "", reason, minutes, acting)


def _open(
    person_id: int,
    situation: str,
    place: Place | None,
    identified_by: str | None,
    call_ref: str,
    reason: str | None,
    minutes: int | None,
    acting: str,
) -> int:
    return int(
        call(
            "SELECT access.open_case(%s, %s, %s, %s, %s, %s, %s, %s)",
            [person_id, situation, place, identified_by, call_ref or None, reason, minutes, acting],
        )[0][0]
    )


def cases_open(acting: str) -> list[Case]:
    """Return the open cases of a member of staff, oldest first."""
    rows = call("SELECT * FROM access.cases_open(%s)", [acting])
    return [
        Case(row[0], row[1], row[2], row[3], Place(row[4]) if row[4] else None, row[5], row[6], row[7]) for row in rows
    ]


def close_case(case_id: int, *, acting: str) -> bool:
    """Close a case of one's own now, and end the looks under way in it. False if it was not open."""
    return bool(call("SELECT access.close_case(%s, %s)", [case_id, acting])[0][0])


def review_case(case_id: int, verdict: Verdict, *, words: str, acting: str) -> None:
    """Say whether breaking the glass was right. Raises NotAllowed for one's own case; ValueError if it was reviewed."""
    call("SELECT access.review_case(%s, %s, %s, %s)", [case_id, verdict, words, acting])


def delay_look(case_id: int, *, until: datetime, reason: str, acting: str) -> None:
    """Let the customer be told of a broken glass from an aware moment on, 30 days from now at most.

    Raises NotAllowed: `no_mandate` unless a data-protection officer asks, `no_delay` unless it is of a broken glass of
    somebody else's, `already_told` once the customer was told of it or looked at what the register holds on them.
    """
    call("SELECT access.delay_look(%s, %s, %s, %s)", [case_id, until, reason, acting])
