"""One-time codes of an authenticator app (TOTP, RFC 6238): each is taken once; the secret is kept encrypted."""

import hmac
import re
import secrets
import time
from datetime import UTC, datetime

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tarkka.database.keys import key
from tarkka.sign_in.once import use_once

PERIOD = 30
"""Seconds for which a code is shown. The one before and the one after are taken too, for clocks differ."""


def new_secret() -> str:
    """Return a new secret: 160 random bits, as apps read it (base32)."""
    return pyotp.random_base32()


def seal(secret: str, user_id: str) -> bytes:
    """Return the secret encrypted for this account alone (AES-256-GCM, the nonce in front)."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key("code_app")).encrypt(nonce, secret.encode(), user_id.encode())


def open_sealed(sealed: bytes, user_id: str) -> str:
    """Return the secret that `seal` encrypted. Raises cryptography's InvalidTag if it is altered or another's."""
    return AESGCM(key("code_app")).decrypt(sealed[:12], sealed[12:], user_id.encode()).decode()


def address_for_app(secret: str, user_id: str) -> str:
    """Return the otpauth address that an app reads from a square code."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=user_id, issuer_name="Tarkka")


def is_right(secret: str, told: str) -> bool:
    """Tell whether a code is one of now, and was not used before. Spaces in it count for nothing."""
    code = re.sub(r"\s", "", told)
    if not re.fullmatch("[0-9]{6}", code, re.ASCII):
        return False
    now = int(time.time()) // PERIOD
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(pyotp.TOTP(secret, interval=PERIOD).generate_otp(step), code):
            until = datetime.fromtimestamp((step + 2) * PERIOD, UTC)
            return use_once("code of an app", f"{secret} {step}", until=until)
    return False
