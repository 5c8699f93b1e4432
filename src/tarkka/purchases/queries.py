"""Reading purchases. All but those of sources run inside the door, which decides whose rows there are and how fine.

Purchases are partitioned by quarter, so every question carries bounds of time: the newest stretch first, then older
ones, none of them longer than eight partitions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from tarkka.description.queries import load_rulebook
from tarkka.purchases import models
from tarkka.purchases.actions import token_hash
from tarkka.purchases.held import held_groups, held_lines, held_row, holds_of
from tarkka.purchases.kept import Dropped, Kept, load_kept
from tarkka.purchases.vat import Vat, vat_of
from tarkka.vocabulary import Channel, Language, Level, Span

STRETCHES = (timedelta(days=182), timedelta(days=548))
"""Six months, then up to two years, then stretches as long as the second: none over eight quarters."""

Rows = QuerySet[models.Receipt]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt at TOTAL level. Amounts in cents, `purchased_at` aware (UTC). `payments` are (method, cents).

    `level` is the finest that is left of it, once retention has let finer ones go.
    """

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
    vat_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """A product group with its name in each language."""

    code: str
    names: dict[Language, str]

    def name(self, language: Language) -> str:
        """Return the group's name, or its code where nobody has named it."""
        return self.names.get(language, self.code)


@dataclass(frozen=True, slots=True)
class GroupSum(ProductGroup):
    """The sum of one product group of a receipt."""

    amount_cents: int


@dataclass(frozen=True, slots=True)
class ReceiptDetail:
    """A receipt as fine as the register has it, and why it is as fine as that.

    `collected_level` was in force at the time of purchase, since `collected_since`; the receipt itself is coarser
    where the source delivered less or the person's purchases are capped. `finer_since` and `finer_level` tell what is
    in force now, if finer than what was then. `version_from` is the first day of the version that decided.
    `dropped` tells what of it was let go since, the finest level first, and `holds` for what some of that is still
    held, which is then among the lines and groups: a look at one's own data alone shows it.
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
    version_from: date
    stored_level: Level
    dropped: tuple[Dropped, ...] = ()
    holds: tuple[str, ...] = ()

    @property
    def vat(self) -> Vat | None:
        """The VAT in its lines, summed by rate; None if no rate is known, as of every receipt coarser than PRODUCT."""
        return vat_of((line.vat_rate, line.amount_cents) for line in self.lines)


def source_id(name: str) -> int | None:
    """Return the id of a registered source, or None. Nothing personal: asked outside the door."""
    return _one("SELECT id FROM source WHERE name = %s", name)


def source_names() -> dict[int, str]:
    """Return the names of the sources by id. Nothing personal: asked outside the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM source")
        return dict(cursor.fetchall())


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
    kept = load_kept()
    return [as_receipt(row, kept) for row in page_of(receipts_within, before=before, limit=limit)]


def receipts_within(bounds: Q) -> Rows:
    """Return the subject's receipts within bounds on `purchased_at`, with their outlets."""
    return models.Receipt.objects.select_related("outlet").filter(bounds)


def page_of(
    rows: Callable[[Q], Rows],
    *,
    before: int | None = None,
    after: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int,
) -> list[models.Receipt]:
    """Return at most `limit` receipts out of `rows(bounds)`, newest first, asked a stretch of time after the other.

    With `before` the newest of those that are older than that receipt, with `after` the oldest of those that are newer;
    none if the subject has no such receipt. `start` belongs to the time that is asked, `end` does not; both are aware.
    """
    cursor = before if after is None else after
    at = None if cursor is None else find_row(cursor)
    if cursor is not None and at is None:
        return []
    beyond = Q()
    if at is not None and after is not None:
        beyond = Q(purchased_at__gt=at.purchased_at) | Q(purchased_at=at.purchased_at, id__gt=at.id)
        start = max(at.purchased_at, start or at.purchased_at)
    elif at is not None:
        beyond = Q(purchased_at__lt=at.purchased_at) | Q(purchased_at=at.purchased_at, id__lt=at.id)
        just_after = at.purchased_at + timedelta(microseconds=1)
        end = min(just_after, end or just_after)
    order = ("-purchased_at", "-id") if after is None else ("purchased_at", "id")
    found: list[models.Receipt] = []
    for bounds in stretches(start, end) if after is None else _stretches_onward(start, end):
        found += rows(bounds).filter(beyond).order_by(*order)[: limit - len(found)]
        if len(found) >= limit:
            break
    return found if after is None else found[::-1]


@dataclass(frozen=True, slots=True)
class MonthSum:
    """What the subject bought in a month of the register's time zone: the sum in cents, and how many receipts."""

    first_day: date
    total_cents: int
    receipts: int


def sums_by_month(*spans: Span) -> list[MonthSum]:
    """Return the sums of the months that have receipts, oldest first, within spans that together are a year at most."""
    within = Q()
    for span in spans:
        within |= Q(purchased_at__gte=span.starts_at, purchased_at__lt=span.ends_at)
    rows = (
        models.Receipt.objects.filter(within)
        .annotate(month=TruncMonth("purchased_at", tzinfo=load_rulebook().time_zone))
        .values("month")
        .annotate(total=Sum("total_cents"), receipts=Count("*"))
        .order_by("month")
    )
    return [MonthSum(row["month"].date(), row["total"], row["receipts"]) for row in rows] if spans else []


