"""What a person is told of staff: in which case they looked, what they did, and when the glass was broken (R17, R22).

Inside the door, at a look at the person. A broken glass whose telling was delayed is not among them yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tarkka.vocabulary import Act, Place


@dataclass(frozen=True, slots=True)
class CaseTold:
    """A case of customer service as the person is told it: never by which employee. Aware times (UTC)."""

    id: int
    situation: str
    break_glass: bool
    place: Place | None
    identified_by: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The cases of some looks, by the look's case reference, and what was done at looks, by event."""

    cases: Mapping[str, CaseTold]
    acts: Mapping[int, tuple[Act, ...]]


_CASE = "SELECT id, situation, break_glass, place, identified_by, opened_at FROM service_case"


def told_of(looks: Iterable[tuple[int, str | None]]) -> Told:
    """Return what belongs to looks, given as event and case reference."""
    asked = list(looks)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_CASE} WHERE id::text = ANY(%s::text[])",  # a constant
            [[reference for _, reference in asked if reference]],
        )
        cases = {str(row[0]): _case(row) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT event_id, act FROM staff_act WHERE event_id = ANY(%s::bigint[]) ORDER BY id",
            [[event for event, _ in asked]],
        )
        acts: dict[int, tuple[Act, ...]] = {}
        for event, act in cursor.fetchall():
            acts[event] = (*acts.get(event, ()), Act(act))
    return Told(cases, acts)


def glass_broken(since: datetime) -> list[CaseTold]:
    """Return the cases in which the glass was broken since an aware moment, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_CASE} WHERE break_glass AND opened_at >= %s ORDER BY id DESC",  # a constant
            [since],
        )
        return [_case(row) for row in cursor.fetchall()]


def _case(row: tuple[int, str, bool, str | None, str | None, datetime]) -> CaseTold:
    id_, situation, break_glass, place, identified_by, opened_at = row
    return CaseTold(id_, situation, break_glass, Place(place) if place else None, identified_by, opened_at)
