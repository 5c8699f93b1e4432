"""`tarkka description`: check, show, compare, publish, announce and explain the register description.

A file needs no database. Django is imported only where the published versions are asked.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import Acting, boot
from tarkka.cli.notice import notice
from tarkka.description.comparison import diff as differences
from tarkka.description.comparison import is_widening
from tarkka.description.errors import BeforeFirstVersion, DescriptionInvalid, NotPublishable, UnknownChain, UnknownUse
from tarkka.description.explanation import explain_level, explain_use
from tarkka.description.loading import load
from tarkka.description.reading import read_source
from tarkka.description.rulebook import Rulebook
from tarkka.description.value import Description
from tarkka.vocabulary import Channel, Language, Objection, Purpose, Role

app = typer.Typer(
    help="The register description: what is collected, for what it may be used, and by whom.", no_args_is_help=True
)


class Format(StrEnum):
    """How an answer is written."""

    JSON = "json"
    TEXT = "text"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2016-09-01") from None


def _objections(text: str) -> frozenset[Objection]:
    letters = [letter for letter in text.upper() if letter not in ",+ "]
    if text.lower() in ("", "none"):
        return frozenset()
    if unknown := [letter for letter in letters if letter not in list(Objection)]:
        raise typer.BadParameter(f"there is no objection {unknown[0]!r}; write A, B, A+B or none")
    return frozenset(Objection(letter) for letter in letters)


File = Annotated[Path, typer.Argument(metavar="FILE", help="A description file.")]
EffectiveOn = Annotated[
    date, typer.Option("--effective-on", metavar="DATE", parser=_day, help="The day from which it holds.")
]
Output = Annotated[Format, typer.Option("--format", help="How the answer is written.")]


@app.command()
def check(file: File) -> None:
    """Say whether a file is a valid description; if not, everything that is wrong with it and how to mend it."""
    with _answers():
        description = load(file)
    document = description.document
    days = ", ".join(str(day) for day in description.days_of_change)
    typer.echo(f"{file} is valid: {len(document.chain)} chains, {len(document.purpose)} purposes, levels from {days}.")


@app.command()
def show(
    what: Annotated[str, typer.Argument(metavar="[VERSION|FILE]", help="By default the version in force.")] = "",
    language: Annotated[Language, typer.Option(help="The language of the texts.")] = Language.EN,
) -> None:
    """Print a description as people read it: the version in force, another published one, or a file's last state."""
    with _answers():
        description = _one(what) if what else _in_force()
        if description.from_day is None:
            description = description.as_of(description.days_of_change[-1])
    typer.echo(notice(description, language))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A file or the number of a published version.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A file or the number of a published version.")],
) -> None:
    """Say in words what becomes finer or coarser, wider or narrower, longer or shorter from A to B, or else changes."""
    with _answers():
        old, new = _one(before), _one(after)
    changes = differences(old, new)
    for change in changes:
        typer.echo(str(change))
    if not changes:
        typer.echo("Nothing changes.")
    if is_widening(old, new):
        lead = max(old.document.notice.lead_days, new.document.notice.lead_days)
        typer.echo(f"This is a widening: it must be announced {lead} days before it takes effect (R32).")


@app.command()
def publish(file: File, effective_on: EffectiveOn, acting: Acting) -> None:
    """Publish what a file says to hold from a day, as a version that never changes. An empty register gets history."""
    with _answers():
        source = read_source(file)
        description = load(file)
        boot(owner=True)
        from tarkka.description import actions

        for version in actions.publish(source, effective_on=effective_on, acting=acting, file=str(file)):
            typer.echo(f"Published version {version.number}, in force from {version.effective_on}.")
    for day in description.days_of_change:
        if day > effective_on:
            typer.echo(f"The file's rules from {day} hold only once it is published with --effective-on {day}.")


@app.command()
def announce(
    file: File,
    effective_on: EffectiveOn,
    channel: Annotated[str, typer.Option(help="A channel of the description's [notice_channel] tables.")],
    on: Annotated[date, typer.Option("--on", metavar="DATE", parser=_day, help="The day on which it was announced.")],
    acting: Acting,
) -> None:
    """Record that what a file says to hold from a day was announced: for a widening, in every channel and in time."""
    with _answers():
        source = read_source(file)
        load(file)
        boot(owner=True)
        from tarkka.description import actions

        actions.record_announcement(
            source, effective_on=effective_on, channel=channel, announced_on=on, acting=acting, file=str(file)
        )
    typer.echo(f"Recorded: announced in {channel} on {on}, to hold from {effective_on}.")


@app.command()
def explain(
    *,
    chain: Annotated[str, typer.Option(help="The code of a chain: explain at which level it is collected.")] = "",
    channel: Annotated[Channel, typer.Option(help="The sales channel.")] = Channel.STORE,
    on: Annotated[
        date | None, typer.Option("--on", metavar="DATE", parser=_day, help="The day; today by default.")
    ] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="A purpose: explain which level is left for it.")] = None,
    objections: Annotated[str, typer.Option(help="The objections made: A, B, A+B or none.")] = "none",
    role: Annotated[Role | None, typer.Option(help="One role; by default the one that may use most.")] = None,
    situation: Annotated[str | None, typer.Option(help="A situation of customer service.")] = None,
    file: Annotated[Path | None, typer.Option(help="Ask this file and not the register.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Explain at which level a chain is collected (--chain), or which is left for a purpose (--purpose), and why."""
    if bool(chain) == (purpose is not None):
        raise typer.BadParameter("ask about one thing: --chain with --channel and --on, or --purpose with --objections")
    with _answers():
        source = _published() if file is None else load(file)
        day = on or _description_of(source).today()
        if purpose is None:
            level = explain_level(source, chain, channel, day)
            by = "the file" if level.version is None else f"version {level.version}"
            words = f"{chain} {channel} on {day}: {level.level.name}, since {level.since}, by {by}"
            _print(output, level.as_json(), words)
        else:
            description = source.on(day).description if isinstance(source, Rulebook) else source.as_of(day)
            use = explain_use(description, purpose, _objections(objections), role=role, situation=situation)
            _print(output, use.as_json(), f"{purpose}: {use.level.name}. {use.reason}")


def _print(output: Format, plain: dict[str, object], words: str) -> None:
    typer.echo(json.dumps(plain) if output is Format.JSON else words)


def _one(what: str) -> Description:
    """A published version by its number, or a file."""
    if not what.isdecimal():
        return load(what)
    versions = {version.number: version for version in _published().versions}
    if int(what) not in versions:
        raise NotPublishable([f"there is no version {what}; published are {', '.join(map(str, versions))}"])
    return versions[int(what)].description


def _in_force() -> Description:
    rulebook = _published()
    return rulebook.on(_description_of(rulebook).today()).description


def _published() -> Rulebook:
    boot()
    from tarkka.description.queries import load_rulebook

    rulebook = load_rulebook()
    if not rulebook:
        raise NotPublishable(["nothing is published yet: publish a description first, or name a file"])
    return rulebook


def _description_of(source: Description | Rulebook) -> Description:
    return source.versions[-1].description if isinstance(source, Rulebook) else source


@contextmanager
def _answers() -> Iterator[None]:
    """Turn what the description refuses into words on standard error and exit status 1."""
    try:
        yield
    except (BeforeFirstVersion, DescriptionInvalid, NotPublishable, UnknownChain, UnknownUse) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
