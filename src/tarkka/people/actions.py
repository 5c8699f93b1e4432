"""What is written of people.

Registering inserts as a role that reads nothing; every later change goes through the door, seen by the person. What
the database refuses is told in words of ours: its own quote the row.
"""

from collections.abc import Callable, Iterable, Iterator
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
    """A household to register with its persons. `since` is aware; `line` tells where in a file it stands.

    Raises ValueError unless exactly one of them is the main member, every identity code is right, and no key, identity
    code or card number is there twice.
    """

    since: datetime
    persons: tuple[NewPerson, ...]
    line: int | None = None

    def __post_init__(self) -> None:
        if sum(person.is_main_member for person in self.persons) != 1:
            raise ValueError("a household has exactly one main member")
        _refuse_twice("key", [person.key for person in self.persons])
        _refuse_twice("identity code", [checked(person.identity_code) for person in self.persons])
        _refuse_twice("card number", [card.number for person in self.persons for card in person.cards])


def _refuse_twice(what: str, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"the same {what} is in the household twice")


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


class NotRegistered(ValueError):
    """A household that was left alone. The message says why, and quotes nothing of it."""


def register_households(
    households: Iterable[NewHousehold],
    *,
    told: Callable[[dict[str, int]], None] = lambda _: None,
    left: Callable[[NewHousehold, str], None] | None = None,
) -> dict[str, int]:
    """Register households with their persons, cards and contacts, and return the person id of each key.

    Those registered before are passed over as they are, so that a load that was stopped can be run again. A thousand
    are committed at a time, and `told` is called with their ids.

    A household is left alone if only some of its persons are registered, if a card of a new one is, or if a key is
    another person's: then `left` is called with it and the reason; without `left`, NotRegistered is raised and
    nothing of its thousand is registered.
    """
    ids: dict[str, int] = {}
    waiting = iter(households)
    while part := list(islice(waiting, _REGISTERING)):
        registered = _register(part, ids, left)
        ids |= registered
        told(registered)
    return ids


@dataclass(slots=True)
class _Rows:
    """What is to be copied into each table."""

    household: list[tuple[object, ...]] = field(default_factory=list)
    person: list[tuple[object, ...]] = field(default_factory=list)
    membership: list[tuple[object, ...]] = field(default_factory=list)
    card: list[tuple[object, ...]] = field(default_factory=list)
    contact: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, household_id: int, household: NewHousehold, ids: dict[str, int]) -> None:
        """Add a new household, whose persons have these ids by key."""
        self.household.append((household_id,))
        for person in household.persons:
            person_id, code = ids[person.key], person.identity_code
            names = (person.given_name, person.family_name, person.language)
            self.person.append((person_id, identity_hash(code), seal_identity(code), *names))
            self.membership.append((person_id, household_id, person.is_main_member, _since(household.since)))
            self.card.extend((card.number, person_id, _since(card.opened_at)) for card in person.cards)
            if person.email:
                self.contact.append((person_id, "email", person.email))

    def copy(self, raw: psycopg.Connection[Any]) -> None:
        """Write them all."""
        for columns, rows in (
            ("household (id)", self.household),
            ("person (id, identity_hash, identity_sealed, given_name, family_name, language)", self.person),
            ("membership (person_id, household_id, is_main_member, valid)", self.membership),
            ("card (number, person_id, valid)", self.card),
            ("contact (person_id, kind, value)", self.contact),
        ):
            with raw.cursor().copy(f"COPY {columns} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _register(
    households: list[NewHousehold], told_before: dict[str, int], left: Callable[[NewHousehold, str], None] | None
) -> dict[str, int]:
    """Register what is new of these households in one transaction; return the ids of their persons by key."""
    raw = _raw()
    hashes = [[identity_hash(person.identity_code) for person in household.persons] for household in households]
    cards = [{card.number for person in household.persons for card in person.cards} for household in households]
    with _told_plainly(), raw.transaction():
        persons = _registered_persons(raw, hashes)
        raw.execute("SET LOCAL ROLE tarkka_intake")
        taken = _registered_cards(raw, cards)
        person_ids = _reserve(raw, "person_id_seq", sum(hashed not in persons for each in hashes for hashed in each))
        household_ids = _reserve(raw, "household_id_seq", sum(not persons.keys() >= set(each) for each in hashes))
        rows = _Rows()
        ids: dict[str, int] = {}
        for household, hashed, numbers in zip(households, hashes, cards, strict=True):
            known = [persons[each] for each in hashed if each in persons]
            found = dict(zip([person.key for person in household.persons], known or person_ids, strict=False))
            reason = ""
            if 0 < len(known) < len(hashed):
                reason = "some of its persons are registered and some are not"
            elif not known and numbers & taken:
                reason = "a card of it is registered already"
            elif any(told_before.get(key, ids.get(key, person)) != person for key, person in found.items()):
                reason = "a key in it is another person's"
            if not reason:
                ids |= found
                if not known:
                    persons.update(zip(hashed, found.values(), strict=True))
                    taken |= numbers
                    rows.add(next(household_ids), household, found)
            elif left:
                left(household, reason)
            else:
                raise NotRegistered(reason)
        rows.copy(raw)
    return ids


def _registered_persons(raw: psycopg.Connection[Any], hashes: list[list[bytes]]) -> dict[bytes, int]:
    rows = raw.execute(
        "SELECT h, people.person_by_identity(h) FROM unnest(%s::bytea[]) h",
        [[each for some in hashes for each in some]],
    )
    return {bytes(hashed): person_id for hashed, person_id in rows if person_id is not None}


