"""The pages for what went wrong, in the look of all the others. They tell nothing of what caused it."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer 400."""
    return _page(request, 400, gettext("error.400.title"), gettext("error.400.text"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 403."""
    return _page(request, 403, gettext("error.403.title"), gettext("error.403.text"))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403 to a form without its token (CSRF): usually a page that lay open over a sign-out."""
    return _page(request, 403, gettext("error.form_expired.title"), gettext("error.form_expired.text"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404, the same for what does not exist and for what is somebody else's."""
    return _page(request, 404, gettext("error.404.title"), gettext("error.404.text"))


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 500 without touching the request: what failed may be the session or the database."""
    return _page(None, 500, gettext("error.500.title"), gettext("error.500.text"))


def _page(request: HttpRequest | None, status: int, title: str, text: str) -> HttpResponse:
    page = render_to_string("error.html", {"title": title, "text": text}, request)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
