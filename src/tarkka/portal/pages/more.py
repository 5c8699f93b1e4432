"""All the places of the portal, for the tab bar that has room for five."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.people.queries import read_person
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in
from tarkka.vocabulary import Level


@require_safe
@signed_in
def more(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show every place with a word on what is there."""
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
    return render(request, "portal/more.html", {"person": person})
