"""Files handed over through the outbox: each appears there once, whole, and when what it tells of is committed.

`begin` it before the commit and `finish` it after. Whoever is interrupted between the two finds it among the `begun`.
"""

import os
from pathlib import Path

from tarkka.database.outbox import outbox


def _folder() -> Path:
    folder = outbox() / ".begun"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def begin(name: str, content: bytes) -> None:
    """Write a file that nobody is handed yet; once this returns it is on the disk. One of that name is written over."""
    with os.fdopen(os.open(_folder() / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def finish(name: str) -> None:
    """Hand the file over, unless somebody else has just done so."""
    try:
        (_folder() / name).rename(outbox() / name)
    except FileNotFoundError:
        return


def drop(name: str) -> None:
    """Remove a file that was begun and is to be handed to nobody."""
    (_folder() / name).unlink(missing_ok=True)


def begun() -> list[str]:
    """Return the names of files that were begun and not finished."""
    return [each.name for each in _folder().iterdir()]
