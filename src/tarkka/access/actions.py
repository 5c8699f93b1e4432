"""Who may act in which role. Given with the owner's rights; obeyed by the door, in SQL."""

from datetime import date

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
