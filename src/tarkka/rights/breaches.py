"""The register of personal data breaches: what is known of each, the 72 hours, whom it touched, what they are told.

The data-protection officer's, at looks at the trail. Nothing in it is rewritten: entries are added. (GDPR 33–34)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import psycopg
from django.db import connection
from psycopg.types.range import TimestamptzRange

from tarkka import access
from tarkka.access import NotAllowed
from tarkka.people.refusals import told_plainly
from tarkka.rights.actions import plain_text
from tarkka.vocabulary import Language, Purpose, Role

CLOCK = timedelta(hours=72)
"""Within which the authority is told, from when the breach was found (GDPR 33(1))."""


class About(StrEnum):
    """What an entry is about, in the order in which a breach is told (GDPR 33(3))."""

    HAPPENED = "happened"
    CATEGORIES = "categories"
    CONSEQUENCES = "consequences"
    MEASURES = "measures"
    RISK = "risk"
    REPORTED = "reported"
    LATE = "late"
    CLOSED = "closed"


class Risk(StrEnum):
    """The risk to people: some is reported to the authority, a high one is told to the people too."""

    NONE = "none"
    SOME = "some"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was said of a breach, when and by whom; `reported_at` is when the authority was told. Times are aware."""

    about: About
    words: str
    risk: Risk | None
    reported_at: datetime | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the touched are told in the portal, and since when (aware)."""

    breach_id: int
    words: dict[Language, str]
    at: datetime

    def written_in(self, language: Language) -> str:
        """Return the words in a language."""
        return self.words[language]


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach with its entries, the oldest first, how many people it touched, and what they were told."""

    id: int
    found_at: datetime
    recorded_at: datetime
    recorded_by: str
    entries: tuple[Entry, ...]
    touched: int
    notices: tuple[Notice, ...]

    def newest(self, about: About) -> Entry | None:
        """Return the entry about something that holds now."""
        return next((each for each in reversed(self.entries) if each.about is about), None)

    @property
    def due_at(self) -> datetime:
        """When the authority must have been told."""
        return self.found_at + CLOCK

    @property
    def reported_at(self) -> datetime | None:
        """When the authority was first told, or None."""
        return min((each.reported_at for each in self.entries if each.reported_at), default=None)

    @property
    def needs_report(self) -> bool:
        """Whether the authority is still to be told: always, unless the risk was found to be none."""
        risk = self.newest(About.RISK)
        return self.reported_at is None and not (risk and risk.risk is Risk.NONE)

    @property
    def needs_notice(self) -> bool:
        """Whether the people are still to be told: the risk is high."""
        risk = self.newest(About.RISK)
        return not self.notices and bool(risk and risk.risk is Risk.HIGH)

    def hours_left(self, now: datetime) -> int:
        """Return how many whole hours are left to tell the authority: negative once the time is over."""
        return (self.due_at - now) // timedelta(hours=1)


@contextmanager
def officers_look(user_id: str) -> Iterator[None]:
    """Open the door for the officer's look at the register of breaches, which is at nobody's data.

    Raises Refused, NotAllowed, and ValueError for what a constraint refuses.
    """
    try:
        with (
            told_plainly(),
            access.opened(
                role=Role.DATA_PROTECTION_OFFICER, actor=user_id, purpose=Purpose.SUPERVISION, subject=access.TRAIL
            ) as look,
        ):
            yield
            look.cover([])
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowed(error.diag.message_primary or "") from None


def record_breach(found_at: datetime, happened: str, *, acting: str) -> int:
    """Record a breach that was found at an aware moment, not later than now, and return its number.

    Raises NotPlainText, ValueError.
    """
    if found_at > datetime.now(UTC):
        raise ValueError("a breach is found before it is recorded")
    return int(str(_call(acting, "SELECT rights.record_breach(%s, %s)", [found_at, plain_text(happened)])))


