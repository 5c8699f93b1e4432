"""Intake: receipts in, each taken exactly once, at the level in force when it was bought, or told why not.

One transaction a batch, as a role that may insert and nothing else; the batch is begun, on record, before anything is
asked for it. A crash at any moment leaves whole batches or none, and sending the same again makes duplicates of what is
there. Sales go before returns, so that a return finds a sale that was sent with it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import Any

import msgspec
import psycopg

from tarkka.database.keys import key
from tarkka.description.queries import load_rulebook
from tarkka.people.queries import CardHolders
from tarkka.purchases.feed import BATCH_RECEIPTS, Rejection, parse
from tarkka.purchases.kept import load_kept
from tarkka.purchases.minimising import Minimised, Outlet, Rules
from tarkka.purchases.returns import take_back
from tarkka.purchases.rows import COPIES, Stored, array, group_rows, line_rows, receipt_row
from tarkka.purchases.upkeep import AHEAD
from tarkka.purchases.verdict import ACCEPTED, CONFLICT, COUNTED, DUPLICATE, IntakeFault, Verdict
from tarkka.vocabulary import Level

_PRODUCTS_REMEMBERED = 500_000
_products: dict[str, str] = {}
"""How a row ends whose product this process has met, with its id, once committed: it never changes."""

_PIECE_BYTES = 128 * 1024
"""How much COPY is given at a time: libpq moves what it could not send yet to its buffer's front, time and again."""


@dataclass(slots=True)
class Delivered:
    """One receipt on its way: its id and kind if they could be read, and what became of it so far."""

    receipt_id: str | None
    kind: str | None
    minimised: Minimised | None = None
    verdict: Verdict | None = None


_Part = list[tuple[Delivered, Minimised]]
_Told = list[tuple[str | None, Verdict | None]]


