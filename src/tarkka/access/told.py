"""What a person is told of staff: in which case they looked, what they did, and when the glass was broken (R17, R22).

Inside the door, at a look at the person. A broken glass whose telling was delayed is not among them yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
class GlassTold:
    """A case in which the glass was broken, whether anything was looked at in it, and whether that may still happen."""

    case: CaseTold
    was_looked: bool
    is_open: bool


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


def glass_broken(since: datetime) -> list[GlassTold]:
    """Return the cases in which the glass was broken since an aware moment, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, situation, break_glass, place, identified_by, opened_at,
                   EXISTS (SELECT FROM access_event e WHERE e.at >= opened_at AND e.refusal IS NULL
                           AND e.role = 'customer_service' AND e.case_ref = c.id::text),
                   closes_at > now()
            FROM service_case c WHERE break_glass AND opened_at >= %s ORDER BY id DESC
            """,
            [since],
        )
        return [GlassTold(_case(row), was_looked, is_open) for *row, was_looked, is_open in cursor.fetchall()]


def _case(row: Sequence[Any]) -> CaseTold:
    id_, situation, break_glass, place, identified_by, opened_at = row
    return CaseTold(id_, situation, break_glass, Place(place) if place else None, identified_by, opened_at)
