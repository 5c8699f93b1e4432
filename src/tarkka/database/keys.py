"""The installation's secret keys, in one file that only its owner can read. Lose it, and identities can no longer be found or read.

Each use has a key of its own: `session` signs cookies, `identity` finds people by identity code, `sealing` encrypts it,
`content` fingerprints receipts, `login` is the password of the application's login where the server asks for one.
"""

import json
import os
import secrets
from functools import cache
from pathlib import Path

USES = ("content", "identity", "login", "sealing", "session")


def keys_path() -> Path:
    """Return where the keys lie: `TARKKA_KEYS`, or `keys.json` in `TARKKA_HOME`."""
    return Path(os.environ.get("TARKKA_KEYS") or home() / "keys.json")


def home() -> Path:
    """Return the folder of the installation's state: `TARKKA_HOME`, by default `var` in the working folder."""
    return Path(os.environ.get("TARKKA_HOME") or "var").resolve()


def make_keys() -> None:
    """Write a file of new random keys if there is none. Never changes keys that exist."""
    path = keys_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({use: secrets.token_hex(32) for use in USES}, file, indent=2)
        part.rename(path)


@cache
def key(use: str) -> bytes:
    """Return the 32 bytes of the key for one of `USES`.

    Raises FileNotFoundError with the remedy if no keys were made.
    """
    path = keys_path()
    if not path.exists():
        raise FileNotFoundError(f"no keys at {path}: run `tarkka migrate` to make them, or set TARKKA_KEYS to where they are")
    return bytes.fromhex(json.loads(path.read_text())[use])
