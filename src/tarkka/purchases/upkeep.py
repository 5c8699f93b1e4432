"""What keeps the purchases' tables quick and whole at night. Needs the owner's rights; reads nobody's rows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, connections, transaction

PARENTS = ("receipt", "receipt_group", "receipt_line")
AHEAD = timedelta(days=200)
"""How far ahead of today partitions are made, so that the turn of a quarter finds them there."""


def make_partitions_ahead() -> None:
    """Make the partitions of this quarter and those that begin within `AHEAD`."""
    today = datetime.now(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT purchases.make_partitions(%s, %s)", [today, today + AHEAD])


def refresh_figures() -> None:
    """Analyse the partitioned parents, which autovacuum never does."""
    with connections["owner"].cursor() as cursor:
        for parent in PARENTS:
            cursor.execute(f"ANALYZE {parent}")


def cluster_closed_partitions() -> Iterator[str]:
    """Order each partition whose quarter ended over a month ago by purchaser, once, and yield its name when done.

    One customer's page is then on a fifth of the disk pages. Locks that partition alone, while it works; fails rather
    than wait long for the lock, because everybody else would wait behind it.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute(
            """
            WITH partition AS MATERIALIZED (  -- first, for nothing else is named for a quarter
                SELECT c.oid, c.relname
                FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_class c ON c.oid = h.inhrelid
                WHERE p.relname = ANY (%s))
            SELECT c.relname, i.indexrelid::regclass::text
            FROM partition c
            JOIN pg_index i ON i.indrelid = c.oid AND i.indkey[0] = 1 AND i.indpred IS NULL  -- purchaser_id; whole
            WHERE (left(right(c.relname, 6), 4) || '-01-01')::date + right(c.relname, 1)::int * interval '3 months'
                  < now() - interval '1 month'
              AND NOT EXISTS (SELECT FROM pg_index o WHERE o.indrelid = c.oid AND o.indisclustered)
            ORDER BY c.relname
            """,
            [list(PARENTS)],
        )
        for table, index in cursor.fetchall():
            cursor.execute(f'CLUSTER "{table}" USING {index}')
            cursor.execute(f'VACUUM (FREEZE, ANALYZE) "{table}"')
            yield table
        cursor.execute("RESET lock_timeout")


def broken_references(since: datetime | None = None) -> dict[str, int]:
    """Return how many rows point at nothing, by what they are; empty if none does.

    `since`, aware, bounds the purchases that are looked at. Takes the time that it takes.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "SELECT what, found FROM purchases.broken_references(%s) WHERE found > 0",
            [since or datetime(2000, 1, 1, tzinfo=UTC)],
        )
        return dict(cursor.fetchall())