def say_of_breach(
    breach_id: int,
    about: About,
    words: str,
    *,
    risk: Risk | None = None,
    reported_at: datetime | None = None,
    acting: str,
) -> None:
    """Add an entry: of the risk with which, of the report with when (aware). Raises NotPlainText, ValueError.

    Raises NotAllowed, `late_without_reason`, for a report after 72 hours before an entry told why it was late.
    """
    statement = "SELECT rights.say_of_breach(%s, %s, %s, %s, %s)"
    _call(acting, statement, [breach_id, about, plain_text(words), risk, reported_at])


def find_touched(
    breach_id: int, since: datetime, until: datetime, *, actor: str = "", purpose: Purpose | None = None, acting: str
) -> int:
    """Add to a breach whom looks touched in a time (aware, the end excluded), by one actor or for one purpose if named.

    Returns how many are new. Raises ValueError if there is no such breach, or for a time that ends before it begins.
    """
    if until <= since:
        raise ValueError("the time ends before it begins")
    period = TimestamptzRange(since, until)
    statement = "SELECT rights.find_touched(%s, %s, %s, %s)"
    return int(str(_call(acting, statement, [breach_id, period, actor or None, purpose])))


def touch_everybody(breach_id: int, *, acting: str) -> int:
    """Add everybody in the register to a breach, and return how many are new. Raises ValueError if there is none."""
    return int(str(_call(acting, "SELECT rights.touch_everybody(%s)", [breach_id])))


def tell_touched(breach_id: int, words: dict[Language, str], *, acting: str) -> None:
    """Tell the touched in the portal from now on, in every language. Raises NotPlainText, ValueError."""
    said = [plain_text(words[language]) for language in (Language.FI, Language.SV, Language.EN)]
    _call(acting, "SELECT rights.tell_touched(%s, %s, %s, %s)", [breach_id, *said])


def read_breaches(breach_id: int | None = None) -> list[Breach]:
    """Return the breaches, the newest first, or the one. Inside the officer's look."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT b.id, b.found_at, b.recorded_at, b.recorded_by,
                   (SELECT count(*) FROM breach_person p WHERE p.breach_id = b.id)
            FROM breach b WHERE %(id)s::bigint IS NULL OR b.id = %(id)s ORDER BY b.found_at DESC, b.id DESC
            """,
            {"id": breach_id},
        )
        found = cursor.fetchall()
        return [
            Breach(id_, found_at, at, by, tuple(_entries(id_)), touched, tuple(_notices(id_)))
            for id_, found_at, at, by, touched in found
        ]


def read_touched(breach_id: int, *, most: int) -> list[int]:
    """Return the numbers of the customers whom a breach touched, at most so many, but those erased since.

    Inside the officer's look.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM breach_person WHERE breach_id = %s AND person_id IS NOT NULL ORDER BY 1 LIMIT %s",
            [breach_id, most],
        )
        return [person_id for (person_id,) in cursor.fetchall()]


def read_own_notices() -> list[Notice]:
    """Return what the subject is told of breaches that touched them, the newest first. Inside the door."""
    return list(_notices(None))


def _entries(breach_id: int) -> Iterator[Entry]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT about, words, risk, reported_at, at, by FROM breach_entry WHERE breach_id = %s ORDER BY id",
            [breach_id],
        )
        for about, words, risk, reported_at, at, by in cursor.fetchall():
            yield Entry(About(about), words, Risk(risk) if risk else None, reported_at, at, by)


def _notices(breach_id: int | None) -> Iterator[Notice]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT breach_id, fi, sv, en, at FROM breach_notice
            WHERE %(id)s::bigint IS NULL OR breach_id = %(id)s ORDER BY id DESC
            """,
            {"id": breach_id},
        )
        for of_breach, fi, sv, en, at in cursor.fetchall():
            yield Notice(of_breach, {Language.FI: fi, Language.SV: sv, Language.EN: en}, at)


def _call(acting: str, statement: str, parameters: list[object]) -> object:
    with officers_look(acting), connection.cursor() as cursor:
        cursor.cursor.execute(statement, parameters)
        row = cursor.fetchone()
        return row and row[0]
