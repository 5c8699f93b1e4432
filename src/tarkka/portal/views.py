"""The customer's pages. Each opens the door for one look at the customer's own data and shows it (R7, R12)."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tarkka.access import queries as trail
from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.people.queries import read_person
from tarkka.portal.ids import ID
from tarkka.portal.months import by_month
from tarkka.portal.signing_in import own_look, signed_in, signed_in_id
from tarkka.portal.signing_in import sign_out as end_session
from tarkka.purchases import queries as receipts
from tarkka.vocabulary import Level

PAGE_LENGTH = 50


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what this is, and lead on."""
    try:
        sign_in = reverse("sign-in")
    except NoReverseMatch:
        sign_in = None
    return render(request, "portal/start.html", {"is_signed_in": signed_in_id(request) is not None, "sign_in": sign_in})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the start page."""
    end_session(request)
    return redirect("start")


@require_safe
@signed_in
def purchases(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the customer's purchases, newest first, a page at a time (R7, R28)."""
    before = _before(request)
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        found = receipts.latest_receipts(before=before, limit=PAGE_LENGTH + 1)
    page = found[:PAGE_LENGTH]
    has_older = len(found) > PAGE_LENGTH
    return render(
        request,
        "portal/purchases.html",
        {
            "person": person,
            "months": by_month(page, newer_left_out=before is not None, older_left_out=has_older),
            "before": before,
            "older": page[-1].id if has_older else None,
        },
    )


@require_safe
@signed_in
def receipt(request: HttpRequest, person_id: int, receipt_id: int) -> HttpResponse:
    """Show one receipt as finely as the register has it, and why so; somebody else's is not found (R3, R12)."""
    with own_look(person_id, Level.PRODUCT):
        person = read_person(person_id)
        found = receipts.find_receipt(receipt_id)
    if found is None:
        raise Http404
    return render(
        request,
        "portal/receipt.html",
        {
            "person": person,
            "receipt": found.receipt,
            "detail": found,
            "before": _before(request),
            "described": _description(),
        },
    )


@require_safe
@signed_in
def looks(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show who has looked at the customer's data, this look included (R22; GDPR 15, C-579/21)."""
    before = _before(request)
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
            "described": _description(),
            "this": look.event_id,
            "before": before,
            "older": page[-1].id if len(found) > PAGE_LENGTH else None,
        },
    )


def _description() -> Document:
    return load_rulebook().in_force(timezone.now()).description.document


def _before(request: HttpRequest) -> int | None:
    """Return the id that the page begins after, or None for the newest page."""
    text = request.GET.get("before")
    if text is None:
        return None
    if not re.fullmatch(ID, text, re.ASCII):
        raise Http404
    return int(text)
