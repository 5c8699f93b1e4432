"""The data-protection officer's desk: how its pages open the door, and what they put into words and decide (R22)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka import access
from tarkka.access import NotAllowed
from tarkka.staff.queries import Account
from tarkka.supervision.queries import Flag
from tarkka.supervision.rules import Rule
from tarkka.vocabulary import Level, Purpose, Role
from tarkka.wording import formats
from tarkka.wording.language import reader_language

LONGEST_WORDS = 2_000
"""Characters of what somebody writes into a decision."""
RULE = {
    Rule.AGAIN: msgid("flag.again"),
    Rule.CALL: msgid("flag.call"),
    Rule.COLLEAGUE: msgid("flag.colleague"),
    Rule.HOURS: msgid("flag.hours"),
    Rule.HOUSEHOLD: msgid("flag.household"),
    Rule.NO_CASE: msgid("flag.no_case"),
    Rule.NO_REASON: msgid("flag.no_reason"),
    Rule.OWN: msgid("flag.own"),
    Rule.SEARCHES: msgid("flag.searches"),
    Rule.VOLUME: msgid("flag.volume"),
}
"""What each rule is called."""
_SAW = {
    Rule.AGAIN: msgid("flag.again.saw %(days)s %(times)s"),
    Rule.CALL: msgid("flag.call.saw %(calls)s"),
    Rule.COLLEAGUE: msgid("flag.colleague.saw %(looks)s"),
    Rule.HOURS: msgid("flag.hours.saw %(looks)s %(hours)s"),
    Rule.HOUSEHOLD: msgid("flag.household.saw %(looks)s %(people)s"),
    Rule.NO_CASE: msgid("flag.no_case.saw %(amount)s %(usual)s %(most)s"),
    Rule.NO_REASON: msgid("flag.no_reason.saw %(looks)s %(people)s"),
    Rule.OWN: msgid("flag.own.saw %(looks)s"),
    Rule.SEARCHES: msgid("flag.searches.saw %(amount)s %(usual)s %(most)s"),
    Rule.VOLUME: msgid("flag.volume.saw %(amount)s %(usual)s %(most)s"),
}
VERDICT = {
    "accepted": msgid("review.accepted"),
    "explained": msgid("flag.explained"),
    "misuse": msgid("flag.misuse"),
}
"""What was decided, in words."""

_Verdict = TypeVar("_Verdict", bound=StrEnum)


def at_the_trail(staff: Account) -> AbstractContextManager[access.Access]:
    """Open the door at the trail for the officer's look, which is recorded as any other and ends with a cover."""
    return access.opened(
        role=Role.DATA_PROTECTION_OFFICER,
        actor=staff.user_id,
        purpose=Purpose.SUPERVISION,
        subject=access.TRAIL,
        at_most=Level.TOTAL,
    )


def decide(request: HttpRequest, verdicts: type[_Verdict], act: Callable[..., None], *, refused: str) -> dict[str, str]:
    """Do `act(verdict, words=…)` as the form says; return what is wrong with it by field, nothing if it was done.

    `refused` tells that it is not the officer's to decide. Raises ValueError if it was decided meanwhile.
    """
    verdict, words = request.POST.get("verdict", ""), request.POST.get("words", "").strip()[:LONGEST_WORDS]
    errors = {}
    if verdict not in list(verdicts):
        errors["verdict"] = gettext("flag.wrong.verdict")
    if not words:
        errors["words"] = gettext("flag.wrong.words")
    if not errors:
        try:
            act(verdicts(verdict), words=words)
        except NotAllowed:
            errors["verdict"] = refused
    return errors


def saw(flag: Flag) -> str:
    """Return what the rule saw, in words made of its figures."""
    message = _SAW[flag.rule]
    if flag.rule is Rule.COLLEAGUE and flag.figures.get("of_household"):
        message = msgid("flag.colleague.home.saw %(looks)s")
    if flag.rule is Rule.AGAIN and flag.figures.get("is_search"):
        message = msgid("flag.again.words.saw %(days)s %(times)s")
    return gettext(message) % {name: _figure(value) for name, value in flag.figures.items()}


def _figure(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{hour:02}–{(hour + 1) % 24:02}" for hour in value)
    return (
        str(value)
        if isinstance(value, bool) or not isinstance(value, int)
        else formats.number(value, reader_language())
    )
