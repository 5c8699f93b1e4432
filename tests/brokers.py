"""Brokers to sign in at: the real `oidc-provider`, and one in this process that answers whatever a test wants.

Keys are made once a session of tests. Every function needs the `site` fixture.
"""

import hmac
import json
import secrets
import subprocess
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwe
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey
from joserfc.registry import HeaderParameter

from npm import NPM, installed
from serving import free_port

FOLDER = Path(__file__).parent / "broker"
CLIENT = "tarkka-test"
TEST_LEVEL = "http://ftn.ficora.fi/2017/loatest2"
OUR_KEYS = {"signing_keys": "sign", "encryption_keys": "decrypt", "own_entity_key": "entity"}


@cache
def key(name: str) -> RSAKey:
    """Return the RSA key of this name, made when it is first asked for."""
    return RSAKey.generate_key(2048, {"kid": f"{name}-key"})


def write_settings(folder: Path, issuer: str, redirect_uri: str, /, table: str = "customers", **changes: Any) -> Path:
    """Write the settings of a provider and the keys that they name into a folder, and return their path.

    A change replaces a line, and None removes it.
    """
    (folder / "broker.jwk").write_text(json.dumps(key("broker entity").as_dict(private=False)))
    for name in OUR_KEYS.values():
        (folder / f"{name}.pem").write_bytes(key(f"our {name}").as_pem(private=True))
    lines = {
        "issuer": issuer,
        "client_id": CLIENT,
        "redirect_uri": redirect_uri,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "keys_uri": f"{issuer}/signed-jwks",
        "entity_keys": ["broker.jwk"],
        "signing_keys": ["sign.pem"],
        "encryption_keys": ["decrypt.pem"],
        "own_entity_key": "entity.pem",
        "service_name": "Tarkka, testi",
        "levels": [TEST_LEVEL],
    } | changes
    told = [f"{name} = {json.dumps(value)}" for name, value in lines.items() if value is not None]
    path = folder / f"sign-in-{secrets.token_hex(4)}.toml"
    path.write_text("\n".join([f"[{table}]", *told, ""]))
    return path


def public(name: str, use: str, **changes: str) -> dict[str, Any]:
    """Return the public part of a key as a JWK."""
    return dict(key(name).as_dict(private=False, use=use, **changes))


