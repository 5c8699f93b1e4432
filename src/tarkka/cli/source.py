"""`tarkka source` and `tarkka outlet`: who may send receipts, and of which shops."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import boot

app = typer.Typer(help="Sources of receipts: who may send, and for which outlets.", no_args_is_help=True)
outlets = typer.Typer(help="Outlets: the shops that receipts come from.", no_args_is_help=True)
groups = typer.Typer(help="Product groups: what they are called.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The source's name, for instance pos-prisma.")],
    chain: Annotated[list[str] | None, typer.Option(help="A chain that it speaks for, every outlet of it. Repeat for several.")] = None,
    outlet: Annotated[list[str] | None, typer.Option(help="The code of an outlet that it speaks for. Repeat for several.")] = None,
) -> None:
    """Register a source and print its token, once: only a hash of it is kept."""
    if not chain and not outlet:
        typer.echo("A source needs at least one --chain or --outlet that it may speak for.", err=True)
        raise typer.Exit(2)
    boot(owner=True)
    from django.db import IntegrityError

    from tarkka.description.queries import load_rulebook
    from tarkka.purchases.actions import UnknownOutlet, register_source

    chains = {name for version in load_rulebook().versions for name, _ in version.description.pairs}
    unknown = sorted(set(chain or []) - chains)
    if unknown:
        typer.echo(f"No published description has the chain {', '.join(unknown)}. It has: {', '.join(sorted(chains)) or 'none'}.", err=True)
        raise typer.Exit(2)
    try:
        token = register_source(name, chains=chain or [], outlets=outlet or [])
    except UnknownOutlet as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except IntegrityError:
        typer.echo(f"There is a source named {name} already.", err=True)
        raise typer.Exit(2) from None
    typer.echo(token)


@outlets.command("add")
def add_outlet(
    code: Annotated[str, typer.Argument(help="The code that receipts name it by.")],
    name: Annotated[str, typer.Option(help="The name that customers know it by.")],
    chain: Annotated[str, typer.Option(help="Its chain, a code of the description.")],
) -> None:
    """Register one outlet, or change a known one's name and chain."""
    boot(owner=True)
    from tarkka.purchases.actions import register_outlets

    register_outlets([(code, name, chain)])


JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A JSON list of objects.")]


@outlets.command("load")
def load_outlets(file: JsonFile) -> None:
    """Register outlets from a JSON list of `code`, `name` and `chain`; known codes get the new name and chain."""
    rows = _rows(file, "code", "name", "chain")
    boot(owner=True)
    from tarkka.purchases.actions import register_outlets

    typer.echo(f"{register_outlets((code, name, chain) for code, name, chain in rows)} outlets registered.")


@groups.command("load")
def load_groups(file: JsonFile) -> None:
    """Register product groups from a JSON list of `code`, `name_fi`, `name_sv` and `name_en`; known codes get the new names."""
    rows = _rows(file, "code", "name_fi", "name_sv", "name_en")
    boot(owner=True)
    from tarkka.purchases.actions import register_groups

    typer.echo(f"{register_groups((code, fi, sv, en) for code, fi, sv, en in rows)} product groups registered.")


def _rows(file: Path, *names: str) -> list[tuple[str, ...]]:
    """The named texts of each object of a JSON list; exits with what is wrong and where if it is no such list."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return [tuple(str(row[name]) for name in names) for row in found]
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        typer.echo(f"{file} is not JSON: {error}", err=True)
    except (KeyError, TypeError) as error:
        typer.echo(f"{file}: each object needs {', '.join(names)} ({error} is missing).", err=True)
    raise typer.Exit(2)
