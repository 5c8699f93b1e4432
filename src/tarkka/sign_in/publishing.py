"""What a broker must know of us: our public keys, signed by our entity key, and the statement that says who we are."""

from time import time
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tarkka.sign_in.providers import Provider

_KEYS_FOR = 24 * 60 * 60
_STATEMENT_FOR = 7 * 24 * 60 * 60


def key_set(provider: Provider) -> dict[str, Any]:
    """Return our public keys, those of the next rollover included, as a JWKS."""
    return {"keys": [_public(key) for key in (*provider.signing_keys, *provider.encryption_keys)]}


def signed_key_set(provider: Provider, entity_key: RSAKey) -> str:
    """Return our public keys as a signed JWKS (OpenID Federation 1.0, `signed_jwks_uri`)."""
    return _signed(entity_key, "jwk-set+jwt", _entity(provider) | key_set(provider), _KEYS_FOR)


def entity_statement(provider: Provider, entity_key: RSAKey, keys_address: str) -> str:
    """Return our entity statement (OpenID Federation 1.0), as brokers of the Finnish Trust Network ask for it."""
    relying_party = {
        "client_registration_types": ["automatic"],
        "organization_name": provider.service_name,
        "redirect_uris": [provider.redirect_uri],
        "application_type": "web",
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "request_object_signing_alg": "RS256",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "RS256",
        "id_token_signed_response_alg": "RS256",
        "id_token_encrypted_response_alg": "RSA-OAEP",
        "id_token_encrypted_response_enc": "A128CBC-HS256",
        "signed_jwks_uri": keys_address,
    }
    claims = {"jwks": {"keys": [_public(entity_key)]}, "metadata": {"openid_relying_party": relying_party}}
    return _signed(entity_key, "entity-statement+jwt", _entity(provider) | claims, _STATEMENT_FOR)


def _entity(provider: Provider) -> dict[str, str]:
    parts = urlsplit(provider.redirect_uri)
    name = f"{parts.scheme}://{parts.netloc}"
    return {"iss": name, "sub": name}


def _public(key: RSAKey) -> dict[str, Any]:
    return dict(key.as_dict(private=False, alg="RS256" if key.get("use") == "sig" else "RSA-OAEP"))


def _signed(key: RSAKey, kind: str, claims: dict[str, Any], seconds: int) -> str:
    now = int(time())
    header = {"alg": "RS256", "kid": key.kid, "typ": kind}
    return jwt.encode(header, claims | {"iat": now, "exp": now + seconds}, key, algorithms=["RS256"])
