"""Security keys and passkeys (WebAuthn level 3): what a browser is asked, and whether its answer proves the key.

The origin is part of what a key signs, so a look-alike page gets nothing that could be used here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_NAME = 60
_SERVICE = "Tarkka"


class KeyRefused(ValueError):
    """The key's answer does not prove it, or the key cannot be taken. The text is for the log and the tests."""


@dataclass(frozen=True, slots=True)
class Place:
    """The site that a key is used at: its host name, and its origin as the browser tells it."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked, as JSON, and the challenge in it, which is answered once."""

    options: str
    challenge: bytes


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was proved for the first time."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of an account, as far as it is needed to check an answer of its."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_for_new(place: Place, user_id: str, name: str, others: Iterable[bytes]) -> Asked:
    """Ask for a new key of an account. `others` are credentials that this key must not be: each is one person's."""
    options = generate_registration_options(
        rp_id=place.host,
        rp_name=_SERVICE,
        user_id=user_id.encode(),
        user_name=user_id,
        user_display_name=name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in others],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return Asked(options_to_json(options), options.challenge)


def check_new(place: Place, challenge: bytes, answer: str) -> NewKey:
    """Return the key that the browser's answer (JSON) proves. Raises KeyRefused."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise KeyRefused(f"new key: {type(error).__name__}") from None
    return NewKey(found.credential_id, found.credential_public_key, found.sign_count)


def ask(place: Place, keys: Iterable[KnownKey]) -> Asked:
    """Ask for a proof by one of these keys."""
    options = generate_authentication_options(
        rp_id=place.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in keys],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Asked(options_to_json(options), options.challenge)


def check(place: Place, challenge: bytes, answer: str, keys: Iterable[KnownKey]) -> KnownKey:
    """Return the key that the browser's answer (JSON) proves, with its new count. Raises KeyRefused.

    A count that does not grow is a copy's.
    """
    try:
        told = parse_authentication_credential_json(answer)
        known = next((each for each in keys if each.credential_id == base64url_to_bytes(told.id)), None)
        if known is None:
            raise KeyRefused("a key that is not the account's")
        found = verify_authentication_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise error if isinstance(error, KeyRefused) else KeyRefused(f"key: {type(error).__name__}") from None
    return KnownKey(known.credential_id, known.public_key, found.new_sign_count)
