"""The card that a browser keeps for a till without a network: whose it is, and when the browser must let it go.

A cookie marks whose card a browser was given to keep, by a keyed hash. It goes at sign-out, and as soon as somebody
else is signed in there (docs/decisions/0015-the-card-without-a-network.md).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

_YEAR = 365 * 24 * 60 * 60


def give(response: HttpResponse, person_id: int) -> HttpResponse:
    """Mark the response as a card for the browser to keep."""
    response.set_cookie(
        settings.TARKKA_CARD_COOKIE,
        _mark(person_id),
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: HttpResponse) -> HttpResponse:
    """Let the browser forget everything of the site that it has stored, the card with it."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(settings.TARKKA_CARD_COOKIE, samesite="Lax")
    return response


def take_back_anothers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever is signed in meets no card that the browser keeps for somebody else."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        kept = request.COOKIES.get(settings.TARKKA_CARD_COOKIE)
        if kept:
            person_id = request.session.get("person_id")
            if person_id is not None and not constant_time_compare(kept, _mark(person_id)):
                take_back(response)
        return response

    return respond


def _mark(person_id: int) -> str:
    return salted_hmac("tarkka.portal.kept_card", str(person_id), algorithm="sha256").hexdigest()
