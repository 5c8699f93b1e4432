"""Reading people. Intake and sign-in look up ids alone; names and details are read inside the door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from django.db import connection

from tarkka.people import models
from tarkka.people.details import Contact, ContactKind, Wish
from tarkka.people.identity import identity_hash
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose


class Holder(NamedTuple):
    """Whose a purchase is: the card's holder, their household then, and the finest level they are collected at."""

    person_id: int
    household_id: int
    cap: Level


class CardHolders:
    """The holders of some cards over time, asked once for a whole batch that was begun (`access/sql/batches.sql`).

    The connection must act as `tarkka_intake`.
    """

    def __init__(self, connection: psycopg.Connection[Any], batch: int, numbers: Iterable[str]) -> None:
        self._stretches: dict[str, list[tuple[float, float, int, int | None, Level | None]]] = {}
        rows = connection.execute(
            """
            SELECT number, person_id, household_id, coalesce(extract(epoch FROM lower(valid))::float8, '-infinity'),
                   coalesce(extract(epoch FROM upper(valid))::float8, 'infinity'), cap
            FROM people.holders(%s, %s)
            """,
            [batch, list(numbers)],
        )
        for number, person_id, household_id, start, end, cap in rows:
            stretch = (start, end, person_id, household_id, Level[cap] if cap else None)
            self._stretches.setdefault(number, []).append(stretch)

    def at(self, number: str, moment: datetime) -> Holder | str:
        """Return whose a purchase with this card at an aware moment is, or the reason code why it is nobody's.

        `unknown_card`, `card_closed` (not open at that moment), `no_household`.
        """
        stretches = self._stretches.get(number)
        if stretches is None:
            return "unknown_card"
        at = moment.timestamp()
        found: tuple[int, int] | None = None
        is_open = False
        cap = Level.PRODUCT
        for start, end, person_id, household_id, capped in stretches:
            if start <= at < end:
                if household_id is not None:
                    found = person_id, household_id
                elif capped is not None:
                    cap = min(cap, capped)
                else:
                    is_open = True
        if not is_open:
            return "card_closed"
        return Holder(*found, cap) if found else "no_household"


def find_person(connection: psycopg.Connection[Any], identity_code: str) -> int | None:
    """Return the id of the person with this personal identity code, or None. Raises ValueError if it is no code."""
    row = connection.execute("SELECT people.person_by_identity(%s)", [identity_hash(identity_code)]).fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the register, by name and language."""

    id: int
    given_name: str
    family_name: str
    language: Language


@dataclass(frozen=True, slots=True)
class Card:
    """A card and when it is open: aware times (UTC), no `closed_at` if that is until further notice."""

    number: str
    opened_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        now = datetime.now(UTC)
        return self.opened_at <= now and (self.closed_at is None or now < self.closed_at)


@dataclass(frozen=True, slots=True)
class Choice:
    """An objection that was made, where and when, and its withdrawal if it was withdrawn. Times aware (UTC).

    A version is the number of the published description whose words were shown (R17).
    """

    kind: Objection
    made_at: datetime
    made_place: Place
    made_version: int
    withdrawn_at: datetime | None
    withdrawn_place: Place | None
    withdrawn_version: int | None


def read_person(person_id: int) -> Person | None:
    """Return the person, or None if they are not the subject of the look. Inside the door."""
    row = models.Person.objects.filter(pk=person_id).first()
    return Person(row.pk, row.given_name, row.family_name, Language(row.language)) if row else None


def read_cards() -> list[Card]:
    """Return the subject's cards, the newest first. Inside the door."""
    rows = models.Card.objects.order_by("-valid")
    return [Card(row.number, row.valid.lower, row.valid.upper) for row in rows]


def read_choices() -> list[Choice]:
    """Return the subject's objections, in force and withdrawn, the newest first. Inside the door."""
    return [
        Choice(
            Objection(row.kind), row.made_at, Place(row.made_place), row.made_version, row.withdrawn_at,
            Place(row.withdrawn_place) if row.withdrawn_place else None, row.withdrawn_version,
        )
        for row in models.Objection.objects.order_by("-id")
    ]  # fmt: skip


def objections_in_force() -> set[Objection]:
    """Return the subject's objections that are in force now. Inside the door."""
    return {choice.kind for choice in read_choices() if choice.withdrawn_at is None}


def read_contacts() -> list[Contact]:
    """Return the subject's contacts; those for safety alone at own looks, upkeep and recalls. Inside the door."""
    return [
        Contact(ContactKind(row.kind), row.value, row.for_safety_only)
        for row in models.Contact.objects.order_by("for_safety_only", "kind")
    ]


def read_contact(kind: ContactKind, *, for_safety_only: bool = False) -> str | None:
    """Return how the subject is reached by a kind, or None; what is for safety alone only if asked. Inside the door."""
    wanted = (kind, for_safety_only)
    return next((each.value for each in read_contacts() if (each.kind, each.for_safety_only) == wanted), None)


def read_wishes() -> dict[Wish, datetime]:
    """Return the subject's wishes in force, and since when (aware, UTC). Inside the door."""
    rows = models.Wish.objects.filter(ended_at=None)
    return {Wish(Purpose(row.purpose), ContactKind(row.kind)): row.wished_at for row in rows}


def cap_at(moment: datetime) -> Level | None:
    """Return the level at which the subject's purchases were capped at an aware moment, or None. Inside the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT level::text FROM level_cap WHERE valid @> %s::timestamptz", [moment])
        row = cursor.fetchone()
    return Level[row[0]] if row else None
