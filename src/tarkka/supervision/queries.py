"""What the data-protection officer reads: who did what, which flags wait, which glass was broken.

Inside a look at the trail, which covers whoever's events it shows.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg.types.range import Range

from tarkka.supervision.actions import FlagVerdict
from tarkka.supervision.rules import Rule
from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a flag, or on a broken glass: by whom, in words, when (aware)."""

    by: str
    verdict: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """What a rule saw in what somebody did: aware times, figures as the rule tells them, the decision if any."""

    id: int
    rule: Rule
    actor: str
    first_at: datetime
    last_at: datetime
    case_id: int | None
    figures: dict[str, Any]
    found_at: datetime
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What a member of staff did or was refused.

    `people` is how many were told to be in a look at more than one. `whose` is the account whose holder the person is,
    `near` one of whose household they are.
    """

    id: int
    at: datetime
    role: Role
    actor: str
    purpose: Purpose
    subject_kind: SubjectKind
    person_id: int | None
    people: int
    case_ref: str | None
    terms: str | None
    level: Level | None
    refusal: str | None
    whose: str | None = None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deeds are wanted; each part that is given narrows them. Aware times: `since` is in it, `until` not."""

    actor: str | None = None
    person_id: int | None = None
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None
    case_ref: str | None = None
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Glass:
    """A case in which the glass was broken: by whom, at whom, why, and until when the customer is not told, if so."""

    id: int
    person_id: int
    opened_by: str
    situation: str
    reason: str
    opened_at: datetime
    closes_at: datetime
    told_at: datetime | None
    delay_reason: str | None
    review: Decision | None


@dataclass(frozen=True, slots=True)
class WorkDay:
    """What somebody did on a day of the register's: people looked at, and searches."""

    day: date
    people: int
    searches: int


_FLAG = """
SELECT f.id, f.rule, f.actor, f.first_at, f.last_at, f.case_id, f.figures, f.found_at,
       d.decided_by, d.verdict, d.words, d.at
FROM flag f LEFT JOIN flag_decision d ON d.flag_id = f.id
"""
_DEED = """
SELECT d.id, d.at, d.role, d.actor, d.purpose, d.subject_kind,
       CASE WHEN d.subject_kind = 'person' THEN d.subject_id END,
       (SELECT count(*) FROM access_event_person p WHERE p.event_id = d.id AND p.person_id > 0), d.case_ref, d.terms,
       e.level, e.refusal
FROM supervision.deed d JOIN access_event e ON e.id = d.id
"""
_GLASS = """
SELECT c.id, c.person_id, c.opened_by, c.situation, c.reason, c.opened_at, least(c.closes_at, x.at), l.until, l.reason,
       r.reviewed_by, r.verdict, r.words, r.at
FROM service_case c LEFT JOIN case_review r ON r.case_id = c.id LEFT JOIN look_delay l ON l.case_id = c.id
LEFT JOIN case_closed x ON x.case_id = c.id WHERE c.break_glass
"""
_PEOPLE_OF = """
SELECT e.subject_id FROM access_event e
WHERE e.id = ANY (%(events)s) AND e.subject_kind = 'person' AND e.subject_id IS NOT NULL
UNION
SELECT p.person_id FROM access_event_person p JOIN access_event e ON e.id = p.event_id
WHERE e.id = ANY (%(events)s) AND e.subject_kind IN ('lookup', 'household') AND p.person_id > 0
"""
_WORK = """
SELECT (d.at AT TIME ZONE %(zone)s)::date, count(DISTINCT d.subject_id) FILTER (WHERE d.subject_kind = 'person'),
       count(*) FILTER (WHERE d.subject_kind = 'lookup')
FROM supervision.deed d WHERE d.actor = %(actor)s AND d.at >= %(since)s GROUP BY 1 ORDER BY 1
"""


def list_flags(
    *, decided: bool = False, actor: str | None = None, before: int | None = None, limit: int = 50
) -> list[Flag]:
    """Return the flags that wait, oldest first; or those that were decided, newest first; of one member of staff."""
    if decided:
        wanted, order = "d.flag_id IS NOT NULL AND f.id < %(before)s", "f.id DESC"
    else:
        wanted, order = "d.flag_id IS NULL AND f.id >= %(after)s", "f.id"
    if actor is not None:
        wanted += " AND f.actor = %(actor)s"
    asked = {"before": before or _NEWEST, "after": before or 0, "actor": actor, "limit": limit}
    return [_flag(row) for row in _rows(f"{_FLAG} WHERE {wanted} ORDER BY {order} LIMIT %(limit)s", asked)]


def flags_of(actor: str, *, limit: int = 50) -> list[Flag]:
    """Return every flag on a member of staff, newest first, at most `limit`."""
    asked = {"actor": actor, "limit": limit}
    return [_flag(row) for row in _rows(f"{_FLAG} WHERE f.actor = %(actor)s ORDER BY f.id DESC LIMIT %(limit)s", asked)]


