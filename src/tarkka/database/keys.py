"""The installation's secret keys, in one file that only its owner can read.

Lose it, and identities can no longer be found or read. Each use has a key of its own: `session` signs cookies,
`identity` finds people by identity code, `sealing` encrypts it, `content` fingerprints receipts, `login` is the
password of the application's login where the server asks for one, `trail` signs the trail's checkpoints.
"""

import json
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

USES = ("code_app", "content", "identity", "login", "sealing", "session", "trail")


class NoKeys(Exception):
    """The installation's keys are not where they are looked for, or are no keys. The message tells the remedy."""


def keys_path() -> Path:
    """Return where the keys lie: `TARKKA_KEYS`, or `keys.json` in `TARKKA_HOME`."""
    return Path(os.environ.get("TARKKA_KEYS") or home() / "keys.json")


def home() -> Path:
    """Return the folder of the installation's state: `TARKKA_HOME`, by default `var` in the working folder."""
    return Path(os.environ.get("TARKKA_HOME") or "var").resolve()


def make_keys() -> None:
    """Write a file of new random keys if there is none. Never changes keys, were they made this very moment."""
    path = keys_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as part:  # which only we can read
            json.dump({use: secrets.token_hex(32) for use in USES}, part, indent=2)
            part.flush()
            os.fsync(part.fileno())  # what is encrypted with them must not outlive them
            with suppress(FileExistsError):
                path.hardlink_to(part.name)


@cache
def key(use: str) -> bytes:
    """Return the 32 bytes of the key for one of `USES`. Raises NoKeys."""
    path = keys_path()
    try:
        return bytes.fromhex(json.loads(path.read_text())[use])
    except FileNotFoundError:
        raise NoKeys(f"There are no keys at {path}: set TARKKA_KEYS to where the installation's keys lie.") from None
    except (KeyError, TypeError, ValueError):
        raise NoKeys(f"{path} does not hold Tarkka's keys: restore it from its copy.") from None
