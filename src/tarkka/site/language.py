"""Which language a page is written in: the one chosen here, else the person's own, else what the browser asks for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers


def choose_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. `django.views.i18n.set_language` writes the choice in a cookie; the session has the person's own."""

    def respond(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or request.session.get("language")
        known = chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
        with translation.override(known):
            response = get_response(request)
        response.headers.setdefault("Content-Language", known)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return respond