def count_waiting() -> tuple[int, int]:
    """Return how many flags wait for a decision, and how many broken glasses for a review."""
    [found] = _rows(
        "SELECT (SELECT count(*) FROM flag f WHERE NOT EXISTS (SELECT FROM flag_decision d WHERE d.flag_id = f.id)),"
        " (SELECT count(*) FROM service_case c WHERE c.break_glass"
        " AND NOT EXISTS (SELECT FROM case_review r WHERE r.case_id = c.id))",
        {},
    )
    return found[0], found[1]


def read_flag(flag_id: int) -> Flag | None:
    """Return a flag, or None if there is none of that number."""
    found = _rows(f"{_FLAG} WHERE f.id = %(id)s", {"id": flag_id})
    return _flag(found[0]) if found else None


def deeds_of_flag(flag_id: int, *, limit: int) -> list[Deed]:
    """Return the events that a flag is about, oldest first, at most `limit`."""
    wanted = "WHERE d.id IN (SELECT f.event_id FROM flag_event f WHERE f.flag_id = %(flag)s)"
    return _deeds(f"{_DEED} {wanted} ORDER BY d.id LIMIT %(limit)s", {"flag": flag_id, "limit": limit})


def find_deeds(asked: Asked, *, before: int | None = None, limit: int) -> list[Deed]:
    """Return what staff did, as it is asked for, newest first, at most `limit`."""
    conditions = ["d.id < %(before)s"]
    conditions += ["d.actor = %(actor)s"] if asked.actor else []
    conditions += ["d.purpose = %(purpose)s"] if asked.purpose else []
    conditions += ["d.at >= %(since)s"] if asked.since else []
    conditions += ["d.at < %(until)s"] if asked.until else []
    conditions += ["d.case_ref = %(case_ref)s"] if asked.case_ref else []
    conditions += ["e.refusal IS NOT NULL"] if asked.is_refused else []
    if asked.person_id:
        conditions.append(
            "(d.subject_kind = 'person' AND d.subject_id = %(person)s"
            " OR d.id IN (SELECT p.event_id FROM access_event_person p WHERE p.person_id = %(person)s))"
        )
    parameters = {
        "before": before or _NEWEST, "actor": asked.actor, "purpose": asked.purpose, "since": asked.since,
        "until": asked.until, "case_ref": asked.case_ref, "person": asked.person_id, "limit": limit,
    }  # fmt: skip
    return _deeds(f"{_DEED} WHERE {' AND '.join(conditions)} ORDER BY d.id DESC LIMIT %(limit)s", parameters)


def people_of(deeds: Iterable[Deed]) -> list[int]:
    """Return the people whom these events name: a look that shows them covers them."""
    return [person for (person,) in _rows(_PEOPLE_OF, {"events": [each.id for each in deeds]})]


def list_glasses(*, reviewed: bool = False, limit: int = 50) -> list[Glass]:
    """Return the cases of broken glass that wait for a review, oldest first; or the reviewed ones, newest first."""
    wanted = "r.case_id IS NOT NULL ORDER BY c.id DESC" if reviewed else "r.case_id IS NULL ORDER BY c.id"
    return [_glass(row) for row in _rows(f"{_GLASS} AND {wanted} LIMIT %(limit)s", {"limit": limit})]


def read_glass(case_id: int) -> Glass | None:
    """Return a case of broken glass, or None if there is none of that number."""
    found = _rows(f"{_GLASS} AND c.id = %(id)s", {"id": case_id})
    return _glass(found[0]) if found else None


def work_of(actor: str, since: datetime, zone: str) -> list[WorkDay]:
    """Return what somebody did on each day since an aware moment on which they did anything, oldest first."""
    return [WorkDay(*row) for row in _rows(_WORK, {"actor": actor, "since": since, "zone": zone})]


def _flag(row: Sequence[Any]) -> Flag:
    by, verdict, words, at = row[8:]
    decision = Decision(by, FlagVerdict(verdict), words, at) if by else None
    number, rule, actor, first_at, last_at, case_id, figures, found_at = row[:8]
    return Flag(number, Rule(rule), actor, first_at, last_at, case_id, json.loads(figures), found_at, decision)


def _glass(row: Sequence[Any]) -> Glass:
    by, verdict, words, at = row[9:]
    case: tuple[Any, ...] = (*row[:9], Decision(by, verdict, words, at) if by else None)
    return Glass(*case)


def _deeds(statement: str, asked: dict[str, Any]) -> list[Deed]:
    people: dict[int, list[tuple[str, bool, Range[datetime]]]] = {}
    for user_id, person_id, is_self, valid in _rows("SELECT * FROM supervision.people_of_staff()", {}):
        people.setdefault(person_id, []).append((user_id, is_self, valid))
    found = []
    for row in _rows(statement, asked):
        at, person = row[1], row[6]
        near = [(user, is_self) for user, is_self, valid in people.get(person, ()) if is_self or at in valid]
        whose = next((user for user, is_self in near if is_self), None)
        of = next((user for user, is_self in near if not is_self), None)
        found.append(
            Deed(
                row[0], at, Role(row[2]), row[3], Purpose(row[4]), SubjectKind(row[5]), person, row[7], row[8], row[9],
                Level[row[10]] if row[10] else None, row[11], whose, of,
            )
        )  # fmt: skip
    return found


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
