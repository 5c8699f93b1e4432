"""Reading rows that were held back from retention, inside the door: one's own, at a look at one's own data alone.

At any other look there are none, which the policies see to (purchases/sql/retention.sql).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tarkka.purchases import models

_HELD = """
SELECT purchased_at, receipt_id, hold FROM held_receipt_line
UNION SELECT purchased_at, receipt_id, hold FROM held_receipt_group
UNION SELECT purchased_at, id, hold FROM held_receipt
"""


@dataclass(frozen=True, slots=True)
class HeldReceipt:
    """A receipt of which something is held: in cents, `purchased_at` aware; `holds` are kinds: recall, request, …"""

    id: int
    purchased_at: datetime
    outlet_name: str
    total_cents: int
    currency: str
    holds: tuple[str, ...]


def held_receipts() -> list[HeldReceipt]:
    """Return the subject's receipts of which something is held, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH held AS (
                SELECT receipt_id, purchased_at, array_agg(hold ORDER BY hold) AS holds FROM ({_HELD}) h GROUP BY 1, 2)
            SELECT h.receipt_id, h.purchased_at, o.name, r.total_cents, r.currency, h.holds
            FROM held h CROSS JOIN LATERAL (
                SELECT r.outlet_id, r.total_cents, r.currency FROM receipt r
                WHERE r.purchased_at = h.purchased_at AND r.id = h.receipt_id
                UNION ALL SELECT k.outlet_id, k.total_cents, k.currency FROM held_receipt k
                WHERE k.purchased_at = h.purchased_at AND k.id = h.receipt_id LIMIT 1) r
            JOIN outlet o ON o.id = r.outlet_id ORDER BY h.purchased_at DESC, h.receipt_id DESC
            """  # noqa: S608  # a constant
        )
        return [HeldReceipt(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for row in cursor.fetchall()]


def holds_of(receipt_id: int) -> tuple[str, ...]:
    """Return for what something of a receipt is held, none twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT hold FROM ({_HELD}) h WHERE receipt_id = %s ORDER BY 1",  # noqa: S608  # a constant
            [receipt_id],
        )
        return tuple(hold for (hold,) in cursor.fetchall())


def held_row(receipt_id: int) -> models.HeldReceipt | None:
    """Return a receipt of which even the total is gone, as it was."""
    return models.HeldReceipt.objects.select_related("outlet").filter(id=receipt_id).order_by("hold", "hold_id").first()


def held_lines(receipt_id: int) -> list[models.HeldReceiptLine]:
    """Return the lines of a receipt that are held, in order, none twice."""
    rows = models.HeldReceiptLine.objects.select_related("product").filter(receipt_id=receipt_id)
    return list(rows.order_by("line", "hold", "hold_id").distinct("line"))


def held_groups(receipt_id: int) -> list[models.HeldReceiptGroup]:
    """Return the group sums of a receipt that are held, the largest first, none twice."""
    rows = models.HeldReceiptGroup.objects.filter(receipt_id=receipt_id)
    found = rows.order_by("group_code", "hold", "hold_id").distinct("group_code")
    return sorted(found, key=lambda row: -row.amount_cents)
