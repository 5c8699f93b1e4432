"""Who is signed in: the session knows the person's id and language, and nothing more about them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from tarkka import access
from tarkka.people.queries import read_person
from tarkka.vocabulary import Level, Purpose, Role

_Rest = ParamSpec("_Rest")


def sign_in(request: HttpRequest, person_id: int) -> None:
    """Begin a session of its own for the person: nothing of the one before is left, its key included.

    Raises BadRequest if the register has no such person. (R13)
    """
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
    if person is None:
        raise BadRequest("the register has no such person")
    request.session.flush()
    request.session.update({"person_id": person_id, "language": person.language})
    rotate_token(request)


@contextmanager
def own_look(person_id: int, at_most: Level) -> Iterator[access.Access]:
    """Open the door for a customer's look at their own data, at most as fine as the page shows it (R7).

    Raises PermissionDenied if the description does not let customers look; that is recorded.
    """
    subject = access.person(person_id)
    try:
        with access.opened(
            role=Role.CUSTOMER, actor=str(person_id), purpose=Purpose.OWN_DATA, subject=subject, at_most=at_most
        ) as look:
            yield look
    except access.Refused:
        raise PermissionDenied from None


def sign_out(request: HttpRequest) -> None:
    """End the session, on the server too."""
    request.session.flush()


def signed_in_id(request: HttpRequest) -> int | None:
    """Return the id of the person who is signed in."""
    person_id: int | None = request.session.get("person_id")
    return person_id


def signed_in(
    view: Callable[Concatenate[HttpRequest, int, _Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponse]:
    """Give the view the person's id, or send the visitor to sign in and back. No cache keeps what the view shows."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        person_id = signed_in_id(request)
        if person_id is None:
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
        return view(request, person_id, *args, **kwargs)

    return guarded


def wanted_page(request: HttpRequest) -> str:
    """Return where to go after signing in: the `next` of form or address if it is ours, else the purchases."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("purchases")
