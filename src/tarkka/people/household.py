"""Reading households: which one somebody belongs to, at a look at them; and its names, at a look at it (R10, R11)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Membership:
    """The household that a person belongs to now, and as what."""

    household_id: int
    is_main_member: bool


@dataclass(frozen=True, slots=True)
class HouseholdPerson:
    """A person of a household, by name."""

    id: int
    given_name: str
    family_name: str


def current_membership() -> Membership | None:
    """Return the subject's household and role in it now, or None if they belong to none. At a look at the person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT household_id, is_main_member FROM membership WHERE valid @> now()")
        row = cursor.fetchone()
    return Membership(*row) if row else None


def household_persons(since: datetime, until: datetime) -> list[HouseholdPerson]:
    """Return the names that the look tells, in the alphabet's order. At a customer's look at their household.

    To the main member: who was in it between the aware moments, as far as that was their own time in that role. To
    another member: its main member now, whatever the moments; nobody if it has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, given_name, family_name FROM person WHERE id = ANY (people.household_persons(tstzrange(%s, %s)))
            ORDER BY given_name, family_name, id
            """,
            [since, until],
        )
        return [HouseholdPerson(*row) for row in cursor.fetchall()]
