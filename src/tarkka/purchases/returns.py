"""A return against its sale: the database holds the two together, and tells no more than what became of the return."""

from typing import Any

import msgspec
import psycopg

from tarkka.purchases.feed import Rejection
from tarkka.purchases.minimising import Minimised, payments_json, quantity_text, vat_rate_text
from tarkka.purchases.verdict import ACCEPTED, DUPLICATE, Verdict
from tarkka.vocabulary import Level, cents

_encode = msgspec.json.Encoder().encode


def take_back(
    connection: psycopg.Connection[Any],
    batch: int,
    of_sale: tuple[Level, Level],
    returned: Minimised,
    content_key: bytes,
) -> Verdict:
    """Take a return off its sale, or tell why not; `sql/returns.sql` has the rules.

    `of_sale` is at which level the sale was stored, and which is left of it once retention let finer ones go. Runs in
    the batch's transaction, after `purchases.sales` locked the sale. Nothing finer than what is left leaves here.
    """
    stored, left = of_sale
    returned.coarsen(stored)
    fingerprint = returned.fingerprint(content_key)
    returned.coarsen(left)
    receipt = {
        "source_receipt_id": returned.receipt_id,
        "outlet_id": returned.outlet_id,
        "channel": returned.channel,
        "purchased_at": returned.purchased_at,
        "currency": returned.currency,
        "total_cents": returned.total_cents,
        "bonus_eligible_cents": returned.bonus_eligible_cents,
        "card_benefit_cents": returned.card_benefit_cents,
        "payments": msgspec.Raw(payments_json(returned.payments).encode()),
    }
    lines = [
        {
            "gtin": line.gtin or "",
            "code": line.product_code or "",
            "name": line.name,
            "group": line.group,
            "line": line.line,
            "quantity": quantity_text(line.quantity),
            "unit": line.unit,
            "amount": cents(line.amount),
            "lot": line.lot or None,
            "vat_rate": vat_rate_text(line.vat_rate) if line.vat_rate else None,
        }
        for line in returned.lines
    ]
    row = connection.execute(
        "SELECT verdict, place FROM purchases.take_back(%s, %s, %s, %s, %s, %s)",
        [
            batch,
            returned.refers_to,
            fingerprint,
            *(_encode(part).decode() for part in (receipt, returned.groups, lines)),
        ],
    ).fetchone()
    assert row is not None  # noqa: S101  # a function with OUT parameters gives one row
    verdict, place = row
    if verdict == "accepted":
        return ACCEPTED[left]
    return DUPLICATE if verdict == "duplicate" else Verdict("rejected", rejection=Rejection(verdict, place))
