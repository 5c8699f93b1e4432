"""The keys that a provider signs with: a JWKS that is itself signed, checked under the entity key that we pinned.

Kept for a day at most. A key published ahead is there when it is first used; one that is not is asked for, seldom.
"""

import json
from dataclasses import dataclass
from threading import Lock
from time import time
from typing import Any, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import to_bytes, urlsafe_b64decode

from tarkka.sign_in.asking import ask
from tarkka.sign_in.providers import FEWEST_BITS, Provider
from tarkka.sign_in.refusals import Reason, SignInRefused

LONGEST_KEPT = 24 * 60 * 60
"""Seconds for which keys are kept, and for which a set without an end of its own is valid."""
SELDOM = 60
"""Seconds between asking because of a key that is not there, which anybody can name."""
LEEWAY = 60
"""Seconds by which clocks may differ."""


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: dict[str, RSAKey]
    asked_at: float
    until: float


_kept: dict[str, _Kept] = {}
_one_at_a_time = Lock()


def signing_key(provider: Provider, kid: object) -> RSAKey:
    """Return the provider's key of that id. Raises SignInRefused: `keys`, `signature`, `unreachable`, `provider`."""
    if not isinstance(kid, str):
        raise SignInRefused(Reason.SIGNATURE, "no key is named")
    with _one_at_a_time:
        kept, now = _kept.get(provider.keys_uri), time()
        if kept is None or kept.until <= now or (kid not in kept.keys and kept.asked_at + SELDOM <= now):
            kept = _kept[provider.keys_uri] = _fetch(provider, now)
    if kid not in kept.keys:
        raise SignInRefused(Reason.SIGNATURE, "no such key")
    return kept.keys[kid]


def _fetch(provider: Provider, now: float) -> _Kept:
    told = _told(provider, ask(provider, provider.keys_uri), now)
    keys = {}
    for each in told["keys"]:
        try:
            if each.get("use", "sig") != "sig":
                continue
            if int.from_bytes(urlsafe_b64decode(to_bytes(each["n"]))).bit_length() >= FEWEST_BITS:
                keys[str(each["kid"])] = RSAKey.import_key({name: each[name] for name in ("kty", "n", "e", "kid")})
        except (JoseError, AttributeError, KeyError, TypeError, ValueError):
            continue  # of a kind that is not used here, or none at all
    return _Kept(keys, now, min(now + LONGEST_KEPT, told.get("exp", now + LONGEST_KEPT)))


def _told(provider: Provider, answer: bytes, now: float) -> dict[str, Any]:
    if provider.entity_keys:
        return _checked(provider, answer, now)
    try:  # an employer's provider, believed for its TLS alone
        told = json.loads(answer)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("keys"), list):
        raise SignInRefused(Reason.KEYS, "no key set")
    return {"keys": told["keys"]}


def _checked(provider: Provider, signed: bytes, now: float) -> dict[str, Any]:
    for entity_key in provider.entity_keys:
        try:
            told = json.loads(jws.deserialize_compact(signed, entity_key, algorithms=["RS256"]).payload or b"")
            break
        except (JoseError, ValueError):
            continue
    else:
        raise SignInRefused(Reason.KEYS, "not signed by the pinned entity key")
    if not isinstance(told, dict) or not isinstance(told.get("keys"), list):
        raise SignInRefused(Reason.KEYS, "no key set")
    if told.get("iss") != provider.issuer:
        raise SignInRefused(Reason.KEYS, "another's")
    issued, ends = told.get("iat", 0), told.get("exp")
    if ends is None and is_time(issued):
        ends = issued + LONGEST_KEPT
    if not (is_time(issued) and is_time(ends) and issued <= now + LEEWAY and ends > now):
        raise SignInRefused(Reason.KEYS, "too old, or of the future")
    return told


def is_time(value: object) -> TypeGuard[float]:
    """Tell whether a claim is a number of seconds."""
    return isinstance(value, int | float) and not isinstance(value, bool)
