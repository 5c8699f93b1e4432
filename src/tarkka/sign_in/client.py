"""The two ends of a sign-in: sending the visitor to the provider, and taking the answer that they bring back."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from time import time
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt

from tarkka.sign_in.asking import ask
from tarkka.sign_in.once import use_once
from tarkka.sign_in.providers import Provider
from tarkka.sign_in.refusals import Reason, SignInRefused
from tarkka.sign_in.tokens import Proof, check_id_token

LONGEST = 15 * 60
"""Seconds that a visitor may take at the provider."""
_SIGNED_FOR = 10 * 60
_ASSERTED_FOR = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the visitor's browser keeps, signed by us, while they are at the provider: each value random, used once."""

    state: str
    nonce: str
    verifier: str
    began_at: float
    afresh: bool


def begin(*, afresh: bool) -> Attempt:
    """Begin a sign-in. `afresh` asks that the visitor proves who they are now, whatever the provider remembers."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(state, nonce, verifier, time(), afresh)


def address_to_go(provider: Provider, attempt: Attempt, *, language: str) -> str:
    """Return the provider's address for this attempt, everything in a signed request (RFC 9101)."""
    asked: dict[str, Any] = {
        "client_id": provider.client_id,
        "response_type": "code",
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "ui_locales": language,
        "ftn_spname": provider.service_name,
    }
    if provider.levels:
        asked["acr_values"] = " ".join(provider.levels)
    if provider.pkce:
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    if attempt.afresh and provider.asks_login:
        asked |= {"prompt": "login", "max_age": 0}
    request = _signed(provider, asked, audience=provider.issuer, seconds=_SIGNED_FOR)
    outside = {name: asked[name] for name in ("client_id", "response_type", "scope")}
    return f"{provider.authorization_endpoint}?{urlencode(outside | {'request': request})}"


def finish(provider: Provider, attempt: Attempt, answer: Mapping[str, str]) -> Proof:
    """Return what the answer that came back with the visitor proves. Raises SignInRefused.

    Whatever comes of it, the attempt is over: its state is used.
    """
    if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise SignInRefused(Reason.STATE)
    if time() > attempt.began_at + LONGEST:
        raise SignInRefused(Reason.EXPIRED, "too long at the provider")
    _once("state", attempt.state, attempt.began_at + LONGEST)
    if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: somebody mixed the providers up
        raise SignInRefused(Reason.ISSUER, "in the answer")
    if "error" in answer:
        raise SignInRefused(Reason.CANCELLED if answer["error"] == "access_denied" else Reason.PROVIDER, "said no")
    code = answer.get("code")
    if not code:
        raise SignInRefused(Reason.CODE)
    _once("code", code, time() + LONGEST)
    told = _tokens(provider, attempt, code)
    proof = check_id_token(
        provider,
        told["id_token"],
        nonce=attempt.nonce,
        since=attempt.began_at if attempt.afresh else None,
        access_token=str(told.get("access_token", "")),
    )
    _once("token", f"{provider.issuer} {proof.token_id}", proof.expires_at)
    return proof


def _tokens(provider: Provider, attempt: Attempt, code: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "client_id": provider.client_id,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": _signed(
            provider, {"sub": provider.client_id}, audience=provider.token_endpoint, seconds=_ASSERTED_FOR
        ),
    }
    if provider.pkce:
        form["code_verifier"] = attempt.verifier
    try:
        told = json.loads(ask(provider, provider.token_endpoint, form))
        if isinstance(told["id_token"], str):
            return dict(told)
    except (ValueError, KeyError, TypeError):
        pass
    raise SignInRefused(Reason.TOKEN, "none")


def _signed(provider: Provider, claims: Mapping[str, Any], *, audience: str, seconds: int) -> str:
    now, key = int(time()), provider.signing_keys[0]
    whole = {"iss": provider.client_id, "aud": audience, "iat": now, "exp": now + seconds, "jti": secrets.token_hex(16)}
    return jwt.encode({"alg": "RS256", "kid": key.kid}, whole | dict(claims), key, algorithms=["RS256"])


def _once(kind: str, value: str, until: float) -> None:
    if not use_once(kind, value, until=datetime.fromtimestamp(until, UTC)):
        raise SignInRefused(Reason.REPLAYED, kind)
