"""Asking a provider over HTTP: bounded in time and size, following nobody elsewhere."""

from collections.abc import Mapping
from functools import cache
from time import monotonic

import httpx

from tarkka.sign_in.providers import Provider
from tarkka.sign_in.refusals import Reason, SignInRefused

MOST_BYTES = 256 * 1024


def ask(provider: Provider, address: str, form: Mapping[str, str] | None = None) -> bytes:
    """Return the body of a 200 answer; a form is posted. Raises SignInRefused: `unreachable`, `provider`."""
    latest = monotonic() + provider.timeout_seconds
    try:
        with _client().stream(
            "GET" if form is None else "POST", address, data=form, timeout=provider.timeout_seconds
        ) as answer:
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise SignInRefused(Reason.PROVIDER, "too long an answer")
                if monotonic() > latest:  # httpx bounds each wait, not all of them together
                    raise SignInRefused(Reason.UNREACHABLE, "too slow an answer")
    except httpx.HTTPError as error:
        raise SignInRefused(Reason.UNREACHABLE, type(error).__name__) from None
    if answer.status_code != httpx.codes.OK:
        reason = Reason.UNREACHABLE if answer.is_server_error else Reason.PROVIDER
        raise SignInRefused(reason, f"status {answer.status_code}")
    return body


@cache
def _client() -> httpx.Client:
    return httpx.Client(follow_redirects=False)
