"""What the tables of purchases say about people, column by column."""

from tarkka.vocabulary import Category, LeftOut, PersonalTable

_HELD = {"hold": Category.PURCHASE, "hold_id": Category.KEY, "held_at": Category.PURCHASE}
_OWN = {
    "receipt": PersonalTable(
        "What every receipt of a person has: outlet, time, total, bonus, card benefit, payments. Level TOTAL.",
        {
            "purchaser_id": Category.KEY,
            "purchased_at": Category.PURCHASE,
            "id": Category.KEY,
            "household_id": Category.KEY,
            "outlet_id": Category.PURCHASE,
            "source_id": Category.KEY,
            "version": Category.PURCHASE,
            "level": Category.PURCHASE,
            "channel": Category.PURCHASE,
            "kind": Category.PURCHASE,
            "source_receipt_id": Category.KEY,
            "refers_to": Category.KEY,
            "refers_to_at": Category.PURCHASE,
            "currency": Category.PURCHASE,
            "total_cents": Category.PURCHASE,
            "bonus_eligible_cents": Category.PURCHASE,
            "card_benefit_cents": Category.PURCHASE,
            "payments": Category.PURCHASE,
            "sole_payment": Category.PURCHASE,
        },
        whose="purchaser_id",
        left_out={"sole_payment": LeftOut.REPEATED},
    ),
    "receipt_group": PersonalTable(
        "How much of a receipt each product group made up. Level GROUP.",
        {
            "purchaser_id": Category.KEY,
            "purchased_at": Category.PURCHASE,
            "receipt_id": Category.KEY,
            "group_code": Category.PURCHASE,
            "amount_cents": Category.PURCHASE,
        },
        whose="purchaser_id",
    ),
    "receipt_key": PersonalTable(
        "Which receipts were taken, so that each is taken once: a keyed hash of what was stored of it.",
        {
            "source_id": Category.KEY,
            "receipt_id": Category.KEY,
            "id": Category.KEY,
            "purchaser_id": Category.KEY,
            "content": Category.KEY,
            "batch": Category.KEY,
            "purchased_on": Category.PURCHASE,
        },
        whose="purchaser_id",
        left_out={"purchased_on": LeftOut.REPEATED},
    ),
    "receipt_line": PersonalTable(
        "The products of a receipt, line by line. Level PRODUCT.",
        {
            "purchaser_id": Category.KEY,
            "purchased_at": Category.PURCHASE,
            "receipt_id": Category.KEY,
            "line": Category.PURCHASE,
            "product_id": Category.PURCHASE,
            "quantity": Category.PURCHASE,
            "unit": Category.PURCHASE,
            "amount_cents": Category.PURCHASE,
            "lot": Category.PURCHASE,
            "vat_rate": Category.PURCHASE,
        },
        whose="purchaser_id",
    ),
}

_RUN = PersonalTable(
    "When retention was run, under which version of the description and by whom.",
    {
        "id": Category.KEY,
        "at": Category.NONE,
        "version": Category.NONE,
        "acting": Category.EMPLOYEE,
        "xid": Category.KEY,
        "salt": Category.KEY,
    },
    whose="acting",
)

PERSONAL = (
    _OWN
    | {
        f"held_{name}": PersonalTable(
            f"Rows of `{name}` that were held back when their quarter was dropped, and for which recall, request or"
            " restriction.",
            dict(_OWN[name].columns) | _HELD,
            whose="purchaser_id",
            left_out=_OWN[name].left_out,
        )
        for name in ("receipt", "receipt_group", "receipt_line")
    }
    | {"retention_run": _RUN}
)

NOT_PERSONAL = {
    "cardless_receipt": "A keyed hash of source and receipt id, of a purchase that nobody is known to have made.",
    "outlet": "What shops are called and which chain they belong to.",
    "product": "What products are called; who bought them stands in receipt_line.",
    "product_group": "What product groups are called.",
    "retention_drop": "Which level of which quarter was dropped when its time was over, and how much it was.",
    "retention_release": "How many held rows were let go when nothing needed them any more.",
    "source": "Which systems send receipts, with the hash of each one's token.",
    "source_scope": "Which chains and outlets a sending system may speak for.",
}
