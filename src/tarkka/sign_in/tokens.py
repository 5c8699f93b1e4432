"""An ID token, taken apart and checked: encrypted to us, signed by the provider, for us, now, and about somebody."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from time import time
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwe import JWERegistry
from joserfc.registry import HeaderParameter

from tarkka.people.identity import checked
from tarkka.sign_in.keys import LEEWAY, is_time, signing_key
from tarkka.sign_in.providers import TEST_LEVEL, Provider
from tarkka.sign_in.refusals import Reason, SignInRefused

LONGEST_AGE = 10 * 60
"""Seconds after which a token is too old, whatever it says."""
_FIRST_TEST_NUMBER = 900
"""Individual numbers from here on belong to nobody."""

# Providers copy these claims of the token into the header of its encryption (RFC 7519, 5.3).
_COPIED = {name: HeaderParameter(name, "str") for name in ("iss", "sub")} | {
    "aud": HeaderParameter("aud", lambda _: None)
}
_ENCRYPTED = JWERegistry(_COPIED, algorithms=["RSA-OAEP", "A128CBC-HS256"])


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is, and when they proved it, in seconds since 1970; None if the provider does not tell.

    `identity` is the identity code; at an employer's provider the user id, in small letters.
    """

    identity: str
    authenticated_at: float | None
    token_id: str
    expires_at: float


def check_id_token(provider: Provider, token: str, *, nonce: str, since: float | None, access_token: str = "") -> Proof:
    """Return what an ID token proves. `since` asks that it was proved then or later (seconds since 1970).

    Raises SignInRefused with the first thing that is wrong.
    """
    claims, now = _opened(provider, token), time()
    if claims.get("iss") != provider.issuer:
        raise SignInRefused(Reason.ISSUER)
    if claims.get("aud") not in (provider.client_id, [provider.client_id]):
        raise SignInRefused(Reason.AUDIENCE)
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise SignInRefused(Reason.AUDIENCE, "azp")
    issued = _checked_times(claims, now)
    if claims.get("nonce") != nonce:
        raise SignInRefused(Reason.NONCE)
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise SignInRefused(Reason.TOKEN, "at_hash")
    level = claims.get("acr")
    if provider.levels and (level not in provider.levels or (level == TEST_LEVEL and not provider.is_test)):
        raise SignInRefused(Reason.LEVEL)
    if provider.methods and not _methods(claims) & set(provider.methods):
        raise SignInRefused(Reason.METHOD)
    authenticated_at = _seconds(claims, "auth_time")
    if since is not None and (authenticated_at is None or authenticated_at < since - LEEWAY):
        raise SignInRefused(Reason.NOT_FRESH)
    token_id = claims.get("jti", token)
    return Proof(_identity(provider, claims), authenticated_at, str(token_id), issued + LONGEST_AGE + 2 * LEEWAY)


def _checked_times(claims: dict[str, Any], now: float) -> float:
    issued, ends = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued is None or ends is None:
        raise SignInRefused(Reason.TOKEN, "no times")
    if max(issued, _seconds(claims, "nbf") or 0, _seconds(claims, "auth_time") or 0) > now + LEEWAY:
        raise SignInRefused(Reason.FUTURE)
    if ends <= now - LEEWAY or issued <= now - LEEWAY - LONGEST_AGE:
        raise SignInRefused(Reason.EXPIRED)
    return issued


def _seconds(claims: dict[str, Any], name: str) -> float | None:
    told = claims.get(name)
    if told is None or is_time(told):
        return told
    raise SignInRefused(Reason.TOKEN, name)


def _opened(provider: Provider, token: str) -> dict[str, Any]:
    signed = _decrypted(provider, token) if provider.encryption_keys else token.encode()
    try:
        found = jws.extract_compact(signed)
        header = found.headers()
        if header.get("alg") != "RS256":
            raise SignInRefused(Reason.ALGORITHM)
        key = signing_key(provider, header.get("kid"))
        if not jws.validate_compact(found, key, algorithms=["RS256"]):
            raise SignInRefused(Reason.SIGNATURE)
        claims = json.loads(found.payload or b"")
    except (JoseError, AttributeError, TypeError, ValueError):
        raise SignInRefused(Reason.SIGNATURE, "not signed") from None
    if not isinstance(claims, dict):
        raise SignInRefused(Reason.TOKEN, "no claims")
    return claims


def _decrypted(provider: Provider, token: str) -> bytes:
    for key in provider.encryption_keys:  # its header need not tell which
        try:
            return jwe.decrypt_compact(token, key, registry=_ENCRYPTED).plaintext or b""
        except UnsupportedAlgorithmError:
            raise SignInRefused(Reason.ALGORITHM) from None
        except (JoseError, AttributeError, KeyError, TypeError, ValueError):
            continue
    raise SignInRefused(Reason.ENCRYPTION)


def _methods(claims: dict[str, Any]) -> set[str]:
    told = claims.get("amr")
    return {each for each in told if isinstance(each, str)} if isinstance(told, list) else set()


def _identity(provider: Provider, claims: dict[str, Any]) -> str:
    told = claims.get(provider.user_claim or provider.identity_claim)
    if not isinstance(told, str) or not told.strip():
        raise SignInRefused(Reason.IDENTITY, "none")
    if provider.user_claim:
        return told.strip().lower()
    try:
        code = checked(told)
    except ValueError:
        raise SignInRefused(Reason.IDENTITY) from None
    if int(code[7:10]) >= _FIRST_TEST_NUMBER and not provider.is_test:
        raise SignInRefused(Reason.TEST_IDENTITY)
    return code


def _half_hash(access_token: str) -> str:
    return urlsafe_b64encode(sha256(access_token.encode()).digest()[:16]).decode().rstrip("=")
