"""What is written of people. Registering inserts as a role that reads nothing; every later change goes through the door, seen by the person."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg
from django.db import connection

from tarkka import access
from tarkka.people.identity import checked, identity_hash, seal_identity
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose, Role

_REGISTERING = 1_000
"""Households registered in one transaction."""


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to open, from an aware moment on."""

    number: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to register. `key` is the caller's own name for them, by which they find the id that they were given."""

    key: str
    identity_code: str
    given_name: str
    family_name: str
    language: Language
    is_main_member: bool
    cards: tuple[NewCard, ...] = ()
    email: str | None = None


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """A household to register with its persons. `since` is aware.

    Raises ValueError unless exactly one of them is the main member and every identity code is right.
    """

    since: datetime
    persons: tuple[NewPerson, ...]

    def __post_init__(self) -> None:
        if sum(person.is_main_member for person in self.persons) != 1:
            raise ValueError("a household has exactly one main member")
        for person in self.persons:
            checked(person.identity_code)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on somebody's rows, at the door: the person's id for a customer, the personal user id for staff."""

    role: Role
    id: str
    purpose: Purpose
    case_ref: str | None = None


def operator(user_id: str) -> Actor:
    """Return the actor of a command: a register administrator at upkeep, who needs a mandate as all staff do."""
    return Actor(Role.REGISTER_ADMINISTRATOR, user_id, Purpose.REGISTER_UPKEEP)


def customer(person_id: int) -> Actor:
    """Return the actor of the portal: the person themselves."""
    return Actor(Role.CUSTOMER, str(person_id), Purpose.OWN_DATA)


@dataclass(slots=True)
class _Rows:
    household: list[tuple[object, ...]] = field(default_factory=list)
    person: list[tuple[object, ...]] = field(default_factory=list)
    membership: list[tuple[object, ...]] = field(default_factory=list)
    card: list[tuple[object, ...]] = field(default_factory=list)
    contact: list[tuple[object, ...]] = field(default_factory=list)


def register_households(
    households: Iterable[NewHousehold], *, told: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Register households with their persons, cards and contacts, and return the person id of each key.

    Those registered before are passed over, so that a load that was stopped can be run again. `told` is called with the number of
    households as they are done, a thousand at a time. Raises ValueError for a household of which only some are registered, and
    psycopg.errors.UniqueViolation for a card number that is taken; the thousands before are kept.
    """
    ids: dict[str, int] = {}
    waiting = iter(households)
    while part := list(islice(waiting, _REGISTERING)):
        known = _known(part)
        ids |= known
        ids |= _register([household for household in part if household.persons[0].key not in known])
        told(len(part))
    return ids


def _known(households: Sequence[NewHousehold]) -> dict[str, int]:
    """The ids of the households' persons who are registered already, by key."""
    keys = {identity_hash(person.identity_code): person.key for household in households for person in household.persons}
    rows = _raw().execute("SELECT h, people.person_by_identity(h) FROM unnest(%s::bytea[]) h", [list(keys)])
    known = {keys[bytes(found)]: person_id for found, person_id in rows if person_id is not None}
    for household in households:
        if len({person.key in known for person in household.persons}) > 1:
            raise ValueError(f"of the household of {household.persons[0].key} some persons are registered and some are not")
    return known


def _register(households: Sequence[NewHousehold]) -> dict[str, int]:
    raw = _raw()
    with raw.transaction():
        raw.execute("SET LOCAL ROLE tarkka_intake")
        person_ids = _reserve(raw, "person_id_seq", sum(len(household.persons) for household in households))
        household_ids = _reserve(raw, "household_id_seq", len(households))
        rows = _Rows()
        ids: dict[str, int] = {}
        for household in households:
            household_id = next(household_ids)
            rows.household.append((household_id,))
            valid = f"[{household.since.isoformat()},)"
            for person in household.persons:
                ids[person.key] = person_id = next(person_ids)
                code = person.identity_code
                names = (person.given_name, person.family_name, person.language)
                rows.person.append((person_id, identity_hash(code), seal_identity(code), *names))
                rows.membership.append((person_id, household_id, person.is_main_member, valid))
                rows.card.extend((card.number, person_id, f"[{card.opened_at.isoformat()},)") for card in person.cards)
                if person.email:
                    rows.contact.append((person_id, "email", person.email))
        _copy(raw, "household (id)", rows.household)
        _copy(raw, "person (id, identity_hash, identity_sealed, given_name, family_name, language)", rows.person)
        _copy(raw, "membership (person_id, household_id, is_main_member, valid)", rows.membership)
        _copy(raw, "card (number, person_id, valid)", rows.card)
        _copy(raw, "contact (person_id, kind, value)", rows.contact)
    return ids


