"""What the program's log tells: when, how grave, where and what, and nothing of the data that something failed on.

A record is one line; what caused a failure follows indented. docs/guides/running.md lists what is logged.
"""

import logging
import re
import secrets
import textwrap
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from django.http import HttpRequest, HttpResponse

_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


_number = ContextVar("number", default="-")


def number_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is logged of a request has the number that the balancer gave it, else a random one.

    It is not taken off again: Django logs once more after every middleware, and the next request has its own.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Request-Id", "")
        _number.set(told if re.fullmatch(r"[\w-]{8,64}", told, re.ASCII) else secrets.token_hex(8))
        return get_response(request)

    return respond


def without_texts(error: BaseException) -> str:
    """Return where an error and whatever caused it came from, without their texts: PostgreSQL's quote rows."""
    parts = []
    found: BaseException | None = error
    while found:
        parts.append("".join(traceback.format_tb(found.__traceback__)) + type(found).__qualname__)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\nfrom which came\n".join(reversed(parts))


def _by_route(args: object, request: HttpRequest) -> object:
    """Return what Django's record says of a request, with the address's route in place of what was asked for.

    An address has ids in it, and one without a route, which is not ours, has whatever somebody wrote.
    """
    match = request.resolver_match
    route = f"/{match.route}" if match else "no route"
    path = request.path.encode("unicode_escape").decode()  # as `django.utils.log.log_response` writes it
    return tuple(route if each == path else each for each in args) if isinstance(args, tuple) else args


class Discreet(logging.Formatter):
    """Formats a record without the texts of its exceptions, and with nothing in it that could pass for another."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record. What a visitor asked wrongly is no failure of the program, and needs no traceback."""
        if record.exc_info and getattr(record, "status_code", 500) < 500:
            record = logging.makeLogRecord(vars(record) | {"exc_info": None, "exc_text": None})
        if isinstance(request := getattr(record, "request", None), HttpRequest):
            record = logging.makeLogRecord(vars(record) | {"args": _by_route(record.args, request)})
        record.number = _number.get()
        return super().format(record)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return the moment in UTC (ISO 8601)."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line, with whatever is not plainly visible in it written out."""
        line = super().formatMessage(record)
        return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)

    def formatException(self, ei: _Failure) -> str:  # noqa: N802  # logging's own name
        """Return the exception as `without_texts` does, indented."""
        return textwrap.indent(without_texts(ei[1]), "  ") if ei[1] else ""
