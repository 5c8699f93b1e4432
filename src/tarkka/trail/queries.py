"""Reading the trail: the newest checkpoint, and the proof that an event of the look's person is in it."""

from django.db import connection


def newest_checkpoint() -> str | None:
    """Return the newest signed checkpoint; None if nothing was sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM trail_checkpoint ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return str(row[0]) if row else None
