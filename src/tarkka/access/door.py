"""The one door: the only way in which the program reads personal data.

`opened` asks the published description, writes the event and commits it, and only then lets the database show rows, to the
one role and the one subject that were decided. Where it ends, whatever the reading left on the connection is taken away.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from django.db import connection

from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

_ISSUE = files("tarkka.access").joinpath("sql", "issue.sql").read_text()
_ROLES = {kind: f"SET LOCAL ROLE tarkka_{kind.value}" for kind in SubjectKind}


class Refused(Exception):  # noqa: N818  # the door's answer, not a fault
    """The door stayed shut. `reason` is the code that was recorded with the refusal."""

    def __init__(self, reason: str, event_id: int) -> None:
        super().__init__(f"refused: {reason} (access event {event_id})")
        self.reason = reason
        self.event_id = event_id


class DoorMisused(RuntimeError):
    """The program came to the door in a way that would leave no trace or leave rights behind: a fault to mend, not an answer."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a look is at: one person, one household, or a group that the reading itself finds."""

    kind: SubjectKind
    id: int | None = None


def person(person_id: int) -> Subject:
    """Return the subject of a look at one person."""
    return Subject(SubjectKind.PERSON, person_id)


def household(household_id: int) -> Subject:
    """Return the subject of a look at one household's totals."""
    return Subject(SubjectKind.HOUSEHOLD, household_id)


@dataclass(slots=True)
class Access:
    """A look under way."""

    event_id: int
    level: Level
    subject: Subject
    _covered: bool = False

    def cover(self, person_ids: Iterable[int]) -> None:
        """Record who was in a group's look. Must be called once before the look at a trace or an audience ends."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT access.cover(%s)", [list(person_ids)])
        self._covered = True


@contextmanager
def opened(
    *,
    role: Role,
    actor: str,
    purpose: Purpose,
    subject: Subject,
    case_ref: str | None = None,
    at_most: Level = Level.PRODUCT,
) -> Iterator[Access]:
    """Open the door for one look; inside it, ordinary queries of the default connection read the subject's rows and no other.

    `actor` is the person's id for a customer, the personal user id for staff, the job's name for `Role.AUTOMATIC`.
    `at_most` narrows the look to what the task needs. Times out after five minutes.

    Raises Refused, already recorded, if the description does not allow the look; DoorMisused if called inside a transaction
    or another look, or if a look at a group ends without `cover`. (R12, R21–R23; GDPR 5, 25, 30)
    """
    if connection.in_atomic_block or not connection.get_autocommit():
        raise DoorMisused("the door was opened inside a transaction: its event could be rolled back after the data was shown")
    connection.ensure_connection()
    raw = connection.connection
    if raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise DoorMisused("the door was opened inside another look: close that one first")
    secret = secrets.token_bytes(32)
    try:
        access = _open(raw, secret, role, actor, purpose, subject, case_ref, at_most)
        yield access
        if subject.kind in (SubjectKind.TRACE, SubjectKind.AUDIENCE) and not access._covered:
            raise DoorMisused("a look at a group ends only once everyone in it is recorded: call `cover`")
    except BaseException:
        _close(raw, "ROLLBACK")
        raise
    _close(raw, "COMMIT")


def _open(
    raw: psycopg.Connection[tuple[object, ...]],
    secret: bytes,
    role: Role,
    actor: str,
    purpose: Purpose,
    subject: Subject,
    case_ref: str | None,
    at_most: Level,
) -> Access:
    parameters = [hashlib.sha256(secret).digest(), role, actor, purpose, subject.kind, subject.id, case_ref, at_most.name]
    # One trip to the server. The sync ends the issuing statement's own transaction, so the event is committed before BEGIN.
    with raw.pipeline() as pipeline:
        issued = raw.execute(_ISSUE, parameters)
        pipeline.sync()
        raw.execute("BEGIN")
        raw.execute(_ROLES[subject.kind])
        raw.execute(f"SET LOCAL tarkka.ticket = '{secret.hex()}'", prepare=False)
    row = issued.fetchone()
    if row is None:
        raise DoorMisused("the door gave no answer")
    event_id, level, refusal = row
    if refusal is not None:
        raise Refused(str(refusal), int(str(event_id)))
    return Access(int(str(event_id)), Level[str(level)], subject)


def _close(raw: psycopg.Connection[tuple[object, ...]], ending: str) -> None:
    """End the transaction and take away what could leak to the connection's next user; close the connection if that fails."""
    try:
        if raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            ending = ""
        raw.execute(f"{ending}; CLOSE ALL; RESET ROLE; RESET tarkka.ticket" if ending else "CLOSE ALL; RESET ROLE; RESET tarkka.ticket")
    except psycopg.Error:
        connection.close()
        raise
