"""A version as rows of the tables that the door and the intake obey.

Written when it is published, and compared with what stands there when the trail is verified.
"""

from datetime import date
from typing import Any

from tarkka.description.value import Description, lowered_to
from tarkka.vocabulary import Level, Objection

TABLES = ("description_level", "description_use", "description_situation")
Row = dict[str, Any]
"""A row by column, as PostgreSQL's JSON writes it."""


def rows_of(number: int, effective_on: date, description: Description) -> dict[str, list[Row]]:
    """Return the rows of a version that holds from a day, by table."""
    document = description.document
    levels: list[Row] = [
        {"chain": chain, "channel": channel, "level": description.level_at(chain, channel, effective_on).name}
        for chain, channel in description.pairs
    ]
    uses: list[Row] = [
        {
            "purpose": purpose,
            "role": role,
            "subject_kind": subject,
            "level": (use.level or rule.level).name,
            "basis": rule.basis,
            "person_needs_case": use.needs_case,
            "staff": document.role[role].staff,
            "lowered_by_a": _name(lowered_to(document, purpose, Objection.A)),
            "lowered_by_b": _name(lowered_to(document, purpose, Objection.B)),
            "under_restriction": use.under_restriction,
        }
        for purpose, rule in document.purpose.items()
        for use in rule.use
        for role in use.roles
        for subject in use.subjects
    ]
    situations: list[Row] = [
        {
            "situation": code,
            "shows": list(each.shows),
            "level": each.level.name,
            "minutes": each.minutes,
            "one_receipt": each.one_receipt,
            "kept_under": list(each.kept_under),
            "break_glass": each.break_glass,
        }
        for code, each in document.situation.items()
    ]
    made = (levels, uses, situations)
    return {table: [{"version": number} | row for row in rows] for table, rows in zip(TABLES, made, strict=True)}


def _name(level: Level | None) -> str | None:
    return None if level is None else level.name
