"""What the data-protection officer does at a person's request: restriction, a cap of the level, correction, erasure.

Each is one act at a recorded look, at the request that it answers, and the person sees it. What it may be is decided in
`sql/upheld.sql`, which asks for the look's ticket. (GDPR 16–18, 21(1); rulings: Levels)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import psycopg
from django.db import connection

from tarkka.access import NotAllowed
from tarkka.access.calling import call
from tarkka.description.queries import load_rulebook
from tarkka.people.actions import Actor, act_on, look
from tarkka.rights.actions import plain_text
from tarkka.sign_in.sessions import end_sessions
from tarkka.vocabulary import Act, Level, Purpose, RequestKind, Role

LONGEST_NAME = 100
"""Characters of a given or a family name."""


def officer(user_id: str) -> Actor:
    """Return the data-protection officer as the actor of what is done at requests."""
    return Actor(Role.DATA_PROTECTION_OFFICER, user_id, Purpose.REGISTER_UPKEEP)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A request as the desk lists it: whose it is and by when, and nothing of what it says."""

    id: int
    person_id: int
    kind: RequestKind
    received_on: date
    due_on: date
    is_extended: bool
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A restriction or a cap that is in force: aware times; no `until` if that is until further notice."""

    what: str
    person_id: int
    request_id: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Erasable:
    """What erasing would take, or what must stay, and how many rows there are of it: the name of its table."""

    what: str
    stays: bool
    found: int


def requests_at_desk(acting: str) -> list[AtDesk]:
    """Return the open requests, the most urgent first, then those answered in the last months. Raises NotAllowed."""
    rows = call("SELECT * FROM rights.requests_at_desk(%s)", [acting])
    return [AtDesk(row[0], row[1], RequestKind(row[2]), *row[3:]) for row in rows]


def measures_at_desk(acting: str) -> list[Measure]:
    """Return the restrictions and caps in force, the oldest first. Raises NotAllowed."""
    return [Measure(*row) for row in call("SELECT * FROM rights.measures_at_desk(%s)", [acting])]


def person_of_request(request_id: int, acting: str) -> int | None:
    """Return whose a request is, or None if there is none. Raises NotAllowed."""
    found: int | None = call("SELECT rights.person_of_request(%s, %s)", [request_id, acting])[0][0]
    return found


def restrict(person_id: int, request_id: int, reason: str, *, acting: Actor) -> None:
    """Restrict the handling of the person's data from the commit on, and end their looks under way (GDPR 18).

    Raises NotPlainText; NotAllowed for a request that is not theirs or not open; ValueError if it is restricted.
    """
    _act(person_id, Act.RESTRICTED, acting, "SELECT rights.restrict(%s, %s)", [request_id, plain_text(reason)])


def lift_restriction(person_id: int, on: date, reason: str, *, acting: Actor) -> bool:
    """Let the restriction end as a day begins, in the register's time zone, and tell the person (GDPR 18(3)).

    False if there is none without an end. Raises NotPlainText; NotAllowed for a moment less than a day away.
    """
    moment = datetime.combine(on, time(), load_rulebook().time_zone)
    statement = "SELECT rights.lift_restriction(%s, %s)"
    return bool(_act(person_id, Act.RESTRICTION_LIFTED, acting, statement, [moment, plain_text(reason)]))


def cap_level(person_id: int, request_id: int, level: Level, reason: str, *, acting: Actor) -> None:
    """Store the person's purchases from now on at this level at most, after an upheld request (GDPR 18, 21(1)).

    Raises NotPlainText; NotAllowed for a request that is not theirs or not open; ValueError for PRODUCT, which caps
    nothing.
    """
    if level is Level.PRODUCT:
        raise ValueError("PRODUCT is the finest level, and caps nothing")
    statement = "SELECT rights.cap_level(%s, %s, %s)"
    _act(person_id, Act.LEVEL_CAPPED, acting, statement, [request_id, level.name, plain_text(reason)])


def end_cap(person_id: int, *, acting: Actor) -> bool:
    """End the person's cap now; what was stored under it stays as it is. False if there is none."""
    return bool(_act(person_id, Act.LEVEL_CAP_ENDED, acting, "SELECT rights.end_cap()", []))


def correct_name(person_id: int, request_id: int, given_name: str, family_name: str, *, acting: Actor) -> None:
    """Correct what the person is called (GDPR 16). Raises ValueError for what is no name, NotAllowed."""
    names = [" ".join(name.split()) for name in (given_name, family_name)]
    if not all(name and name.isprintable() and len(name) <= LONGEST_NAME for name in names):
        raise ValueError("a name is missing, too long, or holds characters that cannot be seen")
    _act(person_id, Act.NAME_CORRECTED, acting, "SELECT rights.correct_name(%s, %s, %s)", [request_id, *names])


def read_erasable() -> list[Erasable]:
    """Return what erasing the subject's data would take and what must stay. Inside the officer's look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, stays, found FROM rights.erasable()")
        return [Erasable(*row) for row in cursor.fetchall()]


def erase(person_id: int, request_id: int, *, acting: Actor) -> int:
    """Erase what the law lets be erased, the finer levels first, and return the erasure's number (GDPR 17).

    Receipts' totals stay as long as the description says; what earned Bonus is the same before and after. Raises
    NotAllowed.
    """
    return int(_act(person_id, Act.DATA_ERASED, acting, "SELECT rights.erase(%s)", [request_id]))


def erase_person(person_id: int, request_id: int, *, acting: Actor) -> int:
    """Erase a person of whom nothing must stay, the trail's record of who they were included (GDPR 17).

    Their sessions end. The look itself stays in the trail as one at somebody who was erased. Returns the number that
    the trail gives the erasure. Raises NotAllowed: `must_stay` while anything must.
    """
    with _told(), look(person_id, acting) as raw:
        raw.execute("SELECT access.record_act(%s)", [Act.DATA_ERASED])
        found = raw.execute("SELECT rights.erase_person(%s)", [request_id]).fetchone()
    assert found is not None  # noqa: S101  # the function returns a number
    end_sessions(person_id)
    return int(found[0])


def _act(person_id: int, act: Act, acting: Actor, statement: str, parameters: list[Any]) -> Any:  # noqa: ANN401  # what SQL returns
    with _told(), act_on(person_id, acting, act) as raw:
        row = raw.execute(statement, parameters).fetchone()
    return None if row is None else row[0]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowed(error.diag.message_primary or "") from None
