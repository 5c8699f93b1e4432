"""Who of the staff is signed in: a session of its own, one at a time, shorter than a customer's.

A view takes `@staff_signed_in` and gets the account with its roles in force. Beneath it may stand `@in_role(Role.X, …)`
and, for an act that asks for fresh proof, `@freshly_proved`.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tarkka.sign_in.sessions import end_staff_sessions
from tarkka.staff import guessing
from tarkka.staff.queries import Account, find_account
from tarkka.vocabulary import Role
from tarkka.web.addresses import present_page
from tarkka.web.rate_limit import client_address

SEEN_SECONDS = 60
"""How long a session goes on before it is written down again that it does."""
BEGUN_SECONDS = 5 * 60
"""How long somebody whose password was right has to bring the second factor."""

_log = logging.getLogger("tarkka.security.staff")
_Rest = ParamSpec("_Rest")
_View = Callable[Concatenate[HttpRequest, Account, _Rest], HttpResponseBase]


def sign_in(request: HttpRequest, account: Account, *, way: str) -> None:
    """Begin a session for a member of staff, in this browser alone: one elsewhere ends, and a customer's here too.

    `way` is what the second factor was: `key`, `code`, `provider`, or `development` in the demo. (R22)
    """
    request.session.flush()
    if end_staff_sessions(account.user_id):
        _log.info("staff signed in; a session elsewhere ended")
    now = int(time.time())
    request.session.update(
        {
            "staff": account.user_id,
            "language": account.language,
            "signed_in_at": now,
            "seen_at": now,
            "proved_at": now,
            "way": way,
        }
    )
    rotate_token(request)
    _log.info("staff signed in by %s", way)


def sign_out(request: HttpRequest) -> None:
    """End the session of whoever of the staff is signed in, on the server too. A customer's is left alone."""
    user_id = request.session.get("staff")
    if user_id is not None:
        request.session.flush()
        end_staff_sessions(user_id)
        _log.info("staff signed out")


def begin(request: HttpRequest, user_id: str, wanted: str) -> None:
    """Take note that the password was right; nobody is signed in before the second factor is too."""
    request.session.flush()
    request.session["begun"] = {"user_id": user_id, "at": int(time.time()), "next": wanted}


def begun(request: HttpRequest) -> tuple[str, str] | None:
    """Return whose password was right a moment ago and where they want to go, or None."""
    found = request.session.get("begun")
    if not found or time.time() - found["at"] > BEGUN_SECONDS:
        return None
    return found["user_id"], found["next"]


def signed_in_account(request: HttpRequest) -> Account | None:
    """Return who of the staff is signed in; a session that is idle or too old, or of a closed account, ends here."""
    session = request.session
    user_id = session.get("staff")
    if user_id is None:
        return None
    now = time.time()
    is_over = (
        now - session.get("signed_in_at", 0) > settings.TARKKA_SESSION_LIMIT
        or now - session.get("seen_at", 0) > settings.TARKKA_STAFF_IDLE_LIMIT
    )
    account = None if is_over else find_account(user_id)
    if account is None:
        session.flush()
        return None
    if now - session["seen_at"] > SEEN_SECONDS:
        session["seen_at"] = int(now)
    return account


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether whoever is signed in proved it with the second factor a few minutes ago at most."""
    return bool(time.time() - request.session.get("proved_at", 0) <= settings.TARKKA_FRESH_LIMIT)


def prove(request: HttpRequest) -> None:
    """Take note that whoever is signed in has proved it again just now."""
    request.session["proved_at"] = int(time.time())
    request.session.cycle_key()


def staff_signed_in(view: _View[_Rest]) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Give the view the account, or send the visitor to sign in and back. No cache keeps what the view shows."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        account = signed_in_account(request)
        if account is None:
            return _to("console-sign-in", request)
        return view(request, account, *args, **kwargs)

    return guarded


def in_role(*roles: Role) -> Callable[[_View[_Rest]], _View[_Rest]]:
    """Let in whoever has one of these roles in force; anybody else reads which role it takes and who gives it.

    Stands beneath `staff_signed_in`. The door asks again at each look; this spares people a page that is shut anyway.
    """

    def decorate(view: _View[_Rest]) -> _View[_Rest]:
        @wraps(view)
        def guarded(
            request: HttpRequest, staff: Account, /, *args: _Rest.args, **kwargs: _Rest.kwargs
        ) -> HttpResponseBase:
            if staff.roles.isdisjoint(roles):
                _log.warning("refused: a page for %s", " or ".join(roles))
                return render(request, "console/needs_role.html", {"staff": staff, "needed": roles}, status=403)
            return view(request, staff, *args, **kwargs)

        return guarded

    return decorate


def freshly_proved(view: _View[_Rest]) -> _View[_Rest]:
    """Let in whoever brought the second factor in the last minutes; anybody else brings it first, and comes back.

    Stands beneath `staff_signed_in`, on every method. A page whose form alone is sensitive asks `is_fresh` and answers
    with `to_proof(request)`; what a form brought is then sent again by hand, from the page that it stood on.
    """

    @wraps(view)
    def guarded(request: HttpRequest, staff: Account, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if not is_fresh(request):
            return to_proof(request)
        return view(request, staff, *args, **kwargs)

    return guarded


def to_proof(request: HttpRequest) -> HttpResponse:
    """Send whoever is signed in to prove it again, and then back to this page, or to the one that a form came from."""
    return _to("console-proof", request)


def visitor(request: HttpRequest, user_id: str) -> guessing.Visitor:
    """Return who tries to be this account's holder: by network, and by the mark that the browser has of them."""
    return guessing.Visitor(client_address(request), request.COOKIES.get(_mark_cookie(user_id), ""))


def remember_browser(response: HttpResponse, user_id: str) -> HttpResponse:
    """Let the browser keep that the account's holder has signed in there, so that nobody elsewhere locks them out."""
    response.set_cookie(
        _mark_cookie(user_id),
        guessing.new_mark(user_id),
        max_age=guessing.MARK_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _mark_cookie(user_id: str) -> str:
    return f"{settings.TARKKA_KNOWN_BROWSER_COOKIE}_{guessing.mark_name(user_id)}"


def _to(name: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': present_page(request, reverse('console-home'))})}")