def _registered_cards(raw: psycopg.Connection[Any], cards: list[set[str]]) -> set[str]:
    rows = raw.execute("SELECT number FROM people.holders(%s)", [[number for some in cards for number in some]])
    return {number for (number,) in rows}


def _reserve(raw: psycopg.Connection[Any], sequence: str, count: int) -> Iterator[int]:
    rows = raw.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count]).fetchall()
    return iter([row[0] for row in rows])


def _since(start: datetime) -> str:
    return f"[{start.isoformat()},)"


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw


_REFUSALS = {
    "card_number_key": "a card with this number is registered already",
    "card_person_id_fkey": "there is no such person",
    "contact_person_id_fkey": "there is no such person",
    "membership_household_id_fkey": "there is no such household",
    "membership_person_id_fkey": "there is no such person",
    "objection_person_id_fkey": "there is no such person",
    "one_household_at_a_time": "the person belongs to a household at that time or later: a person has one at a time",
    "one_main_member_at_a_time": "the household has another main member at that time or later: it has one at a time",
    "person_identity_hash_key": "somebody registers the same persons at this moment: run it again",
}
"""What a constraint that says no means."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what a constraint refuses into a ValueError that says what it means, without the row."""
    try:
        yield
    except psycopg.IntegrityError as error:
        name = error.diag.constraint_name or ""
        raise ValueError(_REFUSALS.get(name, f"it cannot be written so ({name})")) from None


@contextmanager
def _look(person_id: int, acting: Actor) -> Iterator[psycopg.Connection[Any]]:
    with (
        _told_plainly(),
        access.opened(
            role=acting.role,
            actor=acting.id,
            purpose=acting.purpose,
            subject=access.person(person_id),
            case_ref=acting.case_ref,
            at_most=Level.TOTAL,
        ),
    ):
        yield _raw()


def make_objection(person_id: int, objection: Objection, *, place: Place, acting: Actor) -> bool:
    """Put an objection in force from the commit on, and end the person's looks under way; False if it was in force.

    Raises ValueError if there is no such person. (R15–R17)
    """
    with _look(person_id, acting) as raw:
        made = raw.execute(
            """
            INSERT INTO objection (person_id, kind, made_place, made_by, made_version)
            SELECT %s, %s, %s, %s, number FROM description_in_force
            ON CONFLICT (person_id, kind) WHERE withdrawn_at IS NULL DO NOTHING
            """,
            [person_id, objection, place, acting.id],
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
    """Give the person a new card, open from an aware moment on.

    Raises ValueError if the number is taken, be it by a card that is closed, or if there is no such person.
    """
    with _look(person_id, acting) as raw:
        raw.execute(
            "INSERT INTO card (number, person_id, valid) VALUES (%s, %s, tstzrange(%s, NULL))",
            [number, person_id, since],
        )


def close_card(person_id: int, number: str, *, at: datetime, acting: Actor) -> bool:
    """Close the person's card from an aware moment on; a purchase before it may still come in.

    False if no such card of theirs was open just before that moment and at it.
    """
    with _look(person_id, acting) as raw:
        closed = raw.execute(
            """
            UPDATE card SET valid = tstzrange(lower(valid), %s)
            WHERE person_id = %s AND number = %s AND valid @> %s::timestamptz AND lower(valid) < %s
            """,
            [at, person_id, number, at, at],
        )
        return closed.rowcount == 1


def found_household() -> int:
    """Make a household that nobody belongs to yet, and return its id: persons of the register move into it."""
    raw = _raw()
    with raw.transaction():
        raw.execute("SET LOCAL ROLE tarkka_intake")
        [household_id] = _reserve(raw, "household_id_seq", 1)
        raw.execute("INSERT INTO household (id) VALUES (%s)", [household_id])
    return int(household_id)


def move_to_household(
    person_id: int, household_id: int | None, *, at: datetime, is_main_member: bool = False, acting: Actor
) -> None:
    """End the person's membership at an aware moment and, if a household is given, begin one in it.

    Receipts that are in the register stay with the household that they came to. Raises ValueError if the person has a
    membership that begins at that moment or later, if the household has another main member then or later, if there
    is no such household, or if there is neither a membership to end nor a household to join.
    """
    with _look(person_id, acting) as raw:
        ended = raw.execute(
            """
            UPDATE membership SET valid = tstzrange(lower(valid), %s)
            WHERE person_id = %s AND valid @> %s::timestamptz AND lower(valid) < %s
            """,
            [at, person_id, at, at],
        )
        if household_id is not None:
            raw.execute(
                """
                INSERT INTO membership (person_id, household_id, is_main_member, valid)
                VALUES (%s, %s, %s, tstzrange(%s, NULL))
                """,
                [person_id, household_id, is_main_member, at],
            )
        elif not ended.rowcount:
            raise ValueError("the person belongs to no household just before that moment")


def change_language(person_id: int, language: Language, *, acting: Actor) -> None:
    """Change the language in which the person is served. Raises ValueError if there is no such person."""
    with _look(person_id, acting) as raw:
        changed = raw.execute("UPDATE person SET language = %s WHERE id = %s", [language, person_id])
        if not changed.rowcount:
            raise ValueError("there is no such person")


def add_contact(person_id: int, kind: str, value: str, *, for_safety_only: bool = False, acting: Actor) -> None:
    """Add a way to reach the person: `email`, `phone` or `post`; one for safety notices only is used for nothing else.

    Raises ValueError for another kind, an empty value, or if there is no such person.
    """
    with _look(person_id, acting) as raw:
        raw.execute(
            "INSERT INTO contact (person_id, kind, value, for_safety_only) VALUES (%s, %s, %s, %s)",
            [person_id, kind, value, for_safety_only],
        )
