"""Intake: receipts in, each taken exactly once, at the level in force when it was bought, or told why not.

One transaction a batch, as a role that may insert and nothing else. A crash at any moment leaves whole batches or none, and sending
the same again makes duplicates of what is there. Sales go before returns, so that a return finds a sale of its own batch.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from tarkka.database.keys import key
from tarkka.description.queries import load_rulebook
from tarkka.people.queries import CardHolders
from tarkka.purchases.feed import Rejection, parse
from tarkka.purchases.minimising import Minimised, Outlet, Product, Rules
from tarkka.purchases.returns import Sale
from tarkka.purchases.rows import Stored, group_rows, line_rows, receipt_row
from tarkka.vocabulary import Level

BATCH_RECEIPTS = 5_000
"""How many receipts go into one transaction."""

PARTITIONS_AHEAD = timedelta(days=200)
"""How far ahead of today partitions are made, so that the turn of a quarter finds them there."""

_PIECE_BYTES = 128 * 1024
"""How much COPY is given at a time: libpq moves what it could not send yet to the front of its buffer, time and again."""

_COPIES = {
    "receipt": (
        "COPY receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind, source_receipt_id,"
        " refers_to, refers_to_at, currency, total_cents, bonus_eligible_cents, card_benefit_cents, payments) FROM STDIN"
    ),
    "receipt_group": "COPY receipt_group (purchaser_id, purchased_at, receipt_id, group_code, amount_cents) FROM STDIN",
    "receipt_line": (
        "COPY receipt_line (purchaser_id, purchased_at, receipt_id, line, product_id, quantity, unit, amount_cents, lot) FROM STDIN"
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one receipt: `accepted` (at a level, or only counted when it has none), `duplicate` or `rejected`."""

    status: str
    level: Level | None = None
    rejection: Rejection | None = None


DUPLICATE = Verdict("duplicate")
COUNTED = Verdict("accepted")


def rejected(reason: str, place: str = "") -> Verdict:
    """Return the verdict of a receipt that was not taken."""
    return Verdict("rejected", rejection=Rejection(reason, place))


@dataclass(slots=True)
class Delivered:
    """One receipt of a batch on its way: its id and kind if they could be read, and what became of it so far."""

    receipt_id: str | None
    kind: str | None
    verdict: Verdict | None = None
    minimised: Minimised | None = None


@dataclass(slots=True)
class _Batch:
    sales: list[Delivered] = field(default_factory=list)
    returns: list[Delivered] = field(default_factory=list)


