"""`tarkka datamap`: the map of personal data, made from the labels that every room gives its tables."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tarkka.access import privacy as access
from tarkka.bonus import privacy as bonus
from tarkka.description import privacy as description
from tarkka.jobs import privacy as jobs
from tarkka.people import privacy as people
from tarkka.purchases import privacy as purchases
from tarkka.recalls import privacy as recalls
from tarkka.rights import privacy as rights
from tarkka.services import privacy as services
from tarkka.sign_in import privacy as sign_in
from tarkka.site import privacy as site
from tarkka.staff import privacy as staff
from tarkka.supervision import privacy as supervision
from tarkka.trail import privacy as trail
from tarkka.vocabulary import Category, PersonalTable

_ROOMS = (
    access,
    bonus,
    description,
    jobs,
    people,
    purchases,
    recalls,
    rights,
    services,
    sign_in,
    site,
    staff,
    supervision,
    trail,
)
PERSONAL: dict[str, PersonalTable] = {name: table for room in _ROOMS for name, table in room.PERSONAL.items()}
NOT_PERSONAL: dict[str, str] = {name: reason for room in _ROOMS for name, reason in room.NOT_PERSONAL.items()}
WITHOUT_POLICIES: dict[str, str] = (
    bonus.WITHOUT_POLICIES | description.WITHOUT_POLICIES | sign_in.WITHOUT_POLICIES | staff.WITHOUT_POLICIES
)

_INTRODUCTION = """\
Every table of the register and what its columns say about people. `tarkka datamap` makes this page from the labels in
the rooms' `privacy.py`, and a test compares those with the database itself: no column comes in without a label."""
_CATEGORIES = {
    Category.ACCOUNT: "the bank account that the person gave to be paid to",
    Category.CARD: "the card, by which purchases are recognised",
    Category.CHOICE: "what the person has chosen or asked for",
    Category.CONTACT: "how and in which language to reach the person",
    Category.EMPLOYEE: "who of the staff acted; never shown to customers",
    Category.HOUSEHOLD: "with whom the person earns bonus, and as what",
    Category.IDENTITY: "who the person is",
    Category.KEY: "nothing by itself: it ties rows together or tells one from another",
    Category.NONE: "nothing about anybody",
    Category.PURCHASE: "what was bought, where, when, for how much",
    Category.TRAIL: "who has looked at the person's data, when and for what",
}


def datamap(to: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/data-map.md")) -> None:
    """Write the map of personal data: every table, every column, its data category."""
    to.write_text(text())
    typer.echo(f"{to}: {len(PERSONAL)} tables with personal data, {len(NOT_PERSONAL)} without")


def text() -> str:
    """Return the map as Markdown."""
    parts = [
        "# Data map",
        _INTRODUCTION,
        "## Categories",
        _table(["category", "what it says"], [[category, _CATEGORIES[category]] for category in Category]),
        "## Tables with personal data",
        "Under forced row-level security, read through the door alone. Outside it are:",
        _items(WITHOUT_POLICIES),
    ]
    for name, table in sorted(PERSONAL.items()):
        whose = f" Whose: `{table.whose}`." if table.whose else ""
        columns = [[f"`{column}`", category] for column, category in table.columns.items()]
        parts += [f"### {name}", table.about + whose, _table(["column", "category"], columns)]
    parts += ["## Tables without personal data", _items(NOT_PERSONAL)]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _items(reasons: Mapping[str, str]) -> str:
    return "\n".join(f"- `{name}`: {reason}" for name, reason in sorted(reasons.items()))
