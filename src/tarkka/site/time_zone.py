"""Pages tell times in the register's own time zone, which the register description states once for all its versions."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tarkka.description.errors import BeforeFirstVersion
from tarkka.description.queries import load_rulebook


def tell_register_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. Asks once, since no version may change the zone; UTC while nothing is published."""
    known: list[ZoneInfo] = []

    def respond(request: HttpRequest) -> HttpResponse:
        if not known:
            try:
                known.append(load_rulebook().time_zone)
            except (BeforeFirstVersion, DatabaseError):
                return get_response(request)  # no page has a time to tell yet; what is wrong, the page itself says
        with timezone.override(known[0]):
            return get_response(request)

    return respond
