"""My purchases, and one receipt."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.people.queries import read_person
from tarkka.portal.ids import before_id
from tarkka.portal.months import by_month
from tarkka.portal.pages.common import PAGE_LENGTH, described
from tarkka.portal.signing_in import own_look, signed_in
from tarkka.purchases import queries as receipts
from tarkka.vocabulary import Level


@require_safe
@signed_in
def purchases(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the customer's purchases, newest first, a page at a time (R7, R28)."""
    before = before_id(request)
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
            "before": before_id(request),
            "described": described(),
        },
    )
