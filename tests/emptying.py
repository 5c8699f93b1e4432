"""How a superuser would empty a row of the trail so that it looks erased."""

from typing import Any


def empty_by_hand(admin: Any, erasure: int, *, kind: str, row_id: int) -> None:
    """Empty a row and count it in to an erasure, so that no row, leaf or digest of its own tells of it."""
    from tarkka.trail.sealed import SEALED, commitment, erased_digest

    [each] = [each for each in SEALED if each.table == kind]
    kept = ", ".join(f"'{column}', {commitment(each, column)}" for column in each.blinded.split())
    admin.execute(
        f"INSERT INTO trail_erased SELECT %s, t.{each.key}, %s, jsonb_strip_nulls(jsonb_build_object({kept}))"
        f" FROM {kind} t WHERE {each.key} = %s",
        [kind, erasure, row_id],
    )
    for (name,) in admin.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND (contype = 'c' OR contype = 'n' AND conkey[1] <> ALL"
        " (SELECT unnest(indkey) FROM pg_index WHERE indrelid = conrelid AND indisprimary))",
        [kind],
    ).fetchall():
        admin.execute(f"ALTER TABLE {kind} DROP CONSTRAINT {name}")
    gone = ", ".join(f"{column} = NULL" for column in [*each.blinded.split(), "salt"])
    assert admin.execute(f"UPDATE {kind} SET {gone} WHERE {each.key} = %s", [row_id]).rowcount == 1
    admin.execute(
        f"UPDATE erasure SET digest = (SELECT {erased_digest()} FROM trail_erased WHERE erasure_id = %s) WHERE id = %s",
        [erasure, erasure],
    )
