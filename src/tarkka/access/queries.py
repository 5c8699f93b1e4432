"""Reading the trail, inside the door: every look at the subject of the present look, this one included."""

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from tarkka.access.models import AccessEvent
from tarkka.vocabulary import Level, Purpose, Role


@dataclass(frozen=True, slots=True)
class Event:
    """One look at the person, or a refusal. `at` is aware (UTC); `level` is None for a refusal."""

    id: int
    at: datetime
    purpose: Purpose
    role: Role
    level: Level | None
    outcome: str
    case_ref: str | None

    @property
    def is_automatic(self) -> bool:
        """Whether the program looked by itself, at scheduled work."""
        return self.role is Role.AUTOMATIC

    @property
    def is_own(self) -> bool:
        """Whether a customer looked."""
        return self.role is Role.CUSTOMER


def latest_events(*, before: int | None = None, limit: int = 50) -> list[Event]:
    """Return the looks at the subject, newest first, at most `limit`; with `before`, those older than that event.

    Looks at the person, and at the households and groups that they were in, told together (R22).
    """
    own = AccessEvent.objects.all() if before is None else AccessEvent.objects.filter(id__lt=before)
    shared = AccessEvent.objects.raw("SELECT * FROM access.shared_looks(%s, %s)", [before, limit])
    newest = merge(own[:limit], shared, key=lambda row: row.pk, reverse=True)
    return [_event(row) for row in islice(newest, limit)]


def _event(row: AccessEvent) -> Event:
    outcome = "refused" if row.refusal else "granted"
    return Event(row.pk, row.at, Purpose(row.purpose), Role(row.role), row.level, outcome, row.case_ref)
