"""The first page of staff: what they may do, in which role, and until when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.access.cases import cases_open
from tarkka.console.agreed import lacks_agreement
from tarkka.console.signing_in import staff_signed_in
from tarkka.console.templatetags.console import drawn_places
from tarkka.staff.queries import Account
from tarkka.vocabulary import Role
from tarkka.web.pages import described


@require_safe
@staff_signed_in
def home(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the roles in force with where each leads, and say what keeps the door shut."""
    places = [place for place in drawn_places(staff.roles) if not place["is_own"]]
    words = {"staff": staff, "places": places, "needs_agreement": lacks_agreement(staff)}
    if Role.CUSTOMER_SERVICE in staff.roles:
        words |= {"cases": cases_open(staff.user_id), "described": described()}
    return render(request, "console/home.html", words)
