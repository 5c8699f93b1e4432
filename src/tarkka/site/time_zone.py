"""A page is of one state of the register description, and tells times in the time zone that the description states."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tarkka.description.errors import BeforeFirstVersion
from tarkka.description.queries import asked_once, load_rulebook


def tell_register_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. Learns the zone once, since no version may change it; UTC while nothing is published."""
    known: list[ZoneInfo] = []

    def respond(request: HttpRequest) -> HttpResponse:
        with asked_once():
            if not known:
                try:
                    known.append(load_rulebook().time_zone)
                except (BeforeFirstVersion, DatabaseError):
                    return get_response(request)  # no page has a time to tell yet; what is wrong, the page itself says
            with timezone.override(known[0]):
                return get_response(request)

    return respond