@contextmanager
def real_broker(redirect_uri: str, people: Mapping[str, str]) -> Iterator[str]:
    """Run the npm broker for one client, with test persons by name and identity code; yield its issuer.

    Skips where npm is not installed.
    """
    if NPM is None:
        pytest.skip("npm is not installed: apt-get install npm")
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    ours = [RSAKey.import_key(key(f"our {name}").as_dict(private=False)) for name in ("sign", "decrypt")]
    told = {
        "issuer": issuer,
        "port": port,
        "level": TEST_LEVEL,
        "people": dict(people),
        "keys": [key(name).as_dict(private=True, use="sig", alg="RS256") for name in ("broker", "broker next")],
        "entityKey": key("broker entity").as_dict(private=True),
        "client": {
            "client_id": CLIENT,
            "redirect_uris": [redirect_uri],
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "RS256",
            "request_object_signing_alg": "RS256",
            "id_token_signed_response_alg": "RS256",
            "id_token_encrypted_response_alg": "RSA-OAEP",
            "id_token_encrypted_response_enc": "A128CBC-HS256",
            "jwks": {
                "keys": [
                    {**own.as_dict(private=False), "use": use, "kid": own.thumbprint()}
                    for own, use in zip(ours, ("sig", "enc"), strict=True)
                ]
            },
        },
    }
    packages = installed(FOLDER)
    node = next(packages.glob("node-linux-*/bin/node"), "node")  # the one that the provider asks for, where npm has it
    command = [str(node), str(FOLDER / "broker.mjs"), str(packages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as broker:
        assert broker.stdin
        assert broker.stdout
        assert broker.stderr
        broker.stdin.write(json.dumps(told).encode())
        broker.stdin.close()
        try:
            assert broker.stdout.readline() == b"ready\n", broker.stderr.read().decode()
            yield issuer
        finally:
            broker.terminate()


@dataclass
class Forgery:
    """A token, and what comes with it, as a wrong provider or somebody in between would make them.

    Without changes all is right. `claims`, `header`, `outer_header` and `key_set` are changes, where None removes and a
    timedelta is that moment, seen from when the token is made.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    signed_by: str | None = "broker"
    header: dict[str, Any] = field(default_factory=dict)
    encrypted_to: str | None = "our decrypt"
    outer_header: dict[str, Any] = field(default_factory=dict)
    key_set: dict[str, Any] = field(default_factory=dict)
    keys_signed_by: str | None = "broker entity"
    payload: Any = None
    """What is signed in place of claims."""
    token: str | None = None
    answer: Callable[[dict[str, Any]], tuple[int, bytes]] | None = None
    """What the token endpoint answers, in place of 200 and the token."""
    drips: bool = False
    """Whether that comes a byte at a time."""


class ForgingBroker:
    """A provider in this process whose keys the test has: it answers as `forgery` says and keeps what it was sent."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.forgery = Forgery()
        self.claims: dict[str, Any] = {}
        self.forms: list[dict[str, str]] = []
        self.keys_asked = 0
        self.published = [public("broker", "sig"), public("broker enc", "enc")]

    def id_token(self) -> str:
        """Return the token of the forgery."""
        forged = self.forgery
        if forged.token is not None:
            return forged.token
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "sub": "whoever", "iat": now, "exp": now + 300, "auth_time": now}
        usual |= {"acr": TEST_LEVEL, "jti": secrets.token_hex(8)}
        claims = _changed(usual | self.claims, forged.claims) if forged.payload is None else forged.payload
        inner = json.dumps(claims)
        if forged.signed_by is not None:
            header = _changed({"alg": "RS256", "kid": f"{forged.signed_by}-key"}, forged.header)
            inner = signed(header, claims, forged.signed_by)
        if forged.encrypted_to is None:
            return inner
        outer = {"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT", "iss": self.issuer, "aud": CLIENT}
        algorithms = ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5", "A128CBC-HS256", "A256GCM", "DEF"]
        any_header = {"strange": HeaderParameter("for tests", "str")}
        registry = jwe.JWERegistry(any_header, algorithms=algorithms, strict_check_header=False)
        recipient = RSAKey.import_key(key(forged.encrypted_to).as_dict(private=False))
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # of RSA1_5, which is the point
            return jwe.encrypt_compact(_changed(outer, forged.outer_header), inner, recipient, registry=registry)

    def signed_keys(self) -> str:
        """Return the key set of the forgery."""
        now = int(time.time())
        told = {"iss": self.issuer, "sub": self.issuer, "iat": now, "exp": now + 3600, "keys": self.published}
        claims, signer = _changed(told, self.forgery.key_set), self.forgery.keys_signed_by
        return json.dumps(claims) if signer is None else signed({"alg": "RS256"}, claims, signer)


def signed(header: Mapping[str, Any], claims: Any, signer: str) -> str:
    """Return a JWS with any header, in any way that a forger would make it: HS256 under a public key, for one."""
    signing_input = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims)).encode()
    mgf = padding.MGF1(hashes.SHA256())
    ways = {
        "RS256": (padding.PKCS1v15(), hashes.SHA256()),
        "RS512": (padding.PKCS1v15(), hashes.SHA512()),
        "PS256": (padding.PSS(mgf, hashes.SHA256.digest_size), hashes.SHA256()),
    }
    if header["alg"] in ways:
        signature = key(signer).private_key.sign(signing_input, *ways[header["alg"]])
    elif header["alg"] == "HS256":
        signature = hmac.digest(key(signer).as_pem(private=False), signing_input, "sha256")
    else:
        signature = b""
    return f"{signing_input.decode()}.{_base64(signature)}"


@contextmanager
def forging_broker() -> Iterator[ForgingBroker]:
    """Run a `ForgingBroker`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            broker.keys_asked += 1
            self._send(200, broker.signed_keys().encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            broker.forms.append({name: values[0] for name, values in parse_qs(body).items()})
            told = {"id_token": broker.id_token(), "access_token": "opaque", "token_type": "Bearer"}
            self._send(*(broker.forgery.answer(told) if broker.forgery.answer else (200, json.dumps(told).encode())))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Location", "/token")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for part in [bytes([each]) for each in body] if broker.forgery.drips else [body]:
                self.wfile.write(part)
                time.sleep(0.02 if broker.forgery.drips else 0)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        broker = ForgingBroker(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield broker
        finally:
            server.shutdown()
            thread.join()


def _changed(usual: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        name: int((now + value).timestamp()) if isinstance(value, timedelta) else value
        for name, value in {**usual, **changes}.items()
        if value is not None
    }


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
