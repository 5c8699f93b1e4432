"""The beginning and the end of a visit by staff: password, second factor, proving it again, signing out (R22)."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tarkka.console import signing_in
from tarkka.console.second_factor import proof_asked, proved
from tarkka.console.signing_in import begin, begun, remember_browser, staff_signed_in, visitor
from tarkka.sign_in.providers import provider_for
from tarkka.staff.actions import check_password, forget_guesses
from tarkka.staff.guessing import TooOften
from tarkka.staff.queries import Account, find_account
from tarkka.web.addresses import wanted_page
from tarkka.web.rate_limit import limited, too_many

PROVIDER = "staff"
"""The console's provider in the settings of signing in."""
_LONGEST_ID = 64
_log = logging.getLogger("tarkka.security.staff")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for user id and password, or lead to the employer's provider."""
    return _password(request) if request.method == "POST" else sign_in_page(request)


def sign_in_page(request: HttpRequest, status: int = 200, **words: object) -> HttpResponse:
    """Return the page from which staff signs in, with `words` more."""
    usual = {"next": wanted(request), "has_provider": provider_for(PROVIDER) is not None}
    return render(request, "console/sign_in.html", usual | words, status=status)


def wanted(request: HttpRequest) -> str:
    """Return where to go after signing in."""
    return wanted_page(request, reverse("console-home"))


@limited("staff-password", per_minute=10)
def _password(request: HttpRequest) -> HttpResponse:
    user_id = request.POST.get("user_id", "").strip().lower()[:_LONGEST_ID]
    try:
        is_right = check_password(user_id, request.POST.get("password", ""), visitor(request, user_id))
    except TooOften as often:
        _log.warning("staff sign-in refused: too many tries")
        return too_many(request, often.seconds)
    if not is_right:
        _log.warning("staff sign-in refused: user id or password")
        return sign_in_page(request, 422, error=gettext("console.sign_in.wrong"), user_id=user_id)
    begin(request, user_id, wanted(request))
    return redirect("console-second")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask whoever brought the password for the second factor, and sign them in."""
    found = begun(request)
    account = find_account(found[0]) if found else None
    if found is None or account is None:
        return redirect("console-sign-in")
    if request.method != "POST":
        return _second_page(request, account.user_id)
    way = _way(request, account.user_id)
    if isinstance(way, HttpResponse):
        return way
    forget_guesses(account.user_id)
    signing_in.sign_in(request, account, way=way)
    return remember_browser(redirect(found[1]), account.user_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
def proof(request: HttpRequest, staff: Account) -> HttpResponse:
    """Ask whoever is signed in for the second factor again, before a sensitive act, and lead back to it."""
    way = request.session.get("way")
    if way == "provider":
        return redirect(f"{reverse('console-provider')}?afresh=1&next={wanted(request)}")
    if request.method != "POST":
        return _second_page(request, staff.user_id, staff=staff)
    if way != "development":
        answer = _way(request, staff.user_id, staff=staff)
        if isinstance(answer, HttpResponse):
            return answer
    signing_in.prove(request)
    return redirect(wanted(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, on the server too, and let this browser forget what it has of these pages."""
    signing_in.sign_out(request)
    answer = redirect("console-sign-in")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _way(request: HttpRequest, user_id: str, staff: Account | None = None) -> str | HttpResponse:
    try:
        way = proved(request, user_id)
    except TooOften as often:
        _log.warning("staff second factor refused: too many tries")
        return too_many(request, often.seconds)
    if way is None:
        _log.warning("staff second factor refused")
        return _second_page(request, user_id, 422, staff=staff, error=gettext("console.second.wrong"))
    return way


def _second_page(
    request: HttpRequest, user_id: str, status: int = 200, *, staff: Account | None = None, error: str = ""
) -> HttpResponse:
    """The same page for signing in, and for proving it again where `staff` is given."""
    is_development = request.session.get("way") == "development"
    asked = {} if is_development else proof_asked(request, user_id)
    words: dict[str, object] = {"next": wanted(request), "is_development": is_development, "error": error}
    if staff is None:
        words |= {
            "frame": "console/frame.html",
            "title": gettext("console.second.title"),
            "text": gettext("console.second.text"),
        }
    else:
        words |= {
            "frame": "console/page.html",
            "staff": staff,
            "title": gettext("console.proof.title"),
            "text": gettext("console.proof.text"),
        }
    return render(request, "console/second.html", words | asked, status=status)
