"""Breaking the glass: looking at a customer who is not there, for a reason in words and some minutes (R22, R23).

Somebody else reviews it, and the customer is told. The second factor is brought afresh before.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tarkka.access.cases import break_glass as break_it
from tarkka.console.agreed import agreed
from tarkka.console.found import Shown, opened, shown_before
from tarkka.console.pages.cases import situations
from tarkka.console.pages.lookup import cases_page
from tarkka.console.signing_in import in_role, is_fresh, staff_signed_in, to_proof
from tarkka.staff.queries import Account
from tarkka.vocabulary import Role

SHORTEST, LONGEST = 20, 1000
"""Characters of the reason."""
_KEPT = "glass"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.CUSTOMER_SERVICE)
@agreed
def break_glass(request: HttpRequest, staff: Account) -> HttpResponse:
    """Ask why and for how long, of somebody who was found; and open the case."""
    # Kept while the second factor is brought: in an emergency nobody searches twice.
    found = shown_before(request, staff) or opened(request.session.pop(_KEPT, ""), staff)
    if found is None:
        return cases_page(request, staff, note=gettext("case.found_before"))
    if not is_fresh(request):
        request.session[_KEPT] = found.token
        return to_proof(request)
    if "reason" not in request.POST:
        return _page(request, staff, found, {})
    offered = situations(break_glass=True)
    situation, reason = request.POST.get("situation", ""), request.POST["reason"].strip()
    minutes = request.POST.get("minutes", "")
    errors = {}
    if situation not in offered:
        errors["situation"] = gettext("case.wrong.situation")
    elif minutes not in map(str, range(1, offered[situation].minutes + 1)):
        errors["minutes"] = gettext("glass.wrong.minutes %(most)s") % {"most": offered[situation].minutes}
    if not SHORTEST <= len(reason) <= LONGEST:
        errors["reason"] = gettext("glass.wrong.reason %(least)s") % {"least": SHORTEST}
    if errors:
        return _page(request, staff, found, errors)
    case_id = break_it(found.person_id, situation, reason=reason, minutes=int(minutes), acting=staff.user_id)
    return redirect("console-case", case_id)


def _page(request: HttpRequest, staff: Account, found: Shown, errors: dict[str, str]) -> HttpResponse:
    offered = situations(break_glass=True)
    words = {
        "staff": staff,
        "found": found,
        "errors": errors,
        "given": request.POST,
        "situations": offered,
        "most": max((each.minutes for each in offered.values()), default=0),
        "least": SHORTEST,
        "longest": LONGEST,
    }
    return render(request, "console/break_glass.html", words, status=422 if errors else 200)
