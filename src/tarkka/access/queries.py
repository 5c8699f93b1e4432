"""Reading the trail, inside the door: every look at the subject of the present look, this one included."""

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

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
    """Return the events on the subject, newest first, at most `limit`; with `before`, those older than the event of that id.

    Looks at the person and looks at a household or group that they were in, told together (R22).
    """
    rows = AccessEvent.objects.all() if before is None else AccessEvent.objects.filter(id__lt=before)
    # Named again beside the policy, which joins both kinds of look by OR: so the index on the subject serves.
    subject = RawSQL("(SELECT access.subject('person', 'TOTAL'))", [])
    own = rows.filter(subject_kind="person", subject_id=subject)[:limit]
    shared = _shared(rows)[:limit]
    newest = merge(own, shared, key=lambda row: row.id, reverse=True)
    return [_event(row) for row in islice(newest, limit)]


def _shared(rows: QuerySet[AccessEvent]) -> QuerySet[AccessEvent]:
    # The policy of access_event_person leaves the subject's own rows and no other.
    in_them = RawSQL("SELECT event_id FROM access_event_person", [])
    return rows.exclude(subject_kind="person").filter(id__in=in_them)


def _event(row: AccessEvent) -> Event:
    outcome = "refused" if row.refusal else "granted"
    return Event(row.pk, row.at, Purpose(row.purpose), Role(row.role), row.level, outcome, row.case_ref)
