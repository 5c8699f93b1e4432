"""Who may act in which role. Given and ended with the owner's rights; obeyed by the door, in SQL."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connections

from tarkka.vocabulary import Role


def give_mandate(
    user_id: str, role: Role, *, days: int, reason: str, agreement_signed_on: date | None, acting: str
) -> None:
    """Let a member of staff act in a role from now on, for some days.

    Without a signed agreement the door stays shut (R21).
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO mandate (actor, role, valid, agreement_signed_on, reason, given_by)
            VALUES (%s, %s, tstzrange(now(), now() + make_interval(days => %s)), %s, %s, %s)
            """,
            [user_id, role, days, agreement_signed_on, reason, acting],
        )


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate that has not ended. `until` is aware (UTC); without a signed agreement the door stays shut."""

    user_id: str
    role: Role
    until: datetime
    agreement_signed_on: date | None


def end_mandates(user_id: str, role: Role) -> int:
    """End every mandate that a member of staff has in a role, now; return how many there were.

    A look under way keeps its ticket, for five minutes at most (door.sql).
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            UPDATE mandate SET valid = tstzrange(lower(valid), greatest(lower(valid), now()))
            WHERE actor = %s AND role = %s AND valid && tstzrange(now(), NULL)
            """,
            [user_id, role],
        )
        return int(cursor.rowcount)


def current_mandates() -> list[Mandate]:
    """Return the mandates that have not ended, by user, role and end. Staff's own data: for whoever gives them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT actor, role, upper(valid), agreement_signed_on FROM mandate
            WHERE upper(valid) > now() ORDER BY actor, role, upper(valid)
            """
        )
        return [Mandate(user_id, Role(role), until, signed) for user_id, role, until, signed in cursor.fetchall()]
