"""`tarkka source` and `tarkka outlet`: who may send receipts, and of which shops."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import boot

app = typer.Typer(help="Sources of receipts: who may send, and for which outlets.", no_args_is_help=True)
outlets = typer.Typer(help="Outlets: the shops that receipts come from.", no_args_is_help=True)


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


@outlets.command("load")
def load_outlets(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with the columns code, name, chain.")]) -> None:
    """Register the outlets of a CSV file."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        rows = csv.DictReader(text)
        if not {"code", "name", "chain"} <= set(rows.fieldnames or []):
            typer.echo(f"{file} needs the columns code, name, chain.", err=True)
            raise typer.Exit(2)
        found = [(row["code"], row["name"], row["chain"]) for row in rows]
    boot(owner=True)
    from tarkka.purchases.actions import register_outlets

    typer.echo(f"{register_outlets(found)} outlets registered.")
