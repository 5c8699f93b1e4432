"""How often somebody may ask: `@limited("search", per_minute=30)` on a view.

Counted for the session where there is one, and for the client's address, which many may share and which is kept as a
keyed hash. All processes of an installation count together, in PostgreSQL.
"""

import logging
from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from tarkka.sign_in.once import count_request

_log = logging.getLogger("tarkka.security.rate_limit")
_Rest = ParamSpec("_Rest")
_View = Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]

SHARED_ADDRESS = 20
"""How many times more often an address may ask than a session: telephones and offices share theirs."""


def limited(what: str, *, per_minute: int) -> Callable[[_View[_Rest]], _View[_Rest]]:
    """Answer 429 to whoever asks more often than so many times a minute; `what` is counted by itself.

    Stands above `signed_in`, so that who is refused is refused first.
    """

    def decorate(view: _View[_Rest]) -> _View[_Rest]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
            allowed = {f"address {client_address(request)}": per_minute * SHARED_ADDRESS}
            if request.session.session_key:
                allowed[f"session {request.session.session_key}"] = per_minute
            for who, times in allowed.items():
                asked = count_request(what, who, seconds=60)
                if asked.times > times:
                    _log.warning("refused: %s, more than %d times a minute by one %s", what, times, who.split()[0])
                    return too_many(request, asked.seconds_left)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from; of IPv6 the network, which one client has to itself.

    Behind a balancer it is the last that the header of `TARKKA_ADDRESS_HEADER` tells: what stands before it in the
    header was written by the client.
    """
    header = settings.TARKKA_ADDRESS_HEADER
    told = request.headers.get(header, "").rpartition(",")[2].strip() if header else request.META["REMOTE_ADDR"]
    try:
        address = ip_address(told)
    except ValueError:
        return "unknown"
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else str(address)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer 429 and say when to try again."""
    words = {
        "title": gettext("error.429.title"),
        "text": gettext("error.429.text %(seconds)s") % {"seconds": seconds},
    }
    page = render(request, "error.html", words, status=429)
    page["Retry-After"], page["Cache-Control"] = str(seconds), "no-store"
    return page
