"""Letting every rule judge what has happened since the last run, and keeping what they find as flags.

The run is a look at the trail as any other: the program's own, for supervision. It covers those whose looked-at data it
judges, so that each of them sees that the looks at them were gone through (docs/decisions/0025).
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from tarkka import access
from tarkka.description.queries import load_rulebook
from tarkka.supervision.robust import PAST_DAYS
from tarkka.supervision.rules import Finding, Judged, Rule, find
from tarkka.vocabulary import Level, Purpose, Role

ACTOR = "supervision"
STEP = timedelta(days=7)
"""So much is judged at one look: who begins to be supervised has a past, and a look has minutes."""

_JUDGED_PEOPLE = """
SELECT d.subject_id FROM supervision.deed d
WHERE d.subject_kind = 'person' AND d.subject_id IS NOT NULL AND d.at >= %(since)s AND d.at < %(until)s
UNION
SELECT p.person_id FROM supervision.deed d JOIN access_event_person p ON p.event_id = d.id
WHERE d.subject_kind = 'lookup' AND p.person_id > 0 AND d.at >= %(since)s AND d.at < %(until)s
UNION
SELECT e.subject_id FROM flag_event f JOIN access_event e ON e.id = f.event_id
WHERE f.flag_id = ANY (%(flags)s) AND e.subject_kind = 'person' AND e.subject_id IS NOT NULL
UNION
SELECT c.person_id FROM flag f JOIN service_case c ON c.id = f.case_id WHERE f.id = ANY (%(flags)s)
"""


def run(*, since: datetime | None = None, until: datetime | None = None) -> dict[Rule, int]:
    """Judge what staff did from one aware moment to another, and return how many flags each rule raised.

    By default from where the last run ended (the first time, from eight weeks ago) until now. What was flagged is not
    flagged again by the same rule, so running twice does no harm. Raises access.Refused.
    """
    until = until or timezone.now()
    raised = Counter[Rule]()
    if not load_rulebook():
        return dict.fromkeys(Rule, 0)  # a register without a description has no staff either
    for begin, end in _steps(since, until):
        raised += _judge(begin, end)
    return {rule: raised[rule] for rule in Rule}


def _steps(since: datetime | None, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    moments = [since or _last_end() or until - timedelta(days=PAST_DAYS)]
    while moments[-1] < until:
        moments.append(min(moments[-1] + STEP, until))
    return pairwise(moments)


def _judge(since: datetime, until: datetime) -> Counter[Rule]:
    judged = Judged(since, until, load_rulebook().time_zone)
    raised: dict[Rule, list[int]] = {}
    with _look() as look:
        for rule in Rule:
            raised[rule] = [flag for found in find(rule, judged) if (flag := _raise(rule, found)) is not None]
        with connection.cursor() as cursor:
            flags = [flag for found in raised.values() for flag in found]
            cursor.execute(_JUDGED_PEOPLE, {"since": since, "until": until, "flags": flags})
            look.cover([person for (person,) in cursor.fetchall()])
            cursor.execute("INSERT INTO supervision_run (since, until) VALUES (%s, %s)", [since, until])
    return Counter({rule: len(found) for rule, found in raised.items()})


def _look() -> AbstractContextManager[access.Access]:
    return access.opened(
        role=Role.AUTOMATIC, actor=ACTOR, purpose=Purpose.SUPERVISION, subject=access.TRAIL, at_most=Level.TOTAL
    )


def _last_end() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(until) FROM supervision_run")
        found: list[tuple[datetime | None]] = cursor.fetchall()
    return found[0][0]


def _raise(rule: Rule, found: Finding) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT supervision.raise_flag(%s, %s, %s, %s, %s, %s, %s)",
            [rule, found.actor, found.first_at, found.last_at, found.case_id, json.dumps(found.figures), found.events],
        )
        [(flag,)] = cursor.fetchall()
    return None if flag is None else int(flag)
