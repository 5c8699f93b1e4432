"""The first page of staff: what they may do, in which role, and until when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.access.actions import why_shut
from tarkka.console.signing_in import staff_signed_in
from tarkka.console.templatetags.console import drawn_places
from tarkka.staff.queries import Account


@require_safe
@staff_signed_in
def home(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the roles in force with where each leads, and say what keeps the door shut."""
    places = [place for place in drawn_places(staff.roles) if not place["is_own"]]
    needs_agreement = any(why_shut(staff.user_id, each.role) == "no_agreement" for each in staff.mandates)
    words = {"staff": staff, "places": places, "needs_agreement": needs_agreement}
    return render(request, "console/home.html", words)
