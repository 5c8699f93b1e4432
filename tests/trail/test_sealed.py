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
        "act", "agreement", "announced_on", "at", "basis", "break_glass", "case_id", "channel", "closes_at", "compiled", "digest",
        "effective_on", "event_id", "flag_id", "given_at", "id", "language", "level", "mandate_id", "note", "number", "opened_at", "people",
        "place", "published_at", "purpose", "recorded_at", "refusal", "role", "situation", "size", "source", "subject_kind",
        "time_zone", "until", "valid", "verdict", "version", "xid",
    }  # fmt: skip