class Intake:
    """Takes one source's receipts over one connection of the application's login, which must be idle and autocommitting.

    What it knows of outlets, scope and description is as of its making: make a new one for each request or file.
    Raises BeforeFirstVersion if no description is in force.
    """

    def __init__(self, connection: psycopg.Connection[Any], source_id: int) -> None:
        self._connection = connection
        self._source_id = source_id
        rulebook, now = load_rulebook(), datetime.now(UTC)
        register = rulebook.in_force(now).description.document.register
        self._zone = ZoneInfo(register.time_zone)
        self._rules = Rules(rulebook, self._outlets(), register.currency, now)
        self._content_key = key("content")
        self._products: dict[Product, int] = {}
        self._quarters: set[tuple[int, int]] = set()

    def take(self, raws: Iterable[bytes | None], only: str | None = None) -> list[tuple[str | None, Verdict | None]]:
        """Take JSON receipts, in any order, and return the id and verdict of each, in the order given.

        With `only` a kind, receipts of the other kind are passed over with the verdict None, and so is, among returns, what cannot be read.
        Nothing that is finer than its level is in what this returns or raises. Raises psycopg.Error if the database fails: then
        what was not committed is not there, and the same receipts may be sent again.
        """
        batch = _Batch()
        deliveries = [self._read(raw, batch) for raw in raws]
        if only is not None:
            passed_over = batch.returns if only == "sale" else batch.sales
            passed_over.clear()
        self._make_partitions(batch.sales + batch.returns)
        for take, part in ((self._take_sales, batch.sales), (self._take_returns, batch.returns)):
            for start in range(0, len(part), BATCH_RECEIPTS):
                try:
                    with self._connection.transaction():
                        self._connection.execute("SET LOCAL ROLE tarkka_intake")
                        fresh = take(part[start : start + BATCH_RECEIPTS])
                    # Only what was committed may be remembered.
                    self._products.update(fresh)
                except psycopg.DataError as error:
                    # The message quotes the row; it must not reach a log.
                    raise IntakeFault(error.sqlstate) from None
        if only == "return":
            return [(d.receipt_id, d.verdict if d.kind == "return" else None) for d in deliveries]
        return [(d.receipt_id, d.verdict if only is None or d.kind != "return" else None) for d in deliveries]

    def _read(self, raw: bytes | None, batch: _Batch) -> Delivered:
        receipt = Rejection("bad_json") if raw is None else parse(raw)
        if isinstance(receipt, Rejection):
            return Delivered(_readable_id(raw), None, Verdict("rejected", rejection=receipt))
        minimised = self._rules.minimise(receipt)
        if isinstance(minimised, Rejection):
            return Delivered(receipt.receipt_id, receipt.kind, Verdict("rejected", rejection=minimised))
        delivered = Delivered(receipt.receipt_id, receipt.kind, minimised=minimised)
        (batch.returns if minimised.kind == "return" else batch.sales).append(delivered)
        return delivered

    def _outlets(self) -> dict[str, Outlet]:
        rows = self._connection.execute(
            """
            SELECT o.code, o.id, o.chain, EXISTS (
                SELECT FROM source_scope s WHERE s.source_id = %s AND (s.chain = o.chain OR s.outlet_id = o.id))
            FROM outlet o
            """,
            [self._source_id],
        )
        return {code: Outlet(outlet_id, chain, in_scope) for code, outlet_id, chain, in_scope in rows}

    def _make_partitions(self, part: list[Delivered]) -> None:
        moments = [d.minimised.purchased_at.astimezone(UTC) for d in part if d.minimised]
        quarters = {(moment.year, (moment.month - 1) // 3) for moment in moments}
        for year, quarter in sorted(quarters - self._quarters):
            day = date(year, quarter * 3 + 1, 1)
            self._connection.execute("SELECT purchases.make_partitions(%s, %s)", [day, day])
        if not quarters <= self._quarters:
            today = datetime.now(UTC).date()
            self._connection.execute("SELECT purchases.make_partitions(%s, %s)", [today, today + PARTITIONS_AHEAD])
            self._quarters |= quarters

    def _take_sales(self, part: list[Delivered]) -> dict[Product, int]:
        holders = CardHolders(self._connection, {d.minimised.card for d in part if d.minimised and d.minimised.card})
        cardless: list[Delivered] = []
        stored: list[tuple[Delivered, Stored]] = []
        for delivered in part:
            minimised = delivered.minimised
            assert minimised is not None  # noqa: S101  # `_read` put it here because it has one
            if not minimised.card:
                cardless.append(delivered)
                continue
            holder = holders.at(minimised.card, minimised.purchased_at)
            if isinstance(holder, str):
                delivered.verdict = rejected(holder, "card")
                continue
            minimised.coarsen(holder.cap)
            stored.append((delivered, Stored(minimised, minimised.fingerprint(self._content_key), holder.person_id, holder.household_id)))
        self._count(cardless)
        return self._store(stored)

    def _take_returns(self, part: list[Delivered]) -> dict[Product, int]:
        refs = sorted({d.minimised.refers_to for d in part if d.minimised and d.minimised.refers_to})
        rows = self._connection.execute("SELECT * FROM purchases.sales(%s, %s)", [self._source_id, refs])
        sales = {row[0]: Sale.from_row(row[1:]) for row in rows}
        ids = [d.receipt_id for d in part]
        taken: dict[str, bytes] = dict(
            self._connection.execute("SELECT receipt_id, content FROM purchases.taken(%s, %s)", [self._source_id, ids]).fetchall()
        )
        counted = self._counted([ref for ref in refs if ref not in sales])
        cardless: list[Delivered] = []
        stored: list[tuple[Delivered, Stored]] = []
        for delivered in part:
            minimised = delivered.minimised
            assert minimised is not None and minimised.refers_to is not None  # noqa: S101,PT018  # the rules saw to it
            sale = sales.get(minimised.refers_to)
            if sale is None:
                if minimised.refers_to in counted:
                    cardless.append(delivered)
                else:
                    delivered.verdict = rejected("sale_unknown", "refers_to")
                continue
            # Told by what was delivered, as far as the sale's level keeps it: what is left of the sale changes with every return.
            minimised.coarsen(sale.level)
            minimised.version = sale.version
            content = minimised.fingerprint(self._content_key)
            before = taken.get(minimised.receipt_id)
            if before is not None:
                delivered.verdict = DUPLICATE if before == content else rejected("conflict", "receipt_id")
                continue
            rejection = sale.take_back(minimised)
            if rejection is not None:
                delivered.verdict = Verdict("rejected", rejection=rejection)
                continue
            taken[minimised.receipt_id] = content
            stored.append((delivered, Stored(minimised, content, sale.purchaser_id, sale.household_id, sale.id, sale.purchased_at)))
        self._count(cardless)
        return self._store(stored)

    def _cardless_key(self, receipt_id: str) -> bytes:
        return hashlib.blake2b(f"{self._source_id}\t{receipt_id}".encode(), key=self._content_key, digest_size=16).digest()

    def _counted(self, receipt_ids: Sequence[str]) -> set[str]:
        keys = {self._cardless_key(receipt_id): receipt_id for receipt_id in receipt_ids}
        return {keys[found] for (found,) in self._connection.execute("SELECT purchases.cardless(%s)", [list(keys)])} if keys else set()

    def _count(self, cardless: list[Delivered]) -> None:
        if cardless:
            keys = [self._cardless_key(d.receipt_id or "") for d in cardless]
            rows = self._connection.execute(
                "SELECT place, is_new FROM purchases.count_cardless(nextval('batch_seq'), %s, %s)", [self._source_id, keys]
            )
            for place, is_new in rows:
                cardless[place - 1].verdict = COUNTED if is_new else DUPLICATE

    def _store(self, stored: list[tuple[Delivered, Stored]]) -> dict[Product, int]:
        accepted = self._claim(stored)
        fresh = self._new_products(accepted)
        ids = {**self._products, **fresh} if fresh else self._products
        receipts = [receipt_row(self._source_id, s) for s in accepted]
        groups = [group_rows(s) for s in accepted if s.minimised.groups]
        lines = [line_rows(s, ids) for s in accepted if s.minimised.items]
        with self._connection.cursor() as cursor:
            for table, rows in (("receipt", receipts), ("receipt_group", groups), ("receipt_line", lines)):
                if rows:
                    data = "".join(rows).encode()
                    with cursor.copy(_COPIES[table]) as copy:
                        for start in range(0, len(data), _PIECE_BYTES):
                            copy.write(data[start : start + _PIECE_BYTES])
        return fresh

    def _claim(self, stored: list[tuple[Delivered, Stored]]) -> list[Stored]:
        accepted: list[Stored] = []
        if stored:
            rows = self._connection.execute(
                "SELECT place, id, verdict FROM purchases.claim(nextval('batch_seq'), %s, %s, %s, %s, %s)",
                [
                    self._source_id,
                    [s.minimised.receipt_id for _, s in stored],
                    [s.purchaser_id for _, s in stored],
                    [s.content for _, s in stored],
                    [s.minimised.purchased_at.astimezone(self._zone).date() for _, s in stored],
                ],
            )
            for place, receipt_id, verdict in rows:
                delivered, taken = stored[place - 1]
                if verdict == "accepted":
                    taken.id = receipt_id
                    delivered.verdict = Verdict("accepted", taken.minimised.level)
                    accepted.append(taken)
                else:
                    delivered.verdict = DUPLICATE if verdict == "duplicate" else rejected("conflict", "receipt_id")
        return accepted

    def _new_products(self, accepted: list[Stored]) -> dict[Product, int]:
        missing = list({item.product for s in accepted for item in s.minimised.items} - self._products.keys())
        if not missing:
            return {}
        rows = self._connection.execute(
            "SELECT place, id FROM purchases.products(%s, %s, %s, %s)",
            [
                [product.gtin for product in missing],
                [product.code for product in missing],
                [product.name for product in missing],
                [product.group for product in missing],
            ],
        )
        return {missing[place - 1]: product_id for place, product_id in rows}


class IntakeFault(RuntimeError):  # noqa: N818  # a fault of the program, named for what failed
    """The database refused a row that the rules let through. Carries the SQLSTATE alone: the server's message quotes the row."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"the database refused a receipt that passed the rules (SQLSTATE {sqlstate}); nothing of its batch was taken")


class _OnlyId(msgspec.Struct):
    receipt_id: str


def _readable_id(raw: bytes | None) -> str | None:
    """The id of a receipt that is otherwise unreadable, so that its sender finds it; None if even that is not there."""
    try:
        found = msgspec.json.decode(raw or b"", type=_OnlyId).receipt_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if len(found) <= 64 else None


def counts(verdicts: Iterable[Verdict | None]) -> Counter[str]:
    """Return how many receipts were accepted, duplicate, rejected; and of the accepted how many at each level, or without a card."""
    tally: Counter[str] = Counter()
    for verdict in verdicts:
        if verdict is not None:
            tally[verdict.status] += 1
            if verdict.status == "accepted":
                tally[verdict.level.name if verdict.level else "without_card"] += 1
    return tally
