"""What intake and sign-in look up of people: ids, never names. Names and details are read inside the door, by `read_person`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection as default_connection

from tarkka.people.identity import identity_hash
from tarkka.vocabulary import Language, Level


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a purchase is: the card's holder, their household at the time, and the finest level that they are collected at."""

    person_id: int
    household_id: int
    cap: Level


class CardHolders:
    """The holders of some cards over time, asked once for a whole batch. The connection must act as `tarkka_intake`."""

    def __init__(self, connection: psycopg.Connection[Any], numbers: Iterable[str]) -> None:
        self._stretches: dict[str, list[tuple[float, float, int, int | None, Level | None]]] = {}
        rows = connection.execute(
            """
            SELECT number, person_id, household_id, coalesce(extract(epoch FROM lower(valid))::float8, '-infinity'),
                   coalesce(extract(epoch FROM upper(valid))::float8, 'infinity'), cap
            FROM people.holders(%s)
            """,
            [list(numbers)],
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
    """Return the id of the person with this personal identity code, or None. Raises ValueError if it is no such code."""
    row = connection.execute("SELECT people.person_by_identity(%s)", [identity_hash(identity_code)]).fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a page addresses them."""

    given_name: str
    family_name: str
    language: Language


def read_person(person_id: int) -> Person | None:
    """Return a person's name and language, or None if the look under way does not show them. Runs inside the door."""
    with default_connection.cursor() as cursor:
        cursor.execute("SELECT given_name, family_name, language FROM person WHERE id = %s", [person_id])
        row = cursor.fetchone()
    return Person(row[0], row[1], Language(row[2])) if row else None
