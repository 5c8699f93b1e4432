"""Who has looked at my data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.access import queries as trail
from tarkka.people.queries import read_person
from tarkka.portal.ids import before_id
from tarkka.portal.pages.common import PAGE_LENGTH, described
from tarkka.portal.signing_in import own_look, signed_in
from tarkka.vocabulary import Level


@require_safe
@signed_in
def looks(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show who has looked at the customer's data, this look included (R22; GDPR 15, C-579/21)."""
    before = before_id(request)
    with own_look(person_id, Level.TOTAL) as look:
        person = read_person(person_id)
        found = trail.latest_events(before=before, limit=PAGE_LENGTH + 1)
    page = found[:PAGE_LENGTH]
    return render(
        request,
        "portal/looks.html",
        {
            "person": person,
            "events": page,
            "described": described(),
            "this": look.event_id,
            "before": before,
            "older": page[-1].id if len(found) > PAGE_LENGTH else None,
        },
    )
