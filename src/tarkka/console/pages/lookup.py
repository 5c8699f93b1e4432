"""Finding the customer who is there or on the phone, and the cases of one's own that are open (R23)."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods

from tarkka.access.cases import cases_open
from tarkka.console.agreed import agreed
from tarkka.console.found import Shown, shown
from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.people.lookup import MOST, NoTerms, look_up, terms_for
from tarkka.staff.queries import Account
from tarkka.vocabulary import Purpose, Role
from tarkka.web.pages import described
from tarkka.web.rate_limit import limited

PER_MINUTE = 20
WRONG = {
    "empty": msgid("lookup.wrong.empty"),
    "identity_code": msgid("lookup.wrong.identity_code"),
    "too_long": msgid("lookup.wrong.too_long"),
    "too_short": msgid("lookup.wrong.too_short"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.CUSTOMER_SERVICE)
@agreed
def cases(request: HttpRequest, staff: Account) -> HttpResponseBase:
    """Ask for the customer, and list one's open cases; search by POST, so that no address has the terms."""
    return _search(request, staff) if request.method == "POST" else cases_page(request, staff)


@limited("lookup", per_minute=PER_MINUTE)
def _search(request: HttpRequest, staff: Account) -> HttpResponse:
    try:
        terms = terms_for(request.POST.get("terms", ""))
    except NoTerms as wrong:
        return cases_page(request, staff, error=gettext(WRONG[wrong.code]))
    found = look_up(terms, role=Role.CUSTOMER_SERVICE, user_id=staff.user_id, purpose=Purpose.CUSTOMER_SERVICE)
    are_too_many = len(found) > MOST
    return cases_page(
        request, staff, found=[] if are_too_many else [shown(each, staff) for each in found], are_too_many=are_too_many
    )


def cases_page(
    request: HttpRequest,
    staff: Account,
    *,
    found: Sequence[Shown] | None = None,
    are_too_many: bool = False,
    error: str = "",
    note: str = "",
) -> HttpResponse:
    """Return the page: the question, whom it found, and one's open cases."""
    words = {
        "staff": staff,
        "found": found,
        "are_too_many": are_too_many,
        "most": MOST,
        "terms": request.POST.get("terms", ""),
        "error": error,
        "note": note,
        "cases": cases_open(staff.user_id),
        "described": described(),
    }
    return render(request, "console/cases.html", words, status=422 if error else 200)
