"""`tarkka source`, `outlet`, `group`: who may send receipts, of which shops, and what product groups are called."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from tarkka.cli.boot import boot, stop

app = typer.Typer(help="Sources of receipts: who may send, and for which outlets.", no_args_is_help=True)
outlets = typer.Typer(help="Outlets: the shops that receipts come from.", no_args_is_help=True)
groups = typer.Typer(help="Product groups: what they are called.", no_args_is_help=True)

JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A JSON list of objects.")]
_Text = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]+$")]


class _Coded(msgspec.Struct):
    code: _Text


class _Outlet(_Coded):
    name: _Text
    chain: _Text


class _Group(_Coded):
    name_fi: _Text
    name_sv: _Text
    name_en: _Text


_Row = TypeVar("_Row", bound=_Coded)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The source's name, for instance pos-prisma.")],
    chain: Annotated[
        list[str] | None, typer.Option(help="A chain that it speaks for, every outlet of it. Repeat for several.")
    ] = None,
    outlet: Annotated[
        list[str] | None, typer.Option(help="The code of an outlet that it speaks for. Repeat for several.")
    ] = None,
) -> None:
    """Register a source and print its token, once: only a hash of it is kept."""
    _refuse_blank(name)
    if not chain and not outlet:
        stop("A source needs at least one --chain or --outlet that it may speak for.")
    boot(owner=True)
    from django.db import IntegrityError

    from tarkka.purchases.actions import UnknownOutlet, register_source

    _refuse_unknown(chain or [])
    try:
        made = register_source(name, chains=chain or [], outlets=outlet or [])
    except UnknownOutlet as error:
        stop(f"Not registered: {error}.")
    except IntegrityError:
        stop(f"There is a source named {name} already.")
    typer.echo(made)


@app.command()
def end(name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Take no more receipts from a source, now and for good: its token ends too. What it sent stays."""
    boot(owner=True)
    from tarkka.purchases.actions import UnknownSource, end_source

    try:
        end_source(name)
    except UnknownSource as error:
        stop(f"Not ended: {error}. See `tarkka source list`.")
    typer.echo(f"The source named {name} has ended.")


@app.command()
def token(name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Give a source a new token and print it, once. The old one ends at once."""
    boot(owner=True)
    from tarkka.purchases.actions import UnknownSource, renew_token

    try:
        renewed = renew_token(name)
    except UnknownSource as error:
        stop(f"No new token: {error}. See `tarkka source list`.")
    typer.echo(renewed)


@app.command("list")
def list_() -> None:
    """List the sources, and the chains and outlets that each speaks for."""
    boot()
    from tarkka.purchases.queries import source_scopes

    for name, scope in source_scopes().items():
        typer.echo(f"{name}: {', '.join(scope) or 'ended'}")


@outlets.command("add")
def add_outlet(
    code: Annotated[str, typer.Argument(help="The code that receipts name it by.")],
    name: Annotated[str, typer.Option(help="The name that customers know it by.")],
    chain: Annotated[str, typer.Option(help="Its chain, a code of the description.")],
) -> None:
    """Register one outlet, or rename a known one. Its chain stays: under another chain it gets a new code."""
    _refuse_blank(code)
    _refuse_blank(name)
    boot(owner=True)
    _register_outlets([_Outlet(code, name, chain)])


@outlets.command("load")
def load_outlets(file: JsonFile) -> None:
    """Register outlets from a JSON list of `code`, `name` and `chain`; known codes are renamed.

    Their chain stays: under another chain an outlet gets a new code.
    """
    rows = _rows(file, _Outlet)
    boot(owner=True)
    _register_outlets(rows)


def _register_outlets(rows: list[_Outlet]) -> None:
    from tarkka.purchases.actions import OutletOfAnotherChain, register_outlets

    _refuse_unknown(row.chain for row in rows)
    try:
        count = register_outlets((row.code, row.name, row.chain) for row in rows)
    except OutletOfAnotherChain as error:
        stop(f"Nothing registered: {error}. An outlet's chain never changes: register a new code for the new chain.")
    typer.echo(f"Outlets registered: {count}.")


@groups.command("load")
def load_groups(file: JsonFile) -> None:
    """Register product groups from a JSON list of `code`, `name_fi`, `name_sv`, `name_en`; known codes are renamed."""
    rows = _rows(file, _Group)
    boot(owner=True)
    from tarkka.purchases.actions import register_groups

    found = register_groups((row.code, row.name_fi, row.name_sv, row.name_en) for row in rows)
    typer.echo(f"Product groups registered: {found}.")


def _refuse_blank(text: str) -> None:
    """End the command if it was given a code or a name that names nothing."""
    if not text.strip() or "\0" in text:
        stop("A code or a name is blank: give one that tells it from others.")


def _refuse_unknown(chains: Iterable[str]) -> None:
    """End the command if a chain is in no published description: nothing could come from it."""
    from tarkka.description.queries import load_rulebook

    known = {name for version in load_rulebook().versions for name, _ in version.description.pairs}
    if unknown := sorted(set(chains) - known):
        listed = ", ".join(sorted(known)) or "none: publish a description first"
        stop(f"No published description has the chain {', '.join(unknown)}. It has: {listed}.")


def _rows(file: Path, form: type[_Row]) -> list[_Row]:
    """The objects of a JSON list; ends the command with what is wrong and where if it is no such list."""
    try:
        rows: list[_Row] = msgspec.json.decode(file.read_bytes(), type=list[form])  # type: ignore[valid-type]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        stop(f"{file} is not as it should be: {error}.")
    codes = [row.code for row in rows]
    if len(set(codes)) < len(codes):
        stop(f"{file} has the code {next(code for code in codes if codes.count(code) > 1)} twice.")
    return rows
