"""The one door to personal data, and the trail of everyone who came to it."""

from tarkka.access.calling import NotAllowed
from tarkka.access.door import (
    LOOKUP,
    TRAIL,
    Access,
    DoorMisused,
    Refused,
    Subject,
    household,
    opened,
    opened_by,
    person,
)

__all__ = [
    "LOOKUP",
    "TRAIL",
    "Access",
    "DoorMisused",
    "NotAllowed",
    "Refused",
    "Subject",
    "household",
    "opened",
    "opened_by",
    "person",
]
