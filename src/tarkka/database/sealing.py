"""What is kept encrypted in the database, with a key that lies outside it: AES-256-GCM, the nonce in front."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tarkka.database.keys import key


def seal(text: str, what: str) -> bytes:
    """Return the text encrypted. `what` says what it is: sealed as one thing, it is never opened as another."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key("sealing")).encrypt(nonce, text.encode(), what.encode())


def open_sealed(sealed: bytes, what: str) -> str:
    """Return what `seal` encrypted.

    Raises cryptography's InvalidTag if it was altered, the key is another's, or it is something else.
    """
    return AESGCM(key("sealing")).decrypt(sealed[:12], sealed[12:], what.encode()).decode()
