"""What staff did, with their names: searching the trail, and one person's work by day (R22).

Whom and what is searched for stays out of addresses: the form is posted, the session keeps it (decision 0014).
"""

import re
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tarkka.console.agreed import agreed
from tarkka.console.desk import at_the_trail
from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.description.queries import load_rulebook
from tarkka.staff.queries import Account, account_names
from tarkka.supervision import queries
from tarkka.supervision.queries import Asked, WorkDay
from tarkka.supervision.robust import PAST_DAYS
from tarkka.vocabulary import Purpose, Role, midnight
from tarkka.web import charts
from tarkka.web.days import beginning_of, day_of
from tarkka.web.ids import ID, before_id
from tarkka.web.pages import PAGE_LENGTH, described
from tarkka.web.searches import KEY, keep, kept
from tarkka.wording import formats
from tarkka.wording.language import reader_language

FIELDS = ("actor", "person", "purpose", "case", "first_day", "last_day", "refused")
_LONGEST = 64


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def events(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show what staff did, newest first, and search it."""
    if request.method == "POST":
        asked = {name: request.POST.get(name, "").strip()[:_LONGEST] for name in FIELDS}
        asked = {name: text for name, text in asked.items() if text}
        address = reverse("console-events")
        return redirect(f"{address}?search={keep(request, asked)}" if asked else address)
    key = _key(request)
    remembered = kept(request, key) if key else {}
    asked, before = remembered or {}, before_id(request)
    wanted, errors = _wanted(asked)
    deeds = []
    with at_the_trail(staff) as look:
        if not errors:
            deeds = queries.find_deeds(wanted, before=before, limit=PAGE_LENGTH + 1)
        waiting, glasses = queries.count_waiting()
        look.cover(queries.people_of(deeds[:PAGE_LENGTH]))
    words = {
        "staff": staff,
        "deeds": deeds[:PAGE_LENGTH],
        "older": deeds[PAGE_LENGTH - 1].id if len(deeds) > PAGE_LENGTH else None,
        "before": before,
        "search": key if remembered else None,
        "is_forgotten": remembered is None,
        "given": asked,
        "errors": errors,
        "names": account_names(),
        "described": described(),
        "waiting": waiting,
        "glasses": glasses,
    }
    return render(request, "console/events.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def work(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show what one member of staff did on each day of the last eight weeks, and what was flagged."""
    address = reverse("console-work")
    if request.method == "POST":
        return redirect(f"{address}?search={keep(request, {'actor': request.POST.get('actor', '')[:_LONGEST]})}")
    key = _key(request)
    asked = kept(request, key) if key else None
    actor = (asked or {}).get("actor")
    if not actor:
        return redirect("console-events")
    zone = load_rulebook().time_zone
    first = timezone.localdate() - timedelta(days=PAST_DAYS - 1)
    with at_the_trail(staff) as look:
        days = queries.work_of(actor, midnight(first, zone), zone.key)
        flags = queries.flags_of(actor)
        look.cover([])
    words = {
        "staff": staff,
        "actor": actor,
        "days": list(reversed(days)),
        "chart": _chart(days, first),
        "flags": flags,
        "names": account_names(),
    }
    return render(request, "console/work.html", words)


def _chart(days: list[WorkDay], first: date) -> charts.Columns:
    language = reader_language()
    people = {each.day: each.people for each in days}
    figures = []
    for number in range(PAST_DAYS):
        day = first + timedelta(days=number)
        label = formats.month_name(day, "abbreviated", language) if day.day == 1 else ""
        figures.append(charts.Figure(formats.day(day, language), people.get(day, 0), short=label, narrow=label))
    return charts.columns(figures, lambda count: formats.number(count, language), places=PAST_DAYS, unit=1)


def _key(request: HttpRequest) -> str | None:
    key = request.GET.get("search")
    if key is not None and not re.fullmatch(KEY, key, re.ASCII):
        raise Http404
    return key


def _wanted(asked: dict[str, str]) -> tuple[Asked, dict[str, str]]:
    """Return which events are asked for, and what is wrong with the form."""
    errors = {}
    person, purpose = asked.get("person", ""), asked.get("purpose", "")
    if person and not re.fullmatch(ID, person, re.ASCII):
        errors["person"] = gettext("events.wrong.person")
    if purpose and purpose not in list(Purpose):
        errors["purpose"] = gettext("events.wrong.purpose")
    ends: dict[str, datetime] = {}
    for name in ("first_day", "last_day"):
        if asked.get(name):
            try:
                ends[name] = beginning_of(day_of(asked[name]))
            except ValueError:
                errors[name] = gettext("events.wrong.day")
    if errors:
        return Asked(), errors
    last = ends.get("last_day")
    return Asked(
        actor=asked.get("actor"),
        person_id=int(person) if person else None,
        purpose=Purpose(purpose) if purpose else None,
        since=ends.get("first_day"),
        until=last and last + timedelta(days=1),
        case_ref=asked.get("case"),
        is_refused="refused" in asked,
    ), {}
