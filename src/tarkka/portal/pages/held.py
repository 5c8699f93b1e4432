"""What is held of my purchases although its time is over, and for what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.people.queries import read_person
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in
from tarkka.purchases.held import held_receipts
from tarkka.vocabulary import Level


@require_safe
@signed_in
def held(request: HttpRequest, person_id: int) -> HttpResponse:
    """List the receipts of which something is held for a recall, a request or a restriction (R7)."""
    with own_look(person_id, Level.PRODUCT):
        person = read_person(person_id)
        found = held_receipts()
    return render(request, "portal/held.html", {"person": person, "held": found})
