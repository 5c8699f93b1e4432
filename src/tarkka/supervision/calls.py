"""Reading the telephone system's calls from a file."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tarkka.supervision.actions import Call


class WrongCalls(ValueError):
    """A line of the file is no call. The message tells which and why, and nothing that it says."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    ref: str
    user_id: str
    began_at: datetime
    ended_at: datetime


def read_calls(file: Path) -> list[Call]:
    """Return the calls of an NDJSON file. Raises WrongCalls."""
    return list(_read(file))


def _read(file: Path) -> Iterator[Call]:
    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = decoder.decode(line)
        except msgspec.DecodeError:
            raise WrongCalls(f"line {number} is not ref, user_id, began_at and ended_at in JSON") from None
        if not found.ref or not found.user_id:
            raise WrongCalls(f"line {number} has no ref or no user_id")
        if found.began_at.tzinfo is None or found.ended_at.tzinfo is None:
            raise WrongCalls(f"line {number} has a time without an offset")
        if found.ended_at < found.began_at:
            raise WrongCalls(f"line {number} ends before it begins")
        yield Call(found.ref, found.user_id, found.began_at, found.ended_at)
