"""The closed list: no column of a sealed table is left out of its entry, and none that tells who somebody is stands there."""

from typing import Any

from tarkka.trail.sealed import OUTSIDE, SEALED

_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""
_SEALABLE = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'salt' AND NOT a.attisdropped
WHERE c.relkind = 'r'
"""


def test_entry_covers_every_column(admin: Any) -> None:
    for each in SEALED:
        columns = {name for (name,) in admin.execute(_COLUMNS, [each.table])}
        outside = {name.partition(".")[2] for name in OUTSIDE if name.partition(".")[0] == each.table}
        assert set(each.clear.split()) | set(each.blinded.split()) | outside | {"salt"} >= columns, each.table
        assert columns - {"salt"} >= set(each.clear.split()) | set(each.blinded.split()), each.table


def test_every_table_that_is_made_for_it_is_sealed(admin: Any) -> None:
    assert {name for (name,) in admin.execute(_SEALABLE)} <= {each.table for each in SEALED}


def test_nothing_stands_open_in_an_entry_that_tells_who_somebody_is() -> None:
    """A closed list: whoever adds to it says that the column names nobody and holds no free text."""
    assert {column for each in SEALED for column in each.clear.split()} == {
        "about", "act", "adjusted_for_months", "agreement", "amount_cents", "announced_on", "at", "basis", "began_at",
        "benefit_basis_points", "benefit_methods", "bonus_after_cents", "bonus_before_cents", "breach_id", "break_glass", "bytes",
        "case_id", "chains_left_out", "channel", "closes_at", "compiled", "counts", "credit", "debit", "digest", "draft_id",
        "effective_from", "effective_on", "ended_at", "entries", "event_id", "first_at", "first_entry", "flag_id", "found_at",
        "given_at", "held", "hold", "id", "is_dangerous", "kind", "language", "last_at", "last_entry", "level", "mandate_id",
        "month", "note", "number", "opened_at", "outlets_left_out", "paid_cents", "payments_left_out", "payout_id", "payouts", "people", "place",
        "program_version", "published_at", "purpose", "quarter", "recall_id", "recorded_at", "refusal", "reported_at", "request_id",
        "risk", "role", "row_id", "rows", "rule", "run_id", "said", "since", "situation", "size", "source", "subject_kind",
        "taken_at", "time_zone", "until", "valid", "verdict", "version", "without_account", "xid",
    }  # fmt: skip
