"""Registering people: households with their persons, cards and contacts, by a function that makes new rows alone."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg
from django.db import connection

from tarkka.people.details import ContactKind, WrongContact, checked_contact
from tarkka.people.identity import checked, identity_hash, seal_identity
from tarkka.people.refusals import told_plainly
from tarkka.vocabulary import Language

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
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

    Raises ValueError unless exactly one of them is the main member, no name holds control characters, every identity
    code is right, every e-mail address is one, and no key, identity code or card number is there twice.
    """

    since: datetime
    persons: tuple[NewPerson, ...]
    line: int | None = None

    def __post_init__(self) -> None:
        if sum(person.is_main_member for person in self.persons) != 1:
            raise ValueError("a household has exactly one main member")
        if any(_UNSEEN.search(name) for person in self.persons for name in (person.given_name, person.family_name)):
            raise ValueError("a name holds control characters: write it as it is seen")
        _refuse_twice("key", [person.key for person in self.persons])
        _refuse_twice("identity code", [checked(person.identity_code) for person in self.persons])
        _refuse_twice("card number", [card.number for person in self.persons for card in person.cards])
        for person in self.persons:
            _refuse_no_address(person.email)


def _refuse_no_address(email: str | None) -> None:
    try:
        is_one = email is None or checked_contact(ContactKind.EMAIL, email) == email
    except WrongContact:
        is_one = False
    if not is_one:
        raise ValueError("an e-mail address is none: write it as name@example.org, without spaces")


def _refuse_twice(what: str, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"the same {what} is in the household twice")


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
    """What `people.register` is to write: its arguments, row by row."""

    households: list[int] = field(default_factory=list)
    persons: list[tuple[object, ...]] = field(default_factory=list)
    cards: list[tuple[object, ...]] = field(default_factory=list)
    emails: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, household_id: int, household: NewHousehold, ids: dict[str, int]) -> None:
        """Add a new household, whose persons have these ids by key."""
        self.households.append(household_id)
        for person in household.persons:
            person_id, code = ids[person.key], person.identity_code
            names = (person.given_name, person.family_name, person.language.value)
            home = (household_id, person.is_main_member, household.since)
            self.persons.append((person_id, identity_hash(code), seal_identity(code), *names, *home))
            self.cards.extend((person_id, card.number, card.opened_at) for card in person.cards)
            if person.email:
                self.emails.append((person_id, person.email))

    def write(self, raw: psycopg.Connection[Any]) -> None:
        """Write them all."""
        columns = [self.households, *_columns(self.persons, 9), *_columns(self.cards, 3), *_columns(self.emails, 2)]
        raw.execute(
            """
            SELECT people.register(
                %s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::text[],
                %s::bigint[], %s::boolean[], %s::timestamptz[],
                %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[]
            )
            """,
            columns,
        )


def _columns(rows: list[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]


def _register(
    households: list[NewHousehold], told_before: dict[str, int], left: Callable[[NewHousehold, str], None] | None
) -> dict[str, int]:
    """Register what is new of these households in one transaction; return the ids of their persons by key."""
    raw = _raw()
    hashes = [[identity_hash(person.identity_code) for person in household.persons] for household in households]
    cards = [{card.number for person in household.persons for card in person.cards} for household in households]
    with told_plainly(), raw.transaction():
        # One load at a time: what is found to be new is still new when it is written.
        raw.execute("SELECT pg_advisory_xact_lock(hashtextextended('people.register', 0))")
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
        rows.write(raw)
    return ids


def _registered_persons(raw: psycopg.Connection[Any], hashes: list[list[bytes]]) -> dict[bytes, int]:
    rows = raw.execute(
        "SELECT h, people.person_by_identity(h) FROM unnest(%s::bytea[]) h",
        [[each for some in hashes for each in some]],
    )
    return {bytes(hashed): person_id for hashed, person_id in rows if person_id is not None}


def _registered_cards(raw: psycopg.Connection[Any], cards: list[set[str]]) -> set[str]:
    rows = raw.execute("SELECT people.cards_among(%s)", [[number for some in cards for number in some]])
    return {number for (number,) in rows}


def _reserve(raw: psycopg.Connection[Any], sequence: str, count: int) -> Iterator[int]:
    rows = raw.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count]).fetchall()
    return iter([row[0] for row in rows])


def found_household() -> int:
    """Make a household that nobody belongs to yet, and return its id: persons of the register move into it."""
    raw = _raw()
    with raw.transaction():
        raw.execute("SET LOCAL ROLE tarkka_intake")
        [household_id] = _reserve(raw, "household_id_seq", 1)
        raw.execute("SELECT people.register(ARRAY[%s::bigint])", [household_id])
    return int(household_id)


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw
