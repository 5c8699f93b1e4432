"""Reading the trail, inside the door: every look at the subject of the present look, this one included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.resources import files

from django.db import connection

from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

_LOOKS = files("tarkka.access").joinpath("sql", "looks.sql").read_text()
_NEWEST = 2**63 - 1
REACH = 10_000
"""How many events are read to find those that a filter passes; a page says where it stopped, and goes on from there."""


class Looker(StrEnum):
    """What kind of actor looked, as the person is told it. Which employee it was is not told (C-579/21)."""

    AUTOMATIC = "automatic"
    CUSTOMER = "customer"
    ME = "me"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Event:
    """One look at the person, or a refusal. `at` is aware (UTC); `level` is None for a refusal.

    `version` is the published description that decided, None if there was none.
    """

    id: int
    at: datetime
    purpose: Purpose
    role: Role
    looker: Looker
    subject_kind: SubjectKind
    level: Level | None
    outcome: str
    case_ref: str | None
    version: int | None

    @property
    def is_automatic(self) -> bool:
        """Whether the program looked by itself, at scheduled work."""
        return self.looker is Looker.AUTOMATIC

    @property
    def is_own(self) -> bool:
        """Whether the person looked."""
        return self.looker is Looker.ME


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which looks to tell; each part that is given narrows them. Aware times: `since` is in the period, `until` not.

    `others` leaves the person's own out.
    """

    looker: Looker | None = None
    others: bool = False
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Events:
    """Looks, newest first. `older` is the id before which there may be more of them, None if there are none."""

    events: Sequence[Event]
    older: int | None


_NOT_STAFF = {Role.AUTOMATIC: Looker.AUTOMATIC, Role.CUSTOMER: Looker.CUSTOMER}
_OF_LOOKER = {
    Looker.AUTOMATIC: f"NOT is_own AND role = '{Role.AUTOMATIC}'",
    Looker.CUSTOMER: f"NOT is_own AND role = '{Role.CUSTOMER}'",
    Looker.ME: "is_own",
    Looker.STAFF: f"NOT is_own AND role NOT IN ('{Role.AUTOMATIC}', '{Role.CUSTOMER}')",
}


def find_events(wanted: Wanted = EVERYTHING, *, before: int | None = None, limit: int = 50) -> Events:
    """Return the looks at the subject that are wanted, newest first, at most `limit`; those older than `before`.

    Looks at the person, and at the households and groups that they were in, told together (R22). At most REACH events
    are read: there may be fewer than `limit` and yet `older` ones.
    """
    conditions = _conditions(wanted)
    parameters = {
        "before": before or _NEWEST,
        "most": limit,
        "reach": REACH if conditions else limit,
        "purpose": wanted.purpose,
        "since": wanted.since,
        "until": wanted.until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS.format(wanted=" AND ".join(["true", *conditions])), parameters)
        rows = cursor.fetchall()
    read_to = rows[0][0]
    found = [_event(*row[1:]) for row in rows if row[1] is not None]
    if len(found) > limit:
        return Events(found[:limit], found[limit - 1].id)
    return Events(found, None if read_to is None else read_to + 1)


def is_live() -> bool:
    """Tell whether the present look at a person still shows anything: an objection of theirs ends it (R15–R17)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.subject('person', 'TOTAL') IS NOT NULL")
        row = cursor.fetchone()
    return bool(row and row[0])


def _conditions(wanted: Wanted) -> list[str]:
    found = [_OF_LOOKER[wanted.looker]] if wanted.looker else []
    found += ["NOT is_own"] if wanted.others else []
    found += ["purpose = %(purpose)s"] if wanted.purpose else []
    found += ["at >= %(since)s"] if wanted.since else []
    found += ["at < %(until)s"] if wanted.until else []
    found += ["refusal IS NOT NULL"] if wanted.refused else []
    return found


def _event(
    id_: int,
    at: datetime,
    role: str,
    purpose: str,
    subject_kind: str,
    case_ref: str | None,
    level: str | None,
    version: int | None,
    refusal: str | None,
    is_own: bool,
) -> Event:
    looker = Looker.ME if is_own else _NOT_STAFF.get(Role(role), Looker.STAFF)
    outcome = "refused" if refusal else "granted"
    return Event(
        id_, at, Purpose(purpose), Role(role), looker, SubjectKind(subject_kind),
        Level[level] if level else None, outcome, case_ref, version,
    )  # fmt: skip
