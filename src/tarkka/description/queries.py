"""Reading what was published. None of it is personal, so it is read outside the door."""

import json

from tarkka.description import models
from tarkka.description.announcing import Announced
from tarkka.description.reading import document_from
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.description.value import Description

_Published = tuple[tuple[int, bytes], ...]
_kept: tuple[_Published, Rulebook] = ((), Rulebook(()))


def load_rulebook(using: str = "default") -> Rulebook:
    """Return all published versions, those of the future included; an empty rulebook if there is none.

    Asks the database whether anything was published since the last call, and builds the rulebook anew only then.
    """
    global _kept  # one immutable value for the process, swapped whole
    rows = models.Version.objects.using(using).order_by("number")
    published = tuple((number, bytes(digest)) for number, digest in rows.values_list("number", "digest"))
    if published != _kept[0]:
        versions = [
            PublishedVersion(number, effective_on, Description(document_from(json.loads(compiled)), effective_on))
            for number, effective_on, compiled in rows.values_list("number", "effective_on", "compiled")
        ]
        _kept = (published, Rulebook(versions))
    return _kept[1]


def load_announcements() -> tuple[Announced, ...]:
    """Return every announcement that was recorded, in the order of recording."""
    rows = models.Announcement.objects.order_by("id")
    return tuple(Announced(bytes(row.digest), row.effective_on, row.channel, row.announced_on) for row in rows)
