"""The two addresses of the API: where receipts are sent, and where the API describes itself."""

import logging
from collections.abc import Callable
from functools import cache, wraps

import msgspec
import psycopg
from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tarkka.api.answers import ERRORS, ErrorAnswer, batch_answer, receipt_answer
from tarkka.api.body import Refused, read_receipts
from tarkka.api.openapi import describe
from tarkka.description.errors import BeforeFirstVersion
from tarkka.purchases.intake import Intake
from tarkka.purchases.queries import source_of_token
from tarkka.purchases.verdict import IntakeFault, counts

_log = logging.getLogger(__name__)
_security = logging.getLogger("tarkka.security.intake")
_encode = msgspec.json.Encoder().encode
_View = Callable[[HttpRequest], HttpResponse]


def _asked_by(*methods: str) -> Callable[[_View], _View]:
    """Refuse other methods, and whatever came in the clear: nobody is led on to TLS with a token already told."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if settings.SECURE_SSL_REDIRECT and not request.is_secure():
                return refusal("not_encrypted")
            if request.method not in methods:
                response = refusal("wrong_method")
                response["Allow"] = ", ".join(methods)
                return response
            return view(request)

        return guarded

    return decorate


@csrf_exempt
@_asked_by("POST")
def receipts(request: HttpRequest) -> HttpResponse:
    """Take a batch of receipts and answer what became of each. The bearer token, not a session, says who sends."""
    try:
        source_id = _source(request)
        delivered = read_receipts(request)
        connection.ensure_connection()
        verdicts = Intake(connection.connection, source_id).take(raw for _, raw in delivered)
    except Refused as refused:
        return refusal(refused.error, refused.place)
    except BeforeFirstVersion:
        return refusal("no_description")
    except IntakeFault as fault:
        return _stopped(fault)
    except (DjangoDatabaseError, psycopg.Error) as error:
        # By name alone: a database's message may quote what it was given.
        return _stopped(IntakeFault(type(error).__name__, True))
    answers = [
        receipt_answer(at, receipt_id, verdict)
        for (at, _), (receipt_id, verdict) in zip(delivered, verdicts, strict=True)
    ]
    return _answer(200, batch_answer(counts(verdict for _, verdict in verdicts), answers))


def _stopped(fault: IntakeFault) -> HttpResponse:
    _log.error("intake stopped: %s", fault, exc_info=fault)
    connection.close()
    return refusal("database_fault" if fault.is_temporary else "intake_fault")


@_asked_by("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Describe the API (OpenAPI 3.1)."""
    return HttpResponse(_description(), content_type="application/json")


@cache
def _description() -> bytes:
    return msgspec.json.format(_encode(describe()))


def _source(request: HttpRequest) -> int:
    """The source whose token was sent. Whatever is wrong with a token, the answer is the same."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    source_id = source_of_token(token.strip()) if scheme.lower() == "bearer" else None
    if source_id is None:
        _security.warning("refused: no source has this token")
        raise Refused("unauthorized")
    return source_id


def refusal(error: str, place: str | None = None) -> HttpResponse:
    """Return the answer of an error of `ERRORS`; also of what went wrong before a view was found, or in it."""
    response = _answer(ERRORS[error].status, ErrorAnswer(error, ERRORS[error].text, place))
    if error == "unauthorized":
        response["WWW-Authenticate"] = 'Bearer realm="receipts"'
    elif error == "unsupported_encoding":
        response["Accept-Encoding"] = "gzip"
    elif error == "database_fault":
        response["Retry-After"] = "10"
    return response


def _answer(status: int, body: msgspec.Struct) -> HttpResponse:
    return HttpResponse(
        _encode(body), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