def product_groups() -> list[ProductGroup]:
    """Return every product group that somebody has named, by code. Nothing personal: asked outside the door too."""
    return [ProductGroup(row.code, _names(row)) for row in models.ProductGroup.objects.order_by("code")]


def find_receipt(receipt_id: int) -> ReceiptDetail | None:
    """Return one receipt as fine as the look's level shows it, or None if the subject has no such receipt."""
    row: models.ReceiptColumns | None = find_row(receipt_id) or held_row(receipt_id)
    if row is None:
        return None
    kept = load_kept()
    dropped = tuple(each for each in kept.of(row.purchased_at) if each.level <= row.level)
    key = {"purchaser_id": row.purchaser_id, "purchased_at": row.purchased_at, "receipt_id": row.id}
    found: Sequence[models.LineColumns] = list(
        models.ReceiptLine.objects.select_related("product").filter(**key).order_by("line")
    ) or (held_lines(row.id) if dropped else [])
    lines = tuple(
        Line(
            line.line, line.product.name, line.product.gtin, line.quantity.normalize(), line.unit, line.amount_cents,
            line.product.group_code, line.lot, None if line.vat_rate is None else line.vat_rate.normalize(),
        )
        for line in found
    )  # fmt: skip
    sums: Sequence[models.GroupColumns] = list(models.ReceiptGroup.objects.filter(**key).order_by("-amount_cents")) or (
        held_groups(row.id) if dropped else []
    )
    groups = tuple(_named(sums))
    returns = [
        as_receipt(back, kept)
        for bounds in stretches(row.purchased_at)
        for back in models.Receipt.objects.select_related("outlet").filter(bounds, refers_to=row.id)
    ]
    rulebook = load_rulebook()
    day = row.purchased_at.astimezone(rulebook.time_zone).date()
    chain, channel = row.outlet.chain, Channel(row.channel)
    level, since, _ = rulebook.level_since(chain, channel, day)
    now_level, now_since, _ = rulebook.level_since(chain, channel, datetime.now(rulebook.time_zone).date())
    is_finer_now = now_level > level
    return ReceiptDetail(
        as_receipt(row, kept), lines, groups, row.refers_to, tuple(returns), level, since,
        now_since if is_finer_now else None, now_level if is_finer_now else None, rulebook.on(day).effective_on,
        row.level, dropped, holds_of(row.id) if dropped else (),
    )  # fmt: skip


def find_row(receipt_id: int) -> models.Receipt | None:
    """Return the row of one of the subject's receipts, or None."""
    rows = models.Receipt.objects.select_related("outlet").filter(id=receipt_id)
    return next((row for bounds in stretches() for row in rows.filter(bounds)), None)


def stretches(start: datetime | None = None, end: datetime | None = None) -> Iterator[Q]:
    """Yield bounds on `purchased_at`, the newest first, from `end` back to `start` or the register's first day."""
    first = start or _first_moment()
    upper = end or datetime.now(UTC)
    widths = iter(STRETCHES)
    is_open = end is None
    while upper > first:
        lower = max(upper - next(widths, STRETCHES[-1]), first)
        yield Q(purchased_at__gte=lower) if is_open else Q(purchased_at__gte=lower, purchased_at__lt=upper)
        upper, is_open = lower, False


def _stretches_onward(start: datetime | None, end: datetime | None) -> Iterator[Q]:
    """Yield bounds on `purchased_at`, the oldest first, from `start` or the register's first day up to `end` or now."""
    lower = start or _first_moment()
    last = end or datetime.now(UTC) + timedelta(microseconds=1)
    widths = iter(STRETCHES)
    while lower < last:
        upper = min(lower + next(widths, STRETCHES[-1]), last)
        yield Q(purchased_at__gte=lower, purchased_at__lt=upper)
        lower = upper


def _first_moment() -> datetime:
    versions = load_rulebook().versions
    return versions[0].starts_at if versions else datetime.now(UTC)


def _named(found: Sequence[models.GroupColumns]) -> Iterator[GroupSum]:
    names = models.ProductGroup.objects.in_bulk([row.group_code for row in found])
    for row in found:
        group = names.get(row.group_code)
        yield GroupSum(row.group_code, _names(group) if group else {}, row.amount_cents)


def _names(group: models.ProductGroup) -> dict[Language, str]:
    return {Language.FI: group.name_fi, Language.SV: group.name_sv, Language.EN: group.name_en}


def as_receipt(row: models.ReceiptColumns, kept: Kept) -> Receipt:
    """Return a row of the table, its outlet joined, as what pages show, at the level that is left of it."""
    return Receipt(
        id=row.id,
        purchased_at=row.purchased_at,
        outlet_name=row.outlet.name,
        chain=row.outlet.chain,
        channel=row.channel,
        kind=row.kind,
        level=min(row.level, kept.left(row.purchased_at) or Level.TOTAL),
        total_cents=row.total_cents,
        currency=row.currency,
        bonus_eligible_cents=row.bonus_eligible_cents,
        card_benefit_cents=row.card_benefit_cents,
        payments=tuple((payment["method"], payment["amount_cents"]) for payment in row.payments),
        receipt_number=row.source_receipt_id,
        version=row.version,
    )
