"""Who has looked at my data: the trail as its subject sees it, and the whole of it to keep (R22; GDPR 15, C-579/21)."""

from collections.abc import Callable, Iterator
from datetime import timedelta, tzinfo
from functools import partial
from itertools import chain
from typing import TypeVar
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_safe

from tarkka.access import queries as trail
from tarkka.access.queries import Event, Events, Looker, Wanted
from tarkka.access.told import Told, told_of
from tarkka.description.queries import load_rulebook
from tarkka.documents.spreadsheets import csv_part, no_formula
from tarkka.people.queries import Person, read_person
from tarkka.portal.folding import Fold, fold
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in
from tarkka.vocabulary import Level, Purpose
from tarkka.web.days import beginning_of, day_of
from tarkka.web.ids import before_id
from tarkka.web.pages import PAGE_LENGTH, described
from tarkka.web.rate_limit import limited
from tarkka.web.templatetags.looks import LOOKERS, case_of, done_at, situation, what, who, why
from tarkka.wording.words import ACT, LEVEL

READ_AT_ONCE = 400
"""Events that a page folds into its rows."""
DOWNLOADED_AT_ONCE = 5_000
"""Events that one look of the download reads: none stays open while a slow line takes what it was given."""
TRIES = 3
"""How often a look is opened again when an objection ended it."""

_COLUMNS = (
    msgid("looks.number"),
    msgid("looks.when"),
    msgid("looks.why"),
    msgid("looks.who"),
    msgid("looks.what"),
    msgid("looks.level"),
    msgid("looks.case"),
    msgid("looks.situation"),
    msgid("looks.done"),
    msgid("looks.version"),
)
_Read = TypeVar("_Read")


@require_safe
@signed_in
def looks(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show who has looked at the customer's data, this look included, as the address filters it."""
    asked, before = _asked(request), before_id(request)
    wanted = _wanted(asked)
    is_folded = wanted.looker is not Looker.ME
    limit = READ_AT_ONCE if is_folded else PAGE_LENGTH

    def read() -> tuple[Person | None, Events, Told]:
        found = trail.find_events(wanted, before=before, limit=limit)
        return read_person(person_id), found, told_of((event.id, event.case_ref) for event in found.events)

    this, (person, found, told) = _look(person_id, read)
    rows: list[Event | Fold] = list(fold(found.events, this=this) if is_folded else found.events)
    older = found.older if len(rows) <= PAGE_LENGTH else rows[PAGE_LENGTH - 1].id
    return render(
        request,
        "portal/looks.html",
        {
            "person": person,
            "rows": rows[:PAGE_LENGTH],
            "this": this,
            "told": told,
            "before": before,
            "asked": asked,
            "newest": _address(asked),
            "older": older and _address(asked, before=str(older)),
            "chips": _chips(asked),
            "described": described(),
            "rulebook": load_rulebook(),
        },
    )


@require_safe
@limited("looks", per_minute=6)
@signed_in
def download(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Give every look as CSV, from the newest, which is the download's own; read and sent a part at a time."""
    parts: Iterator[bytes] = iter(())
    if request.method == "GET":
        parts = _csv(person_id, str(get_language()), timezone.get_current_timezone())
        parts = chain([next(parts)], parts)  # a look that is refused must be told before anything is sent
    headers = {"Content-Disposition": 'attachment; filename="looks.csv"'}
    return StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8", headers=headers)


def _look(person_id: int, read: Callable[[], _Read]) -> tuple[int, _Read]:
    """Return the id of an own look and what was read at it; opened again if an objection ended it, which hides rows."""
    for _ in range(TRIES):
        with own_look(person_id, Level.TOTAL) as look:
            result = read()
            if trail.is_live():
                return look.event_id, result
    raise RuntimeError(f"{TRIES} looks one after the other were ended while they read")


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("by", "purpose", "from", "to", "refused")
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _wanted(asked: dict[str, str]) -> Wanted:
    """Return which looks the address asks for. Raises Http404 for what cannot be asked."""
    try:
        return Wanted(
            looker=Looker(asked["by"]) if "by" in asked else None,
            purpose=Purpose(asked["purpose"]) if "purpose" in asked else None,
            since=beginning_of(day_of(asked["from"])) if "from" in asked else None,
            until=beginning_of(day_of(asked["to"]) + timedelta(days=1)) if "to" in asked else None,
            refused="refused" in asked,
        )
    except ValueError:
        raise Http404 from None


def _address(asked: dict[str, str], **changes: str | None) -> str:
    """Return this page's address with some of what is asked changed, or with None left out."""
    return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})


def _chips(asked: dict[str, str]) -> list[tuple[str, str, bool]]:
    """Return address, word and whether it is chosen of everyone, each kind of actor, and refusals."""
    by = asked.get("by")
    kinds = [(_address(asked, by=looker), gettext(name), by == looker) for looker, name in LOOKERS.items()]
    refused = "refused" in asked
    return [
        (_address(asked, by=None), gettext("looks.by.all"), by is None),
        *kinds,
        (_address(asked, refused=None if refused else "1"), gettext("looks.by.refused"), refused),
    ]


def _read_part(before: int | None) -> tuple[Events, Told]:
    found = trail.find_events(before=before, limit=DOWNLOADED_AT_ONCE)
    return found, told_of((event.id, event.case_ref) for event in found.events)


def _situation(event: Event, told: Told) -> str:
    case = case_of(event, told)
    return situation(case, described()) if case else ""


def _csv(person_id: int, language: str, zone: tzinfo) -> Iterator[bytes]:
    rulebook = load_rulebook()
    before: int | None = None
    while True:
        _, (found, told) = _look(person_id, partial(_read_part, before))
        with override(language), timezone.override(zone):
            rows: list[list[object]] = [[gettext(column) for column in _COLUMNS]] if before is None else []
            rows += [
                [
                    event.id,
                    timezone.localtime(event.at).isoformat(timespec="seconds"),
                    *map(no_formula, (why(event, rulebook), who(event, rulebook), what(event))),
                    gettext(LEVEL[event.level]) if event.level else gettext("looks.refused"),
                    no_formula(event.case_ref or ""),
                    _situation(event, told),
                    ", ".join(gettext(ACT[act]) for act in done_at(event, told)),
                    event.version,
                ]
                for event in found.events
            ]
        yield csv_part(rows, is_first=before is None)
        if found.older is None:
            return
        before = found.older
