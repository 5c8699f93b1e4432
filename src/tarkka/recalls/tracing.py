"""Tracing: who bought what is recalled, or may have (R19; rulings: Recalls).

One look a quarter of purchases, so that each ends in minutes, and what it found is kept whatever becomes of the next.
Everybody whom a look finds sees it among theirs. Tracing again adds what came in late, and changes nothing else.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

from django.db import connection

from tarkka import access
from tarkka.access import Subject
from tarkka.description.queries import load_rulebook
from tarkka.purchases.kept import quarter_of
from tarkka.recalls.queries import read_published
from tarkka.vocabulary import Level, Purpose, Role, SubjectKind, midnight, months_later

ACTOR = "recall tracing"
TRACE = Subject(SubjectKind.TRACE)


def _sql(name: str) -> str:
    return files("tarkka.recalls").joinpath("sql", f"{name}.sql").read_text()


_PRODUCTS, _BOUGHT, _MAY_HAVE_BOUGHT, _STORE = map(_sql, ("products", "bought", "may_have_bought", "store"))
_FIND = "SELECT DISTINCT f.person_id FROM ({found}) f"


@dataclass(frozen=True, slots=True)
class Traced:
    """What one look found: the quarter by its first day, people, those of them not found before.

    `coarse` tells that product lines of the quarter were let go before the recall was released.
    """

    quarter: date
    people: int
    new_people: int
    coarse: bool


def trace_recall(recall_id: int, *, role: Role = Role.AUTOMATIC, actor: str = ACTOR) -> list[Traced]:
    """Trace a running recall over all of its days. Raises LookupError unless it is running, and access.Refused."""
    stretches = stretches_of(recall_id)
    return [trace_stretch(recall_id, *each, role=role, actor=actor) for each in stretches]


def trace(job: int) -> None:
    """Trace the recall that a job of the queue is about. Nothing happens if it is not running any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT recalls.to_trace(%s)", [job])
        [recall_id] = cursor.fetchone() or (None,)
    if recall_id is not None:
        trace_recall(recall_id)


def stretches_of(recall_id: int) -> list[tuple[datetime, datetime]]:
    """Return the stretches that a recall is traced in: its days of purchase, cut where quarters begin (UTC).

    Raises LookupError unless it is running.
    """
    found = [each for each in read_published([recall_id]) if each.ended_at is None]
    if not found:
        raise LookupError(f"recall {recall_id} is not running: it was not released, or has ended")
    draft = found[0].draft
    if draft.first is None or draft.last is None:
        raise LookupError(f"recall {recall_id} tells no days of purchase")
    zone = load_rulebook().time_zone
    since, until = midnight(draft.first, zone), midnight(draft.last + timedelta(days=1), zone)
    stretches = []
    while since < until:
        end = min(until, midnight(months_later(quarter_of(since), 3), UTC))
        stretches.append((since, end))
        since = end
    return stretches


def trace_stretch(
    recall_id: int,
    since: datetime,
    until: datetime,
    *,
    role: Role = Role.AUTOMATIC,
    actor: str = ACTOR,
) -> Traced:
    """Find and store who bought what is recalled in a stretch within one quarter, at a look of its own.

    Raises access.Refused, `no_recall` unless the recall is running.
    """
    look = access.opened(role=role, actor=actor, purpose=Purpose.RECALL, subject=TRACE, case_ref=str(recall_id))
    with look as opened, connection.cursor() as cursor:
        asked = _asked(since, until)
        found: set[int] = set()
        new: set[int] = set()
        for statement, given in asked.statements:
            cursor.execute(_STORE.replace("{found}", statement), given)
            rows = cursor.fetchall()
            found.update(person for person, _ in rows)
            new.update(person for person, is_new in rows if is_new)
        # A look that ran out meanwhile showed nobody, without a word; then this raises, and nothing of it is kept.
        opened.cover(found)
        cursor.execute(
            """
            INSERT INTO recall_run (recall_id, event_id, quarter, people, new_people) VALUES (%s, %s, %s, %s, %s)
            """,
            [recall_id, opened.event_id, asked.quarter, len(found), len(new)],
        )
        # In the same transaction: whoever was found is told, and nobody else.
        cursor.execute("SELECT recalls.tell_found()")
    return Traced(asked.quarter, len(found), len(new), asked.coarse)


def find_stretch(since: datetime, until: datetime) -> set[int]:
    """Return whom the recall of the present look affects in a stretch, and store nothing. Inside the door."""
    found: set[int] = set()
    with connection.cursor() as cursor:
        for statement, given in _asked(since, until).statements:
            cursor.execute(_FIND.replace("{found}", statement), given)
            found.update(person for (person,) in cursor.fetchall())
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the purchases of a stretch: statements with what is given to each."""

    quarter: date
    coarse: bool
    statements: list[tuple[str, dict[str, Any]]]


def _asked(since: datetime, until: datetime) -> _Asked:
    quarter = quarter_of(since)
    with connection.cursor() as cursor:
        # What is traced may take as long as the look lives: the role's own limit is a page's.
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute(
            """
            SELECT t.recall_id, t.gtins, t.group_codes, t.lots, t.outlets, EXISTS (
                SELECT FROM retention_drop d JOIN recalls.published(ARRAY[t.recall_id]) p ON d.at < p.released_at
                WHERE d.level = 'PRODUCT' AND d.quarter = %s)
            FROM recalls.traced() t
            """,
            [quarter],
        )
        recall_id, gtins, groups, lots, outlets, coarse = cursor.fetchone()
        cursor.execute(_PRODUCTS, {"gtins": gtins, "groups": groups})
        products, all_groups = cursor.fetchone()
    bounds = {"recall": recall_id, "since": since, "until": until, "outlets": outlets}
    levels = [Level.GROUP, Level.PRODUCT] if coarse else [Level.GROUP]
    statements = [(_BOUGHT, bounds | {"products": products, "lots": lots})]
    statements += [(_MAY_HAVE_BOUGHT, bounds | {"groups": all_groups, "level": level.name}) for level in levels]
    return _Asked(quarter, coarse, statements)
