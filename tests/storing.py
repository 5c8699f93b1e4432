"""What the register holds of some receipts, read past every policy: for tests of what was written."""

from dataclasses import dataclass
from typing import Any

from building import Source, administrator


@dataclass(frozen=True)
class Kept:
    """One receipt in the three tables. Amounts in cents; `lines` are (line, name, quantity, cents)."""

    id: int
    purchaser_id: int
    household_id: int
    kind: str
    level: str
    version: int
    total: int
    bonus_eligible: int
    card_benefit: int
    refers_to: int | None
    groups: dict[str, int]
    lines: list[tuple[int, str, str, int]]


def kept(source: Source) -> dict[str, Kept]:
    """Return what is kept of every receipt of a source, by its receipt id. Raises if a row belongs to no receipt."""
    found: dict[str, Kept] = {}
    by_id: dict[int, Kept] = {}
    with administrator() as connection:
        for name, *columns in connection.execute(
            """
            SELECT r.source_receipt_id, r.id, r.purchaser_id, r.household_id, r.kind, r.level::text, r.version,
                   r.total_cents, r.bonus_eligible_cents, r.card_benefit_cents, r.refers_to
            FROM receipt r WHERE r.source_id = %s
            """,
            [source.id],
        ):
            assert name not in found, "stored twice"
            found[name] = by_id[columns[0]] = Kept(*columns, {}, [])
        ids = [list(by_id)]
        for receipt, group, amount in connection.execute(
            "SELECT receipt_id, group_code, amount_cents FROM receipt_group WHERE receipt_id = ANY (%s)", ids
        ):
            assert group not in by_id[receipt].groups, "a group stored twice"
            by_id[receipt].groups[group] = amount
        for receipt, *line in connection.execute(
            """
            SELECT l.receipt_id, l.line, p.name, l.quantity::text, l.amount_cents
            FROM receipt_line l JOIN product p ON p.id = l.product_id WHERE l.receipt_id = ANY (%s) ORDER BY l.line
            """,
            ids,
        ):
            by_id[receipt].lines.append(tuple(line))
        keys = {
            name
            for (name,) in connection.execute("SELECT receipt_id FROM receipt_key WHERE source_id = %s", [source.id])
        }
    assert keys == set(found), "keys and receipts differ"
    return found


def rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, past every policy."""
    with administrator() as connection:
        return connection.execute(statement, parameters).fetchall()
