"""The one door: the only way in which the program reads personal data.

`opened` asks the published description, writes the event and commits it, and only then lets the database show rows, of
the one subject and to the one role that were decided. Where it ends, whatever the reading left on the connection goes.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import connection
from psycopg.pq import TransactionStatus

from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

_ISSUE = files("tarkka.access").joinpath("sql", "issue.sql").read_text()
_TOLD_BY_THE_READER = (SubjectKind.AUDIENCE, SubjectKind.TRACE, SubjectKind.TRAIL)
"""Looks at groups that the reading itself finds. Who was in a household or found by a lookup, the database tells."""
_ROLES = {kind: f"SET LOCAL ROLE tarkka_{kind.value}" for kind in SubjectKind}


class Refused(PermissionDenied):
    """The door stayed shut, which a page answers with 403. `reason` is the code that was recorded with the refusal."""

    def __init__(self, reason: str, event_id: int) -> None:
        super().__init__(f"refused: {reason} (access event {event_id})")
        self.reason = reason
        self.event_id = event_id


class DoorMisused(RuntimeError):
    """The program came to the door in a way that leaves no trace or leaves rights behind: a fault to mend."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a look is at: one person, one household, whoever the reading itself finds, or the trail."""

    kind: SubjectKind
    id: int | None = None


def person(person_id: int) -> Subject:
    """Return the subject of a look at one person."""
    return Subject(SubjectKind.PERSON, person_id)


LOOKUP, TRAIL = Subject(SubjectKind.LOOKUP), Subject(SubjectKind.TRAIL)
"""Finding people by name or number before there is a case; and supervision of the trail."""


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
        """Record who was in a group's look: all of them. This or `cover_everyone` comes before such a look ends."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT access.cover(%s::bigint[])", [list(person_ids)])
        self._covered = True

    def cover_everyone(self) -> None:
        """Say that the look was at the whole register: with nobody recorded in it, it is by rule shown to everyone."""
        self._covered = True


@contextmanager
def opened(
    *,
    role: Role,
    actor: str,
    purpose: Purpose,
    subject: Subject,
    case_ref: str | None = None,
    receipt_id: int | None = None,
    terms: str | None = None,
    at_most: Level = Level.PRODUCT,
) -> Iterator[Access]:
    """Open the door for one look: inside it, queries of the default connection read the subject's rows and no other.

    `actor` is the person's id for a customer, the personal user id for staff, the job's name for `Role.AUTOMATIC`.
    `case_ref` is the number of an open case of the actor's, where the use needs one: its situation decides what is
    shown; `receipt_id` is the one receipt that the customer points out. `terms` are what a lookup searches for.
    `at_most` narrows the look to what the task needs. Times out after five minutes, or with the case.

    Raises Refused, already recorded, if the description does not allow the look; DoorMisused if called inside a
    transaction or another look, if a look at a group ends without `cover` or `cover_everyone`, or if what was done
    inside left the transaction failed or ended: then nothing of it is committed. (R12, R21–R23; GDPR 5, 25, 30)
    """
    asked = [role, actor, purpose, subject.kind, subject.id, case_ref, receipt_id, terms, at_most.name]
    with opened_by(_ISSUE, asked, subject) as access:
        yield access


@contextmanager
def opened_by(statement: str, asked: Sequence[object], subject: Subject) -> Iterator[Access]:
    """Open the door as `opened` does, by a function of another room that alone knows whom the look is at.

    It asks `access.issue` itself: `statement` gives it the ticket and what is `asked`, and selects what that answered.
    """
    if connection.in_atomic_block or not connection.get_autocommit():
        raise DoorMisused("the door was opened inside a transaction or another look, which could roll its event back")
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    if raw.info.transaction_status != TransactionStatus.IDLE:
        raise DoorMisused("the door was opened inside a transaction that the program began by itself")
    secret = secrets.token_hex(32)
    try:
        access = _open(raw, secret, subject, statement, asked)
        # To Django it is a transaction: `atomic` makes savepoints, and one left open is closed when the request ends.
        connection.autocommit = False
        yield access
        _refuse_misuse(raw, access)
    except BaseException:
        _close(raw, "ROLLBACK")
        raise
    _close(raw, "COMMIT")


def _open(
    raw: psycopg.Connection[tuple[object, ...]], secret: str, subject: Subject, statement: str, asked: Sequence[object]
) -> Access:
    ticket = hashlib.sha256(secret.encode()).digest()
    # One trip to the server. The sync ends the issuing statement's transaction: the event is committed before BEGIN.
    with raw.pipeline() as pipeline:
        issued = raw.execute(statement, [ticket, *asked])
        pipeline.sync()
        raw.execute("BEGIN")
        raw.execute(_ROLES[subject.kind])
        raw.execute(f"SET LOCAL tarkka.ticket = '{secret}'", prepare=False)
    [(event_id, level, refusal)] = issued.fetchall()
    if refusal is not None:
        raise Refused(str(refusal), int(str(event_id)))
    return Access(int(str(event_id)), Level[str(level)], subject)


def _refuse_misuse(raw: psycopg.Connection[tuple[object, ...]], access: Access) -> None:
    if access.subject.kind in _TOLD_BY_THE_READER and not access._covered:
        raise DoorMisused("a look at a group ends once it is recorded who was in it: `cover` or `cover_everyone`")
    # COMMIT would answer a failed transaction with a silent ROLLBACK.
    if raw.info.transaction_status != TransactionStatus.INTRANS:
        raise DoorMisused("the look's transaction failed or was ended inside it; nothing of it is committed")


def _close(raw: psycopg.Connection[tuple[object, ...]], ending: str) -> None:
    """End the transaction and take away what could leak to the connection's next user, or else close the connection.

    A look that was left open may end late, when Django has another connection in use: that one is not touched.
    """
    is_in_use = connection.connection is raw
    if is_in_use:
        connection.autocommit = True
    status = raw.info.transaction_status
    try:
        if status in (
            TransactionStatus.ACTIVE,
            TransactionStatus.UNKNOWN,
        ):  # a half-read result, or no server
            raw.close()
        else:
            raw.execute(f"{'' if status == TransactionStatus.IDLE else ending}; CLOSE ALL; RESET ROLE; RESET ALL")
    except psycopg.Error:
        raw.close()
        raise
    finally:
        if is_in_use and raw.closed:
            connection.close()
