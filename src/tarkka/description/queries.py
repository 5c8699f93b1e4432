"""Reading what was published. None of it is personal, so it is read outside the door."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.db import connection

from tarkka.description import models
from tarkka.description.reading import document_from
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.description.value import Description

_Published = tuple[tuple[int, bytes], ...]
_kept: tuple[_Published, Rulebook] = ((), Rulebook(()))
_asked: ContextVar[dict[str, Rulebook] | None] = ContextVar("asked", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Let `load_rulebook` ask the database once in here, so that all of a page is of one state of the register."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def load_rulebook(using: str = "default") -> Rulebook:
    """Return all published versions, those of the future included; an empty rulebook if there is none.

    Asks the database whether anything was published since the last call, unless inside `asked_once`, and builds the
    rulebook anew only then.
    """
    global _kept  # one immutable value for the process, swapped whole
    asked = _asked.get()
    if asked is not None and using in asked:
        return asked[using]
    rows = models.Version.objects.using(using).order_by("number")
    published = tuple((number, bytes(digest)) for number, digest in rows.values_list("number", "digest"))
    if published != _kept[0]:
        versions = [
            PublishedVersion(number, effective_on, Description(document_from(json.loads(compiled)), effective_on))
            for number, effective_on, compiled in rows.values_list("number", "effective_on", "compiled")
        ]
        _kept = (published, Rulebook(versions))
    if asked is not None:
        asked[using] = _kept[1]
    return _kept[1]


def load_announcements() -> dict[int, list[tuple[date, str]]]:
    """Return on which day and in which channel each version was announced, by its number, in the order of recording."""
    found: dict[int, list[tuple[date, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.number, a.announced_on, a.channel
            FROM description_announcement a
            JOIN description_version v ON v.digest = a.digest AND v.effective_on = a.effective_on
            ORDER BY a.id
            """
        )
        for number, announced_on, channel in cursor.fetchall():
            found.setdefault(number, []).append((announced_on, channel))
    return found
