"""Reading what a household has bought together, at a customer's look at their household (R10, R11).

The sums are `purchases.household_sums`, which says who may see which; the main member's purchases are rows of TOTAL.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from tarkka.purchases import models
from tarkka.vocabulary import Period, Span


@dataclass(frozen=True, slots=True)
class JointSum:
    """What a month's purchases earn bonus on, in cents: of a chain, of a chain group, or of all that neither tells."""

    month: date
    chain_group: str | None
    chain: str | None
    bonus_eligible_cents: int


@dataclass(frozen=True, slots=True)
class BonusPurchase:
    """A purchase that earns bonus. `receipt_id` is there for the viewer's own alone, which open; others never do."""

    outlet_name: str
    purchased_at: datetime
    total_cents: int
    receipt_id: int | None = None


def visible_time() -> list[Period]:
    """Return the time that the look is of, the oldest first: the viewer's own in the role that they have now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(p), upper(p) FROM unnest(access.subject_period()) p ORDER BY lower(p)")
        return [Period(*row) for row in cursor.fetchall()]


def joint_sums(first: date | None, last: date | None) -> list[JointSum]:
    """Return the sums of the months from that of `first` to that of `last`, by month and size. They are disjoint.

    None is the present month in the register's time zone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT month, chain_group, chain, bonus_eligible_cents FROM purchases.household_sums(%s, %s)",
            [first, last],
        )
        return [JointSum(*row) for row in cursor.fetchall()]


def bonus_eligible_this_month() -> int:
    """Return what the household's purchases of the present month earn bonus on, in cents; to every member (R11)."""
    return sum(joint.bonus_eligible_cents for joint in joint_sums(None, None))


def joint_purchases(span: Span) -> list[BonusPurchase]:
    """Return each bonus purchase of the household in some days, the newest first; none to a member (R10, R11)."""
    rows = models.Receipt.objects.filter(purchased_at__gte=span.starts_at, purchased_at__lt=span.ends_at)
    return [
        BonusPurchase(*row)
        for row in rows.order_by("-purchased_at", "-id").values_list("outlet__name", "purchased_at", "total_cents")
    ]


def own_bonus_purchases(household_id: int, span: Span) -> list[BonusPurchase]:
    """Return the subject's own bonus purchases of some days in a household, newest first. At a look at the person."""
    rows = models.Receipt.objects.filter(
        household_id=household_id, purchased_at__gte=span.starts_at, purchased_at__lt=span.ends_at
    ).exclude(bonus_eligible_cents=0)
    return [
        BonusPurchase(*row)
        for row in rows.order_by("-purchased_at", "-id").values_list(
            "outlet__name", "purchased_at", "total_cents", "id"
        )
    ]
