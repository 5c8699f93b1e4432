"""What the tables of Bonus say about people, column by column: about households, whose entries are of nobody alone."""

from tarkka.vocabulary import Category, LeftOut, PersonalTable

PERSONAL = {
    "bonus_part": PersonalTable(
        "How many entries some thousands of households got at once, and a digest of them.",
        dict.fromkeys(
            (
                "id",
                "run_id",
                "first_entry",
                "last_entry",
                "kind",
                "debit",
                "credit",
                "entries",
                "amount_cents",
                "digest",
                "xid",
                "salt",
            ),
            Category.NONE,
        ),
        whose="id",
    ),
    "bonus_program": PersonalTable(
        "The bonus program as it was published, and by which operator.",
        dict.fromkeys(
            (
                "version",
                "effective_from",
                "adjusted_for_months",
                "chains_left_out",
                "outlets_left_out",
                "payments_left_out",
                "benefit_methods",
                "benefit_basis_points",
                "published_at",
                "digest",
                "source",
                "compiled",
                "xid",
                "salt",
            ),
            Category.NONE,
        )
        | {"published_by": Category.EMPLOYEE},
        whose="published_by",
    ),
    "bonus_run": PersonalTable(
        "When which month's Bonus was closed or adjusted, and by which operator.",
        dict.fromkeys(("id", "month", "number", "program_version", "at", "xid", "salt"), Category.NONE)
        | {"acting": Category.EMPLOYEE},
        whose="id",
    ),
    "household_cooperative": PersonalTable(
        "To which cooperative a household belongs, from which month on.",
        {
            "household_id": Category.KEY,
            "from_month": Category.HOUSEHOLD,
            "cooperative": Category.HOUSEHOLD,
            "set_at": Category.HOUSEHOLD,
            "set_by": Category.EMPLOYEE,
        },
        whose="household_id",
        left_out=dict.fromkeys(("from_month", "cooperative", "set_at"), LeftOut.HOUSEHOLD),
    ),
    "ledger_entry": PersonalTable(
        "What a household has earned and been paid, in cents, by month: the ledger of Bonus.",
        {"id": Category.KEY, "household_id": Category.KEY}
        | dict.fromkeys(
            ("month", "kind", "debit", "credit", "amount_cents", "program_version", "posted_at"), Category.HOUSEHOLD
        )
        | {"run_id": Category.KEY, "payout_id": Category.KEY},
        whose="household_id",
        left_out=dict.fromkeys(
            ("month", "kind", "debit", "credit", "amount_cents", "program_version", "posted_at"), LeftOut.HOUSEHOLD
        ),
    ),
    "payout": PersonalTable(
        "What of a household's Bonus was paid to whom, and to which account, encrypted.",
        {
            "id": Category.KEY,
            "run_id": Category.KEY,
            "household_id": Category.KEY,
            "person_id": Category.KEY,
            "iban_sealed": Category.ACCOUNT,
            "iban_digest": Category.NONE,
            "amount_cents": Category.HOUSEHOLD,
        },
        whose="person_id",
    ),
    "payout_account": PersonalTable(
        "Where a person wants Bonus paid: the account, encrypted, and since when.",
        {"person_id": Category.KEY, "iban_sealed": Category.ACCOUNT, "set_at": Category.ACCOUNT},
        whose="person_id",
    ),
    "payout_return": PersonalTable(
        "When the bank sent which payment back, and which operator took it in.",
        {"payout_id": Category.KEY, "at": Category.NONE, "acting": Category.EMPLOYEE}
        | dict.fromkeys(("xid", "salt"), Category.NONE),
        whose="payout_id",
    ),
    "payout_run": PersonalTable(
        "When which month's Bonus was paid out, by which operator, from which account, and how much to how many.",
        dict.fromkeys(
            (
                "id",
                "month",
                "at",
                "payer_name",
                "payer_iban",
                "payouts",
                "paid_cents",
                "without_account",
                "digest",
                "xid",
                "salt",
            ),
            Category.NONE,
        )
        | {"acting": Category.EMPLOYEE},
        whose="id",
    ),
}

NOT_PERSONAL = {
    "bonus_cooperative": "From which sum on which rate holds, by cooperative.",
}

WITHOUT_POLICIES = {
    "bonus_program": "It is published, and of nobody but the operator who published it.",
}
"""Tables that are read outside the door, and why they may be."""
