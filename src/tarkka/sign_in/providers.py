"""The providers that people sign in at, by what they sign in to: `customers` for the portal, `staff` for the console.

One TOML file, which `docs/guides/signing-in.md` explains, holds a table for each. Paths in it are seen from its folder.
"""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import RSAKey

TEST_LEVEL = "http://ftn.ficora.fi/2017/loatest2"
LEVELS = ("http://ftn.ficora.fi/2017/loa2", "http://ftn.ficora.fi/2017/loa3")
LONGEST_NAME = 40
"""Characters of the service's name that a bank shows (`ftn_spname`)."""
FEWEST_BITS = 2048


class WrongSettings(Exception):
    """The settings of signing in cannot be used. The message lists what is wrong where, and what to do."""


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A provider as the file tells it."""

    issuer: str
    client_id: str
    redirect_uri: str
    authorization_endpoint: str
    token_endpoint: str
    keys_uri: str
    signing_keys: tuple[str, ...]
    service_name: str
    entity_keys: tuple[str, ...] = ()
    encryption_keys: tuple[str, ...] = ()
    own_entity_key: str | None = None
    scope: str = "openid personal_identity_code"
    identity_claim: str = "personal_identity_code"
    user_claim: str | None = None
    levels: tuple[str, ...] | None = None
    methods: tuple[str, ...] = ()
    pkce: bool = True
    asks_login: bool = True
    timeout_seconds: float = 10


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider and how to speak with it. The first of our keys of each use is the one in use; the rest are valid.

    An employer's provider tells a user id, in `user_claim`, in place of an identity code. It may publish its keys
    without a signature of its entity (`entity_keys` empty), and leave ID tokens unencrypted (`encryption_keys` empty).
    """

    issuer: str
    client_id: str
    redirect_uri: str
    authorization_endpoint: str
    token_endpoint: str
    keys_uri: str
    entity_keys: tuple[RSAKey, ...]
    signing_keys: tuple[RSAKey, ...]
    encryption_keys: tuple[RSAKey, ...]
    own_entity_key: RSAKey | None
    service_name: str
    scope: str
    identity_claim: str
    user_claim: str | None
    levels: tuple[str, ...]
    methods: tuple[str, ...]
    pkce: bool
    asks_login: bool
    timeout_seconds: float
    is_test: bool


def configured() -> dict[str, Provider]:
    """Return this installation's providers by what people sign in to. Raises WrongSettings with all that is wrong."""
    return load(settings.TARKKA_SIGN_IN, is_test=settings.TARKKA_DEMO)


def provider_for(what: str) -> Provider | None:
    """Return the provider that people sign in at to something, or None if none is set. Raises WrongSettings."""
    return configured().get(what)


@cache
def load(path: Path, *, is_test: bool) -> dict[str, Provider]:
    """Return the providers of a file, none if there is no file. Raises WrongSettings with all that is wrong.

    `is_test` lets in the level of assurance and the identities of tests, and a provider on this machine without TLS.
    """
    try:
        tables = msgspec.toml.decode(path.read_bytes(), type=dict[str, _Table])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WrongSettings(f"{path}: cannot be read ({error.strerror})") from None
    except msgspec.ValidationError as error:
        raise WrongSettings(f"{path}: {error}; docs/guides/signing-in.md lists what a provider has") from None
    except msgspec.DecodeError as error:
        raise WrongSettings(f"{path}: is no TOML: {error}") from None
    wrong = [f"{path}: {name}.{problem}" for name, table in tables.items() for problem in _problems(table, is_test)]
    found = {}
    for name, table in tables.items():
        try:
            found[name] = _provider(table, path.parent, is_test)
        except WrongSettings as error:
            wrong.append(f"{path}: {name}.{error}")
    if wrong:
        raise WrongSettings("\n".join(wrong))
    return found


def _problems(table: _Table, is_test: bool) -> Iterator[str]:
    for field in ("issuer", "redirect_uri", "authorization_endpoint", "token_endpoint", "keys_uri"):
        if not _is_safe(getattr(table, field), is_test):
            yield f"{field}: is no https address"
    if not 0 < len(table.service_name) <= LONGEST_NAME:
        yield f"service_name: has {len(table.service_name)} characters; banks show 1 to {LONGEST_NAME}"
    if "openid" not in table.scope.split():
        yield "scope: lacks openid, without which there is no ID token"
    if not _levels(table) and not (table.user_claim and table.methods):
        yield "levels: is empty; name the levels of assurance that are enough"
    if table.methods and not table.user_claim:
        yield "methods: is for an employer's provider alone; name the user_claim, or demand levels"
    if TEST_LEVEL in _levels(table) and not is_test:
        yield f"levels: {TEST_LEVEL} proves nothing; it is for the demo alone (TARKKA_DEMO=1)"
    if not 0 < table.timeout_seconds <= 60:
        yield f"timeout_seconds: is {table.timeout_seconds}; choose more than 0 and at most 60"


def _levels(table: _Table) -> tuple[str, ...]:
    if table.levels is None:
        return () if table.user_claim else LEVELS
    return table.levels


def _provider(table: _Table, folder: Path, is_test: bool) -> Provider:
    told = msgspec.structs.asdict(table)
    for field, use, is_ours in (
        ("entity_keys", "sig", False),
        ("signing_keys", "sig", True),
        ("encryption_keys", "enc", True),
    ):
        told[field] = tuple(key for name in told[field] for key in _keys(folder / name, field, use, is_ours))
        if not told[field] and (field == "signing_keys" or not table.user_claim):
            raise WrongSettings(f"{field}: is empty; name at least one file")
    ours = [*told["signing_keys"], *told["encryption_keys"]]
    if table.own_entity_key:
        [told["own_entity_key"]] = _keys(folder / table.own_entity_key, "own_entity_key", "sig", True)
        ours.append(told["own_entity_key"])
    if len({key.thumbprint() for key in ours}) < len(ours):
        raise WrongSettings("signing_keys: one key is named twice; each is for signing, encryption or our entity alone")
    told["levels"] = _levels(table)
    return Provider(**told, is_test=is_test)


def _keys(path: Path, field: str, use: str, is_ours: bool) -> list[RSAKey]:
    """Return the keys of a file: one in PEM, or a JWK or a set of them in JSON."""
    try:
        content = path.read_bytes()
        told = json.loads(content) if content.lstrip().startswith(b"{") else {"keys": [content]}
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # of small keys, refused below
            found = [RSAKey.import_key(each) for each in told.get("keys", [told])]
    except OSError as error:
        raise WrongSettings(f"{field}: {path} cannot be read ({error.strerror})") from None
    except (JoseError, KeyError, TypeError, ValueError):  # whose texts may quote the key
        raise WrongSettings(f"{field}: {path} holds no RSA key in PEM or as a JWK") from None
    for key in found:
        if is_ours and not key.is_private:
            raise WrongSettings(f"{field}: {path} is a public key; ours are private")
        if key.raw_value.key_size < FEWEST_BITS:
            raise WrongSettings(f"{field}: {path} has {key.raw_value.key_size} bits; {FEWEST_BITS} is the least")
    return [_for_use(key, use, is_ours) for key in found]


def _for_use(key: RSAKey, use: str, is_ours: bool) -> RSAKey:
    value = key.as_dict(private=is_ours)
    return RSAKey.import_key({**value, "use": use, "kid": value.get("kid") or key.thumbprint()})


def _is_safe(address: str, is_test: bool) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (is_test and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
    )
