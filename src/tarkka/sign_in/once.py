"""What all processes of an installation must know, kept in PostgreSQL: what was used, and how often somebody asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Asked:
    """How many requests there were in a window of time, this one included, and how many seconds of it are left."""

    times: int
    seconds_left: int


def use_once(kind: str, value: str, *, until: datetime) -> bool:
    """Take note that a value of a kind was used, and tell whether it was for the first time.

    It is remembered until an aware moment, from which on the value must be refused for its age.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement("use_once.sql"), [sha256(f"{kind} {value}".encode()).digest(), until])
        return cursor.fetchone() is not None


def count_request(what: str, who: str, *, seconds: int) -> Asked:
    """Count one request more for something by somebody, in a window of so many seconds that begins with the first.

    `who`, such as an address, is kept as a keyed hash.
    """
    key = salted_hmac("tarkka.request_count", f"{what} {who}", settings.SECRET_KEY, algorithm="sha256").digest()
    with connection.cursor() as cursor:
        cursor.execute(_statement("count_request.sql"), {"key": key, "seconds": seconds})
        return Asked(*cursor.fetchone())


def forget_expired() -> None:
    """Delete sessions, counts and what was used, where the time is over."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        for table, column in (("session", "expire_date"), ("sign_in_used", "expires_at"), ("request_count", "ends_at")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} < %s", [now])  # noqa: S608  # our own names


@cache
def _statement(name: str) -> str:
    return files("tarkka.sign_in").joinpath("sql", name).read_text()