class Intake:
    """Takes one source's receipts over one connection of the application's login, idle and autocommitting.

    What it knows of outlets, scope, description and retention is as of its making: make a new one for each request or
    file. Raises BeforeFirstVersion if no description is in force.
    """

    def __init__(self, connection: psycopg.Connection[Any], source_id: int) -> None:
        self._connection = connection
        self._source_id = source_id
        rulebook, now = load_rulebook(), datetime.now(UTC)
        self._kept = load_kept()
        register = rulebook.in_force(now).description.document.register
        self._rules = Rules(rulebook, self._outlets(), register.currency, now, self._kept)
        self._content_key = key("content")
        self._new_products: dict[str, str] = {}
        self._quarters: set[tuple[int, int]] = set()
        self._batch = 0

    def take(self, raws: Iterable[bytes | Rejection]) -> list[tuple[str | None, Verdict]]:
        """Take JSON receipts in any order, and return the id and verdict of each in the order given.

        A Rejection among them is what could not even be read as text. Nothing finer than a receipt's level is in what
        this returns or raises. Raises IntakeFault if a batch could not be taken: what was committed before it is there,
        and the same receipts may be sent again.
        """
        told: list[tuple[str | None, Verdict]] = []
        returns: list[tuple[int, bytes | Rejection]] = []
        raws = iter(raws)
        while part := list(islice(raws, BATCH_RECEIPTS)):
            for raw, (receipt_id, verdict) in zip(part, self.take_sales(part), strict=True):
                if verdict is None:
                    returns.append((len(told), raw))
                told.append((receipt_id, verdict or COUNTED))  # a return's own verdict comes below
        for start in range(0, len(returns), BATCH_RECEIPTS):
            late = returns[start : start + BATCH_RECEIPTS]
            for (place, _), (receipt_id, verdict) in zip(late, self.take_returns(raw for _, raw in late), strict=True):
                assert verdict is not None  # noqa: S101  # it was a return when it was passed over
                told[place] = receipt_id, verdict
        return told

    def take_sales(self, raws: Iterable[bytes | Rejection]) -> _Told:
        """Take the sales among at most `BATCH_RECEIPTS` receipts, as `take` does, and pass over returns with None."""
        deliveries = [self._read(raw) for raw in raws]
        self._commit(self._store_sales, [(d, d.minimised) for d in deliveries if d.minimised and d.kind == "sale"])
        return [(d.receipt_id, None if d.kind == "return" else d.verdict) for d in deliveries]

    def take_returns(self, raws: Iterable[bytes | Rejection]) -> _Told:
        """Take the returns among at most `BATCH_RECEIPTS` receipts, as `take` does; pass over the rest with None."""
        deliveries = [self._read(raw) for raw in raws]
        self._commit(self._store_returns, [(d, d.minimised) for d in deliveries if d.minimised and d.kind == "return"])
        return [(d.receipt_id, d.verdict if d.kind == "return" else None) for d in deliveries]

    def _read(self, raw: bytes | Rejection) -> Delivered:
        receipt = raw if isinstance(raw, Rejection) else parse(raw)
        if isinstance(receipt, Rejection):
            return Delivered(_readable_id(raw), None, verdict=Verdict("rejected", rejection=receipt))
        minimised = self._rules.minimise(receipt)
        if isinstance(minimised, Rejection):
            return Delivered(receipt.receipt_id, receipt.kind, verdict=Verdict("rejected", rejection=minimised))
        return Delivered(receipt.receipt_id, receipt.kind, minimised)

    def _commit(self, store: Callable[[_Part], None], part: _Part) -> None:
        """Store a part in one transaction. Raises IntakeFault, which is all that leaves here of whatever goes wrong."""
        if not part:
            return
        try:
            self._make_partitions(minimised.purchased_at for _, minimised in part)
            self._batch = self._begin()
            with self._connection.transaction():
                self._connection.execute("SET LOCAL ROLE tarkka_intake")
                store(part)
        except Exception as error:  # noqa: BLE001  # any message may quote a row: COPY's context does, a KeyError does
            # A row without a partition breaks no named rule: retention dropped its quarter meanwhile. Sent again, it is
            # stored at the level that is left.
            has_no_partition = isinstance(error, psycopg.errors.CheckViolation) and not error.diag.constraint_name
            is_temporary = isinstance(error, psycopg.OperationalError) or has_no_partition
            fault = IntakeFault(getattr(error, "sqlstate", None) or type(error).__name__, is_temporary)
            fault = fault.with_traceback(error.__traceback__)  # where it was, not what it said
        else:
            if len(_products) > _PRODUCTS_REMEMBERED:
                _products.clear()
            _products.update(self._new_products)
            self._new_products.clear()
            return
        self._new_products.clear()  # they were never committed
        # Raised out here, it carries no other exception with it.
        raise fault

    def _begin(self) -> int:
        row = self._connection.execute("SELECT access.begin_batch(%s)", [self._source_id]).fetchone()
        assert row is not None  # noqa: S101  # a function gives a row
        return int(row[0])

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

    def _make_partitions(self, moments: Iterable[datetime]) -> None:
        quarters = {(moment.year, (moment.month - 1) // 3) for moment in moments}
        for year, quarter in sorted(quarters - self._quarters):
            day = date(year, quarter * 3 + 1, 1)
            self._connection.execute("SELECT purchases.make_partitions(%s, %s)", [day, day])
        if not quarters <= self._quarters:
            today = datetime.now(UTC).date()
            self._connection.execute("SELECT purchases.make_partitions(%s, %s)", [today, today + AHEAD])
            self._quarters |= quarters

    def _store_sales(self, part: _Part) -> None:
        holders = CardHolders(
            self._connection, self._batch, {minimised.card for _, minimised in part if minimised.card}
        )
        counted = self._counted(minimised.receipt_id for _, minimised in part if minimised.card)
        cardless: list[Delivered] = []
        stored: list[tuple[Delivered, Stored]] = []
        for delivered, minimised in part:
            if not minimised.card:
                cardless.append(delivered)
                continue
            if minimised.receipt_id in counted:
                delivered.verdict = CONFLICT
                continue
            holder = holders.at(minimised.card, minimised.purchased_at)
            if isinstance(holder, str):
                delivered.verdict = Verdict("rejected", rejection=Rejection(holder, "card"))
                continue
            minimised.coarsen(holder.cap)
            content = minimised.fingerprint(self._content_key)
            # After the fingerprint, by which the same receipt is known before its quarter's finer levels go and after.
            minimised.coarsen(self._kept.left(minimised.purchased_at) or Level.TOTAL)
            stored.append((delivered, Stored(minimised, content, holder.person_id, holder.household_id)))
        self._store(stored)
        self._count(cardless)

    def _store_returns(self, part: _Part) -> None:
        refs = sorted({minimised.refers_to for _, minimised in part if minimised.refers_to})
        rows = self._connection.execute(
            "SELECT receipt_id, level, level_left FROM purchases.sales(%s, %s)", [self._batch, refs]
        )
        levels = {receipt_id: (Level[level], Level[left]) for receipt_id, level, left in rows}
        counted = self._counted([ref for ref in refs if ref not in levels] + [m.receipt_id for _, m in part])
        cardless: list[Delivered] = []
        for delivered, minimised in part:
            of_sale = levels.get(minimised.refers_to or "")
            if of_sale is None:
                if minimised.refers_to in counted:
                    cardless.append(delivered)
                else:
                    delivered.verdict = Verdict("rejected", rejection=Rejection("sale_unknown", "refers_to"))
            elif minimised.receipt_id in counted:
                delivered.verdict = CONFLICT
            else:
                delivered.verdict = take_back(self._connection, self._batch, of_sale, minimised, self._content_key)
        self._count(cardless)

    def _cardless_key(self, receipt_id: str) -> str:
        text = f"{self._source_id}\t{receipt_id}".encode()
        return "\\x" + hashlib.blake2b(text, key=self._content_key, digest_size=16).hexdigest()

    def _counted(self, receipt_ids: Iterable[str]) -> set[str]:
        """Those that were counted as receipts without a card."""
        keys = {self._cardless_key(receipt_id): receipt_id for receipt_id in receipt_ids}
        rows = self._connection.execute("SELECT purchases.cardless(%s, %s)::text", [self._batch, array(keys)])
        return {keys[found] for (found,) in rows}

    def _count(self, cardless: list[Delivered]) -> None:
        """Count receipts without a card, after the others of their part are stored: one id is one receipt."""
        if not cardless:
            return
        ids = [delivered.receipt_id for delivered in cardless]
        rows = self._connection.execute("SELECT purchases.taken(%s, %s)", [self._batch, ids])
        taken = {receipt_id for (receipt_id,) in rows}
        for delivered in cardless:
            if delivered.receipt_id in taken:
                delivered.verdict = CONFLICT
        cardless = [delivered for delivered in cardless if delivered.verdict is None]
        keys = [self._cardless_key(delivered.receipt_id or "") for delivered in cardless]
        rows = self._connection.execute(
            "SELECT place, is_new FROM purchases.count_cardless(%s, %s)", [self._batch, array(keys)]
        )
        for place, is_new in rows:
            cardless[place - 1].verdict = COUNTED if is_new else DUPLICATE

    def _store(self, stored: list[tuple[Delivered, Stored]]) -> None:
        accepted = self._claim(stored)
        products = self._know_products(accepted)
        receipts = [receipt_row(s, self._source_id) for s in accepted]
        groups = [group_rows(s) for s in accepted if s.minimised.groups]
        lines = [line_rows(s, products) for s in accepted if s.minimised.rows]
        with self._connection.cursor() as cursor:
            for table, rows in (("receipt", receipts), ("receipt_group", groups), ("receipt_line", lines)):
                if rows:
                    data = "".join(rows).encode()
                    with cursor.copy(COPIES[table]) as copy:
                        for start in range(0, len(data), _PIECE_BYTES):
                            copy.write(data[start : start + _PIECE_BYTES])

    def _claim(self, stored: list[tuple[Delivered, Stored]]) -> list[Stored]:
        accepted: list[Stored] = []
        if stored:
            rows = self._connection.execute(
                "SELECT place, id, verdict FROM purchases.claim(%s, %s, %s, %s, %s)",
                [
                    self._batch,
                    array(s.minimised.receipt_id for _, s in stored),
                    array(str(s.purchaser_id) for _, s in stored),
                    array(s.content for _, s in stored),
                    array(s.minimised.row[:10] for _, s in stored),
                ],
            )
            for place, receipt_id, verdict in rows:
                delivered, taken = stored[place - 1]
                if verdict == "accepted":
                    taken.id = receipt_id
                    delivered.verdict = ACCEPTED[taken.minimised.level]
                    accepted.append(taken)
                else:
                    delivered.verdict = DUPLICATE if verdict == "duplicate" else CONFLICT
        return accepted

    def _know_products(self, accepted: list[Stored]) -> dict[str, str]:
        """Return how the row of each product on these receipts ends; products that nobody sold before are made."""
        told = set(chain.from_iterable(s.minimised.products for s in accepted))
        known = {product: _products.get(product, "") for product in told}
        missing = [product for product, end in known.items() if not end]
        if missing:
            columns = zip(*[product.split("\0") for product in missing], strict=True)
            rows = self._connection.execute(
                "SELECT place, id FROM purchases.products(%s, %s, %s, %s)", [array(column) for column in columns]
            )
            self._new_products = {missing[place - 1]: f"\t{product_id}\n" for place, product_id in rows}
            known |= self._new_products
        return known


class _OnlyId(msgspec.Struct):
    receipt_id: str


def _readable_id(raw: bytes | Rejection) -> str | None:
    """The id of a receipt that is otherwise unreadable, so that its sender finds it; None if even that is not there."""
    try:
        found = msgspec.json.decode(b"" if isinstance(raw, Rejection) else raw, type=_OnlyId).receipt_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if len(found) <= 64 else None
