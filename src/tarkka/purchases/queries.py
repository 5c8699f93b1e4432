"""Reading purchases. All but those of sources run inside the door, which decides whose rows there are and how fine.

Purchases are partitioned by quarter, so every question carries bounds of time: the newest stretch first, then older
ones, none of them longer than eight partitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from tarkka.description.queries import load_rulebook
from tarkka.purchases import models
from tarkka.purchases.actions import token_hash
from tarkka.vocabulary import Channel, Language, Level

_STRETCHES = (timedelta(days=182), timedelta(days=548))
"""Six months, then up to two years back, then stretches as long as the second: none over eight quarters."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt at TOTAL level. Amounts in cents, `purchased_at` aware (UTC). `payments` are (method, cents)."""

    id: int
    purchased_at: datetime
    outlet_name: str
    chain: str
    channel: str
    kind: str
    level: Level
    total_cents: int
    currency: str
    bonus_eligible_cents: int
    card_benefit_cents: int
    payments: tuple[tuple[str, int], ...]
    receipt_number: str
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A product line of a receipt."""

    line: int
    name: str
    gtin: str
    quantity: Decimal
    unit: str
    amount_cents: int
    group_code: str
    lot: str | None


@dataclass(frozen=True, slots=True)
class GroupSum:
    """The sum of one product group of a receipt, with the group's name in each language."""

    code: str
    names: dict[Language, str]
    amount_cents: int

    def name(self, language: str) -> str:
        """Return the group's name, or its code where nobody has named it."""
        return self.names.get(Language(language), self.code)


@dataclass(frozen=True, slots=True)
class ReceiptDetail:
    """A receipt as fine as the register has it, and why it is as fine as that.

    `collected_level` was in force at the time of purchase, since `collected_since`; the receipt itself is coarser
    where the source delivered less or the person's purchases are capped. `finer_since` and `finer_level` tell what is
    in force now, if finer than the receipt.
    """

    receipt: Receipt
    lines: tuple[Line, ...]
    groups: tuple[GroupSum, ...]
    refers_to: int | None
    returns: tuple[Receipt, ...]
    collected_level: Level
    collected_since: date
    finer_since: date | None
    finer_level: Level | None


def source_id(name: str) -> int | None:
    """Return the id of a registered source, or None. Nothing personal: asked outside the door."""
    return _one("SELECT id FROM source WHERE name = %s", name)


def source_scopes() -> dict[str, list[str]]:
    """Return every source's name, in order, with the chains and outlets that it speaks for; none if it has ended.

    Nothing personal: asked outside the door.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT source.name, array_remove(array_agg(coalesce('chain ' || scope.chain, 'outlet ' || outlet.code)
                                                       ORDER BY scope.chain, outlet.code), NULL)
            FROM source LEFT JOIN source_scope scope ON scope.source_id = source.id
            LEFT JOIN outlet ON outlet.id = scope.outlet_id
            GROUP BY source.name ORDER BY source.name
            """
        )
        return dict(cursor.fetchall())


def source_of_token(token: str) -> int | None:
    """Return the id of the source whose token this is, or None. Nothing personal: asked outside the door."""
    return _one("SELECT id FROM source WHERE token_hash = %s", token_hash(token))


def _one(statement: str, parameter: str | bytes) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [parameter])
        row = cursor.fetchone()
    return row[0] if row else None


def latest_receipts(*, before: int | None = None, limit: int = 50) -> list[Receipt]:
    """Return at most `limit` of the subject's receipts, newest first; with `before`, those older than that one."""
    rows: QuerySet[models.Receipt] = models.Receipt.objects.select_related("outlet")
    newest: datetime | None = None
    if before is not None:
        at = _find(before)
        if at is None:
            return []
        newest = at.purchased_at
        rows = rows.filter(Q(purchased_at__lt=newest) | Q(purchased_at=newest, id__lt=before))
    found: list[models.Receipt] = []
    for bounds in _stretches(newest):
        found += rows.filter(bounds)[: limit - len(found)]
        if len(found) >= limit:
            break
    return [_receipt(row) for row in found]


def find_receipt(receipt_id: int) -> ReceiptDetail | None:
    """Return one receipt as fine as the look's level shows it, or None if the subject has no such receipt."""
    row = _find(receipt_id)
    if row is None:
        return None
    key = {"purchaser_id": row.purchaser_id, "purchased_at": row.purchased_at, "receipt_id": row.id}
    lines = tuple(
        Line(
            line.line, line.product.name, line.product.gtin, line.quantity.normalize(), line.unit, line.amount_cents,
            line.product.group_code, line.lot,
        )
        for line in models.ReceiptLine.objects.select_related("product").filter(**key).order_by("line")
    )  # fmt: skip
    groups = tuple(_named(models.ReceiptGroup.objects.filter(**key).order_by("-amount_cents")))
    returns = [
        _receipt(found)
        for bounds in _stretches(None, oldest=row.purchased_at)
        for found in models.Receipt.objects.select_related("outlet").filter(bounds, refers_to=row.id)
    ]
    rulebook = load_rulebook()
    day = row.purchased_at.astimezone(rulebook.time_zone).date()
    chain, channel = row.outlet.chain, Channel(row.channel)
    level, since, _ = rulebook.level_since(chain, channel, day)
    now_level, now_since, _ = rulebook.level_since(chain, channel, datetime.now(rulebook.time_zone).date())
    is_finer_now = now_level > row.level
    return ReceiptDetail(
        _receipt(row), lines, groups, row.refers_to, tuple(returns), level, since,
        now_since if is_finer_now else None, now_level if is_finer_now else None,
    )  # fmt: skip


def _find(receipt_id: int) -> models.Receipt | None:
    rows = models.Receipt.objects.select_related("outlet").filter(id=receipt_id)
    return next((row for bounds in _stretches(None) for row in rows.filter(bounds)), None)


def _stretches(newest: datetime | None, oldest: datetime | None = None) -> Iterator[Q]:
    """Yield bounds on `purchased_at`, the newest first, back to `oldest` or the register's first day."""
    versions = load_rulebook().versions
    first = oldest or (versions[0].starts_at if versions else datetime.now(UTC))
    upper = newest + timedelta(microseconds=1) if newest else None
    start = upper or datetime.now(UTC)
    widths = iter(_STRETCHES)
    while start > first:
        lower = max(start - next(widths, _STRETCHES[-1]), first)
        yield Q(purchased_at__gte=lower) if upper is None else Q(purchased_at__gte=lower, purchased_at__lt=upper)
        start = upper = lower


def _named(rows: QuerySet[models.ReceiptGroup]) -> Iterator[GroupSum]:
    found = list(rows)
    names = models.ProductGroup.objects.in_bulk([row.group_code for row in found])
    for row in found:
        group = names.get(row.group_code)
        named = {Language.FI: group.name_fi, Language.SV: group.name_sv, Language.EN: group.name_en} if group else {}
        yield GroupSum(row.group_code, named, row.amount_cents)


def _receipt(row: models.Receipt) -> Receipt:
    return Receipt(
        id=row.id,
        purchased_at=row.purchased_at,
        outlet_name=row.outlet.name,
        chain=row.outlet.chain,
        channel=row.channel,
        kind=row.kind,
        level=row.level,
        total_cents=row.total_cents,
        currency=row.currency,
        bonus_eligible_cents=row.bonus_eligible_cents,
        card_benefit_cents=row.card_benefit_cents,
        payments=tuple((payment["method"], payment["amount_cents"]) for payment in row.payments),
        receipt_number=row.source_receipt_id,
        version=row.version,
    )
