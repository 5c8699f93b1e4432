"""What a case shows of its customer, part by part: read at one look, nothing that the situation does not need (R23)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.access import queries as trail
from tarkka.access.told import told_of
from tarkka.console.in_case import OpenCase
from tarkka.description.queries import load_rulebook
from tarkka.description.schema import ObjectionRule
from tarkka.people.details import ContactKind
from tarkka.people.household import current_membership
from tarkka.people.queries import (
    Choice,
    Person,
    read_cards,
    read_choices,
    read_contacts,
    read_person,
)
from tarkka.purchases.kept import load_kept
from tarkka.purchases.queries import Receipt, as_receipt, page_of, receipts_within
from tarkka.rights.queries import read_orders, read_requests
from tarkka.vocabulary import Objection, Part
from tarkka.web.days import beginning_of, day_of
from tarkka.web.ids import before_id
from tarkka.web.pages import described

MAY, MAY_NOT = "may", "may_not"
ANSWERS = {MAY: msgid("choices.may"), MAY_NOT: msgid("choices.may_not")}
RECEIPTS = 25
LOOKS = 50


@dataclass(frozen=True, slots=True)
class Question:
    """An objection as it is asked, and its making if it is in force now."""

    objection: Objection
    rule: ObjectionRule
    made: Choice | None

    @property
    def answers(self) -> list[tuple[str, str, bool]]:
        """Return each answer's value, its words, and whether it holds now."""
        return [(value, gettext(words), (value == MAY_NOT) is bool(self.made)) for value, words in ANSWERS.items()]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Receipts of a page by day, newest first; `older` is the receipt before which there may be more."""

    days: Sequence[tuple[date, Sequence[Receipt]]]
    older: int | None
    asked_day: date | None


def read_parts(request: HttpRequest, opened: OpenCase) -> tuple[Person | None, Mapping[str, Any]]:
    """Return the customer and the parts that the situation shows, by name. Raises access.Refused."""
    # The receipt that was pointed out stands in place of the list.
    is_pointed_out = opened.situation.one_receipt and opened.case.receipt_id is not None
    readers = [_READERS[part] for part in opened.situation.shows if not (part is Part.PURCHASES and is_pointed_out)]

    def reading() -> tuple[Person | None, Mapping[str, Any]]:
        parts: dict[str, object] = {}
        for reader in readers:
            parts |= reader(request)
        return read_person(opened.case.person_id), parts

    return opened.read(reading)


def _card(_: HttpRequest) -> dict[str, object]:
    return {"cards": read_cards()}


def _choices(_: HttpRequest) -> dict[str, object]:
    made = {choice.kind: choice for choice in read_choices() if choice.withdrawn_at is None}
    questions = [Question(objection, rule, made.get(objection)) for objection, rule in described().objection.items()]
    return {"questions": questions, "version": load_rulebook().in_force(timezone.now()).number}


def _contact(_: HttpRequest) -> dict[str, object]:
    found = {each.kind: each.value for each in read_contacts() if not each.for_safety_only}
    return {"contacts": [(kind, found.get(kind, "")) for kind in ContactKind]}


def _household(_: HttpRequest) -> dict[str, object]:
    return {"household": {"membership": current_membership()}}


def _looks(_: HttpRequest) -> dict[str, object]:
    events = trail.find_events(limit=LOOKS).events
    return {"looks": events, "told": told_of((event.id, event.case_ref) for event in events)}


def _purchases(request: HttpRequest) -> dict[str, object]:
    day, before = asked_day(request), before_id(request)
    start = end = None
    if day:
        start, end = beginning_of(day), beginning_of(day + timedelta(days=1))
    rows = page_of(receipts_within, before=before, start=start, end=end, limit=RECEIPTS)
    kept = load_kept()
    receipts = [as_receipt(row, kept) for row in rows]
    older = receipts[-1].id if len(receipts) == RECEIPTS else None
    return {"purchases": Purchases(list(_by_day(receipts)), older, day)}


def _requests(_: HttpRequest) -> dict[str, object]:
    return {"orders": read_orders(), "requests": read_requests()}


_READERS: Mapping[Part, Callable[[HttpRequest], dict[str, Any]]] = {
    Part.CARD: _card,
    Part.CHOICES: _choices,
    Part.CONTACT: _contact,
    Part.HOUSEHOLD: _household,
    Part.LOOKS: _looks,
    Part.PURCHASES: _purchases,
    Part.REQUESTS: _requests,
}


def asked_day(request: HttpRequest) -> date | None:
    """Return the day of purchases that the address asks for. Raises Http404 if it is none of our time."""
    text = request.GET.get("day")
    if not text:
        return None
    try:
        return day_of(text)
    except ValueError:
        raise Http404 from None


def _by_day(receipts: Sequence[Receipt]) -> Iterator[tuple[date, Sequence[Receipt]]]:
    zone = load_rulebook().time_zone
    for day, some in groupby(receipts, lambda receipt: receipt.purchased_at.astimezone(zone).date()):
        yield day, list(some)
