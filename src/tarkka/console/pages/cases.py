"""Opening a case with a customer: in which situation, where, and how the customer was identified (R17, R23)."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tarkka.access.cases import Identification, open_case
from tarkka.console.agreed import agreed
from tarkka.console.found import Shown, shown_before
from tarkka.console.pages.lookup import cases_page
from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.description.schema import Situation
from tarkka.staff.queries import Account
from tarkka.vocabulary import Place, Role
from tarkka.web.pages import described
from tarkka.wording.words import IDENTIFIED

PLACES: Mapping[str, tuple[Identification, ...]] = {
    Place.PHONE: (Identification.STRONG_AUTHENTICATION, Identification.QUESTIONS),
    Place.DESK: (Identification.IDENTITY_DOCUMENT, Identification.STRONG_AUTHENTICATION),
}
"""Where customers are served by staff, and how they are identified there."""
_LONGEST = 40


@require_POST
@staff_signed_in
@in_role(Role.CUSTOMER_SERVICE)
@agreed
def open_(request: HttpRequest, staff: Account) -> HttpResponse:
    """Ask what a case with somebody found needs, and open it."""
    found = shown_before(request, staff)
    if found is None:
        return cases_page(request, staff, note=gettext("case.found_before"))
    if "situation_of" not in request.POST:
        return _page(request, staff, found, {})
    errors = _errors(request)
    if errors:
        return _page(request, staff, found, errors)
    place = Place(request.POST["place"])
    case_id = open_case(
        found.person_id,
        request.POST["situation"],
        place=place,
        identified_by=Identification(request.POST["identified_by"]),
        call_ref=_call_ref(request),
        acting=staff.user_id,
    )
    request.session["place"] = place.value  # the next customer comes the same way
    return redirect("console-case", case_id)


def situations(*, break_glass: bool) -> Mapping[str, Situation]:
    """Return the situations of the description in force, those without the customer or those with them."""
    return {code: each for code, each in described().situation.items() if each.break_glass is break_glass}


def _errors(request: HttpRequest) -> dict[str, str]:
    errors = {}
    if request.POST.get("situation") not in situations(break_glass=False):
        errors["situation"] = gettext("case.wrong.situation")
    if request.POST.get("place") not in PLACES:
        errors["place"] = gettext("case.wrong.place")
    if request.POST.get("identified_by") not in PLACES.get(request.POST.get("place", ""), IDENTIFIED):
        errors["identified_by"] = gettext("case.wrong.identified_by")
    if request.POST.get("place") == Place.PHONE and not _call_ref(request):
        errors["call_ref"] = gettext("case.wrong.call_ref")
    return errors


def _call_ref(request: HttpRequest) -> str:
    return " ".join(request.POST.get("call_ref", "").split())[:_LONGEST]


def _page(request: HttpRequest, staff: Account, found: Shown, errors: dict[str, str]) -> HttpResponse:
    words = {
        "staff": staff,
        "found": found,
        "errors": errors,
        "given": request.POST,
        "described": described(),
        "situations": situations(break_glass=False),
        "has_break_glass": bool(situations(break_glass=True)),
        "places": PLACES,
        "place": request.POST.get("place") or request.session.get("place"),
        "identified": [(each, gettext(word)) for each, word in IDENTIFIED.items()],
        "longest": _LONGEST,
    }
    return render(request, "console/case_open.html", words, status=422 if errors else 200)
