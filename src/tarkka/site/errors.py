"""The pages for what went wrong, in the look of all the others. They tell nothing of what caused it.

Programs, who ask under the API's address, are answered as its own views answer them.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.translation import gettext

from tarkka.api.views import refusal


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer 400."""
    return _page(request, 400, gettext("error.400.title"), gettext("error.400.text"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: the door's refusal of data that is restricted (GDPR 18) says so."""
    if getattr(exception, "reason", None) == "restricted":
        return _page(request, 403, gettext("error.restricted.title"), gettext("error.restricted.text"))
    return _page(request, 403, gettext("error.403.title"), gettext("error.403.text"))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403 to a form without its token (CSRF): usually a page that lay open over a sign-out."""
    return _page(request, 403, gettext("error.form_expired.title"), gettext("error.form_expired.text"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404, the same for what does not exist and for what is somebody else's."""
    return _page(request, 404, gettext("error.404.title"), gettext("error.404.text"))


def explain_wrong_method(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the innermost: put a page into Django's empty answer 405, whose Allow tells programs the rest."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            page = _page(request, 405, gettext("error.405.title"), gettext("error.405.text"))
            response.content, response.headers["Cache-Control"] = page.content, "no-store"
        return response

    return respond


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with no more of the request than its address: what failed may be the session or the database."""
    return _page(request, 500, gettext("error.500.title"), gettext("error.500.text"))


_OF_PROGRAMS = {400: "bad_request", 404: "not_found", 500: "fault"}


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/") and status in _OF_PROGRAMS:
        return refusal(_OF_PROGRAMS[status])
    page = render_to_string("error.html", {"title": title, "text": text}, request if status < 500 else None)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
