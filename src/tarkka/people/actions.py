"""What is changed of people, one named act each. All go through the door, and the person sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from tarkka import access
from tarkka.people.details import ContactKind, Wish, checked_contact
from tarkka.people.refusals import told_plainly
from tarkka.vocabulary import Act, Language, Level, Objection, Place, Purpose, Role


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


@contextmanager
def look(person_id: int, acting: Actor, *, at_most: Level = Level.TOTAL) -> Iterator[psycopg.Connection[Any]]:
    """Open the door at a person for an act; yields the connection.

    Raises Refused, and ValueError for what a constraint refuses.
    """
    with (
        told_plainly(),
        access.opened(
            role=acting.role,
            actor=acting.id,
            purpose=acting.purpose,
            subject=access.person(person_id),
            case_ref=acting.case_ref,
            at_most=at_most,
        ),
    ):
        yield connection.connection


@contextmanager
def act_on(person_id: int, acting: Actor, act: Act) -> Iterator[psycopg.Connection[Any]]:
    """Open the door at a person for an act of this kind, one at a time; what staff do is recorded with the look.

    Yields the connection. Raises as `look`.
    """
    lock = [f"people.person {person_id}"]
    with connection.cursor() as cursor:
        # One act on a person at a time: an objection ends the person's looks under way, and would end another act's.
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", lock)
    raw = connection.connection
    try:
        with look(person_id, acting):
            yield raw
            if acting.role not in (Role.CUSTOMER, Role.AUTOMATIC):
                # Only of what changed something: a transaction that wrote nothing has no number.
                raw.execute("SELECT access.record_act(%s) WHERE pg_current_xact_id_if_assigned() IS NOT NULL", [act])
    finally:
        if not raw.closed:
            raw.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lock)


def make_objection(person_id: int, objection: Objection, *, place: Place, acting: Actor) -> bool:
    """Put an objection in force from the commit on, and end the person's looks under way; False if it was in force.

    Raises ValueError if there is no such person. (R15–R17)
    """
    with act_on(person_id, acting, Act.OBJECTION_MADE) as raw:
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
    with act_on(person_id, acting, Act.OBJECTION_WITHDRAWN) as raw:
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
    with act_on(person_id, acting, Act.CARD_OPENED) as raw:
        _open_card(raw, person_id, number, since)


def close_card(person_id: int, number: str, *, at: datetime, acting: Actor) -> bool:
    """Close the person's card from an aware moment on; a purchase before it may still come in.

    False if no such card of theirs was open just before that moment and at it.
    """
    with act_on(person_id, acting, Act.CARD_CLOSED) as raw:
        return _close_card(raw, person_id, number, at)


def replace_card(person_id: int, number: str, new_number: str, *, at: datetime, acting: Actor) -> bool:
    """Close the person's card from an aware moment on and open one with another number instead: both, or neither.

    False if no such card of theirs was open just before that moment and at it. Raises ValueError if the new number is
    taken, be it by a card that is closed.
    """
    with act_on(person_id, acting, Act.CARD_REPLACED) as raw:
        if not _close_card(raw, person_id, number, at):
            return False
        _open_card(raw, person_id, new_number, at)
        return True


def _open_card(raw: psycopg.Connection[Any], person_id: int, number: str, since: datetime) -> None:
    raw.execute(
        "INSERT INTO card (number, person_id, valid) VALUES (%s, %s, tstzrange(%s, NULL))", [number, person_id, since]
    )


def _close_card(raw: psycopg.Connection[Any], person_id: int, number: str, at: datetime) -> bool:
    closed = raw.execute(
        """
        UPDATE card SET valid = tstzrange(lower(valid), %s)
        WHERE person_id = %s AND number = %s AND valid @> %s::timestamptz AND lower(valid) < %s
        """,
        [at, person_id, number, at, at],
    )
    return closed.rowcount == 1


def move_to_household(
    person_id: int, household_id: int | None, *, at: datetime, is_main_member: bool = False, acting: Actor
) -> None:
    """End the person's membership at an aware moment and, if a household is given, begin one in it.

    Receipts that are in the register stay with the household that they came to. Raises ValueError if the person has a
    membership that begins at that moment or later, if the household has another main member then or later, if there
    is no such household, or if there is neither a membership to end nor a household to join.
    """
    with act_on(person_id, acting, Act.HOUSEHOLD_MOVED) as raw:
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
    with act_on(person_id, acting, Act.LANGUAGE_CHANGED) as raw:
        changed = raw.execute("UPDATE person SET language = %s WHERE id = %s", [language, person_id])
        if not changed.rowcount:
            raise ValueError("there is no such person")


def change_contact(
    person_id: int, kind: ContactKind, text: str, *, for_safety_only: bool = False, acting: Actor
) -> None:
    """Let the person be reached so from now on, in place of what was of that kind before.

    One for safety notices only is used for nothing else. Raises WrongContact if it is none of that kind, ValueError if
    there is no such person.
    """
    value = checked_contact(kind, text)
    with act_on(person_id, acting, Act.CONTACT_CHANGED) as raw:
        _delete_contact(raw, person_id, kind, for_safety_only)
        raw.execute(
            "INSERT INTO contact (person_id, kind, value, for_safety_only) VALUES (%s, %s, %s, %s)",
            [person_id, kind, value, for_safety_only],
        )


def remove_contact(person_id: int, kind: ContactKind, *, for_safety_only: bool = False, acting: Actor) -> bool:
    """Forget a way to reach the person, and end what they wished to be sent by it. False if there was none."""
    with act_on(person_id, acting, Act.CONTACT_REMOVED) as raw:
        is_removed = _delete_contact(raw, person_id, kind, for_safety_only)
        if is_removed and not for_safety_only:
            raw.execute(
                "UPDATE wish SET ended_at = now() WHERE person_id = %s AND kind = %s AND ended_at IS NULL",
                [person_id, kind],
            )
        return is_removed


def _delete_contact(raw: psycopg.Connection[Any], person_id: int, kind: str, for_safety_only: bool) -> bool:
    deleted = raw.execute(
        "DELETE FROM contact WHERE person_id = %s AND kind = %s AND for_safety_only = %s",
        [person_id, kind, for_safety_only],
    )
    return deleted.rowcount == 1


def make_wish(person_id: int, wish: Wish, *, acting: Actor) -> bool:
    """Let something be sent to the person from now on; False if it was already.

    Raises ValueError if the person has no contact of that kind, but for safety, or if there is no such person.
    """
    with act_on(person_id, acting, Act.WISH_MADE) as raw:
        reached = raw.execute(
            "SELECT FROM contact WHERE person_id = %s AND kind = %s AND NOT for_safety_only", [person_id, wish.kind]
        )
        if not reached.rowcount:
            raise ValueError(f"there is no such person, or no {wish.kind} contact of theirs")
        made = raw.execute(
            """
            INSERT INTO wish (person_id, purpose, kind) VALUES (%s, %s, %s)
            ON CONFLICT (person_id, purpose, kind) WHERE ended_at IS NULL DO NOTHING
            """,
            [person_id, wish.purpose, wish.kind],
        )
        return made.rowcount == 1


def end_wish(person_id: int, wish: Wish, *, acting: Actor) -> bool:
    """Send it to the person no more. False if it was not wished for."""
    with act_on(person_id, acting, Act.WISH_ENDED) as raw:
        ended = raw.execute(
            """
            UPDATE wish SET ended_at = now()
            WHERE person_id = %s AND purpose = %s AND kind = %s AND ended_at IS NULL
            """,
            [person_id, wish.purpose, wish.kind],
        )
        return ended.rowcount == 1
