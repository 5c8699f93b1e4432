"""What the database refuses of people's rows, in words of ours: its own quote the row."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_REFUSALS = {
    "card_number_key": "a card with this number is registered already",
    "card_person_id_fkey": "there is no such person",
    "contact_person_id_fkey": "there is no such person",
    "membership_household_id_fkey": "there is no such household",
    "membership_person_id_fkey": "there is no such person",
    "objection_person_id_fkey": "there is no such person",
    "one_household_at_a_time": "the person belongs to a household at that time or later: a person has one at a time",
    "one_main_member_at_a_time": "the household has another main member at that time or later: it has one at a time",
}
"""What a constraint that says no means."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a constraint refuses into a ValueError that says what it means, without the row."""
    try:
        yield
    except psycopg.IntegrityError as error:
        name = error.diag.constraint_name or ""
        raise ValueError(_REFUSALS.get(name, f"it cannot be written so ({name})")) from None
