"""Who is signed in: the session knows the person's id and language, when they proved who they are, and their searches.

A view takes `@signed_in`, or for a sensitive act, such as the extract, `@freshly_signed_in`.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tarkka.people.queries import read_person
from tarkka.portal.looking import own_look, telling_of_recalls
from tarkka.vocabulary import Level
from tarkka.web.addresses import present_page

if TYPE_CHECKING:
    from tarkka.sign_in.sessions import SessionStore

SEEN_SECONDS = 60
"""How long a session goes on before it is written down again that it does."""

_log = logging.getLogger("tarkka.security.sign_in")
_Rest = ParamSpec("_Rest")


def sign_in(request: HttpRequest, person_id: int, *, authenticated_at: float | None) -> None:
    """Begin a session of its own for the person: nothing of the one before is left, its key included.

    `authenticated_at` is when they last proved who they are (seconds since 1970), None if nobody tells. Raises
    BadRequest if the register has no such person. (R13)
    """
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
    if person is None:
        raise BadRequest("the register has no such person")
    request.session.flush()
    request.session.update(
        {
            "person_id": person_id,
            "language": person.language,
            "signed_in_at": int(time.time()),
            "authenticated_at": None if authenticated_at is None else int(authenticated_at),
        }
    )
    rotate_token(request)
    _log.info("signed in")  # who is in the access event of the look above


def sign_out(request: HttpRequest) -> None:
    """End the person's sessions, this one and those in other browsers, on the server too."""
    if "person_id" in request.session:
        _log.info("signed out")
    cast("SessionStore", request.session).end_everywhere()


def signed_in_id(request: HttpRequest) -> int | None:
    """Return the id of the person who is signed in; a session that is too old is ended here."""
    person_id: int | None = request.session.get("person_id")
    if person_id is not None and time.time() - request.session.get("signed_in_at", 0) > settings.TARKKA_SESSION_LIMIT:
        request.session.flush()
        return None
    # Half an hour from here the session ends. To the minute is enough, and spares most pages a commit.
    if person_id is not None and time.time() - request.session.get("seen_at", 0) > SEEN_SECONDS:
        request.session["seen_at"] = int(time.time())
    return person_id


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person who is signed in proved who they are a few minutes ago at most."""
    authenticated_at: int | None = request.session.get("authenticated_at")
    return authenticated_at is not None and time.time() - authenticated_at <= settings.TARKKA_FRESH_LIMIT


def signed_in(
    view: Callable[Concatenate[HttpRequest, int, _Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Give the view the person's id, or send the visitor to sign in and back. No cache keeps what the view shows."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        person_id = signed_in_id(request)
        if person_id is None:
            return to_sign_in(request)
        with telling_of_recalls():
            return view(request, person_id, *args, **kwargs)

    return guarded


def freshly_signed_in(
    view: Callable[Concatenate[HttpRequest, int, _Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Give the view the person's id as `signed_in` does, and in its place; whoever signed in long ago does it again.

    Every method is guarded. A page whose form alone is sensitive asks `is_fresh` and answers with
    `to_sign_in(request, afresh=True)`; what a form brought is then sent again by hand, from the page that it stood on.
    """

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, person_id: int, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if not is_fresh(request):
            return to_sign_in(request, afresh=True)
        return view(request, person_id, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest, *, afresh: bool = False) -> HttpResponse:
    """Send the visitor to sign in, and then back to this page, or to the one that a form came from.

    `afresh` asks somebody who is signed in to prove again who they are.
    """
    query = {"next": present_page(request, reverse("home"))} | ({"afresh": "1"} if afresh else {})
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}")