def _reserve(raw: psycopg.Connection[Any], sequence: str, count: int) -> Iterator[int]:
    rows = raw.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count]).fetchall()
    return iter([row[0] for row in rows])


def _copy(raw: psycopg.Connection[Any], columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with raw.cursor().copy(f"COPY {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw


@contextmanager
def _look(person_id: int, acting: Actor) -> Iterator[psycopg.Connection[Any]]:
    with access.opened(
        role=acting.role,
        actor=acting.id,
        purpose=acting.purpose,
        subject=access.person(person_id),
        case_ref=acting.case_ref,
        at_most=Level.TOTAL,
    ):
        yield _raw()


def make_objection(person_id: int, objection: Objection, *, place: Place, acting: Actor) -> bool:
    """Put an objection in force from the commit on, and end the person's looks under way. False if it was in force already. (R15–R17)"""
    with _look(person_id, acting) as raw:
        made = raw.execute(
            """
            INSERT INTO objection (person_id, kind, made_place, made_by, made_version)
            SELECT %s, %s, %s, %s, number FROM description_in_force
            WHERE NOT EXISTS (SELECT FROM objection o WHERE o.person_id = %s AND o.kind = %s AND o.withdrawn_at IS NULL)
            """,
            [person_id, objection, place, acting.id, person_id, objection],
        )
        return made.rowcount == 1


def withdraw_objection(person_id: int, objection: Objection, *, place: Place, acting: Actor) -> bool:
    """Withdraw an objection from the commit on. False if it was not in force. (R15–R17)"""
    with _look(person_id, acting) as raw:
        withdrawn = raw.execute(
            """
            UPDATE objection SET withdrawn_at = now(), withdrawn_place = %s, withdrawn_by = %s,
                   withdrawn_version = (SELECT number FROM description_in_force)
            WHERE person_id = %s AND kind = %s AND withdrawn_at IS NULL
            """,
            [place, acting.id, person_id, objection],
        )
        return withdrawn.rowcount == 1


def open_card(person_id: int, number: str, *, since: datetime, acting: Actor) -> None:
    """Give the person a new card, open from an aware moment on. Raises psycopg.errors.UniqueViolation if the number is taken."""
    with _look(person_id, acting) as raw:
        raw.execute("INSERT INTO card (number, person_id, valid) VALUES (%s, %s, tstzrange(%s, NULL))", [number, person_id, since])


def close_card(person_id: int, number: str, *, at: datetime, acting: Actor) -> bool:
    """Close the person's card from an aware moment on; purchases before it stay possible. False if no such card was open then."""
    with _look(person_id, acting) as raw:
        closed = raw.execute(
            "UPDATE card SET valid = tstzrange(lower(valid), %s) WHERE person_id = %s AND number = %s AND valid @> %s::timestamptz",
            [at, person_id, number, at],
        )
        return closed.rowcount == 1


def move_to_household(person_id: int, household_id: int | None, *, at: datetime, is_main_member: bool = False, acting: Actor) -> None:
    """End the person's membership at an aware moment and, if a household is given, begin one in it.

    Raises psycopg.errors.ExclusionViolation if that household has another main member at the time.
    """
    with _look(person_id, acting) as raw:
        raw.execute(
            "UPDATE membership SET valid = tstzrange(lower(valid), %s) WHERE person_id = %s AND valid @> %s::timestamptz AND lower(valid) < %s",
            [at, person_id, at, at],
        )
        if household_id is not None:
            raw.execute(
                "INSERT INTO membership (person_id, household_id, is_main_member, valid) VALUES (%s, %s, %s, tstzrange(%s, NULL))",
                [person_id, household_id, is_main_member, at],
            )


def change_language(person_id: int, language: Language, *, acting: Actor) -> None:
    """Change the language in which the person is served."""
    with _look(person_id, acting) as raw:
        raw.execute("UPDATE person SET language = %s WHERE id = %s", [language, person_id])


def add_contact(person_id: int, kind: str, value: str, *, for_safety_only: bool = False, acting: Actor) -> None:
    """Add a way to reach the person: `email`, `phone` or `post`; one for safety notices only is used for nothing else."""
    with _look(person_id, acting) as raw:
        raw.execute(
            "INSERT INTO contact (person_id, kind, value, for_safety_only) VALUES (%s, %s, %s, %s)", [person_id, kind, value, for_safety_only]
        )
