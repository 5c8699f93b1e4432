"""`tarkka ways-out`: every way in which data can leave the program, made from the description and from the program."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarkka.description.loading import load
from tarkka.description.schema import Document, RecipientKind
from tarkka.description.value import Description
from tarkka.rights.ways_out import ADDRESSES, COMMANDS, IN_DEMO, PLACES, To, Way

if TYPE_CHECKING:
    from django.urls import URLResolver

REFERENCE = Path("descriptions/s_group.toml")
_INTRODUCTION = """\
Every way in which data can leave the program: to whom, and exactly what. Nothing is sold or disclosed to outsiders,
and there is no export for partners: no address, command, mail or file gives anything to anybody who is not named here
(R24). `tarkka ways-out` makes this page from the register description and from `src/tarkka/rights/ways_out.py`; a test
compares both with the program, and fails when an address, a command, a mail, a file or a connection appears that is not
here."""
_RECIPIENTS = """\
The description names everyone who receives anything in order to do work for the controller or by law, with the fields
that they get and no more. Its format has kinds of recipients for nobody else: {kinds}."""
_ADDRESSES = "Outside the demo, over TLS alone. Whoever may not see something gets an answer that tells nothing of it."
_COMMANDS = (
    "For whoever runs the machine. Where a role stands, the door asks for its mandate, and the person sees the look."
)
_PLACES = """\
Where in the code a file is written, a mail handed over, a connection opened or another process given something. The log
has no personal data (`docs/guides/running.md`), and the database is the register itself."""


def ways_out(
    description: Annotated[Path, typer.Argument(metavar="[FILE]", help="A description file.")] = REFERENCE,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/ways-out.md"),
) -> None:
    """Write the list of every way in which data can leave the program, to whom and with which fields (R24)."""
    to.write_text(text(load(description)), encoding="utf-8")
    typer.echo(f"{to}: {len(ADDRESSES)} addresses, {len(COMMANDS)} commands, {len(PLACES)} places")


def text(description: Description) -> str:
    """Return the list as Markdown."""
    routes = dict(addresses())
    document = description.document
    shown = [(f"/{routes[name]}", way) for name, way in _sorted(ADDRESSES) if name not in IN_DEMO]
    return (
        "\n\n".join(
            [
                "# Ways out",
                _INTRODUCTION,
                "## Recipients of the description",
                _RECIPIENTS.format(kinds=", ".join(sorted(RecipientKind))),
                _table(
                    ["recipient", "kind", "fields", "for", "by what"],
                    [_recipient(document, name) for name in document.recipient],
                ),
                "## Addresses",
                _ADDRESSES,
                _ways(document, "address", shown),
                "## Commands",
                _COMMANDS,
                _ways(document, "command", [(f"tarkka {name}", way) for name, way in _sorted(COMMANDS)]),
                "## Files, mails, connections",
                _PLACES,
                _ways(document, "place", _sorted(PLACES)),
            ]
        )
        + "\n"
    )


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every address of the site."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")
    import django

    django.setup()
    from django.urls import get_resolver

    return _under(get_resolver())


def _under(resolver: "URLResolver", before: str = "") -> Iterator[tuple[str, str]]:
    from django.urls import URLResolver

    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _under(pattern, route)
        else:
            yield str(pattern.name), route


def _recipient(document: Document, name: str) -> list[str]:
    each = document.recipient[name]
    fields = ", ".join(document.field[field].name.en for field in each.fields)
    why = each.law or ", ".join(each.purposes)
    by = [f"`tarkka {command}`" for command, way in _sorted(COMMANDS) if way.to == name]
    return [each.name.en, each.kind, fields, why, ", ".join(by) or "nothing in the program sends it anything"]


def _ways(document: Document, called: str, ways: Iterable[tuple[str, Way]]) -> str:
    names = {name: recipient.name.en for name, recipient in document.recipient.items()}
    rows = [[names.get(way.to, way.to), ", ".join(way.roles), f"`{name}`", way.what] for name, way in ways]
    return _table(["to", "as", called, "what"], rows)


def _sorted(ways: Mapping[str, Way]) -> list[tuple[str, Way]]:
    order = list(To)
    each_of = [(name, each) for name, way in ways.items() for each in way.each()]
    return sorted(each_of, key=lambda each: (order.index(each[1].to), each[1].roles, each[0]))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
