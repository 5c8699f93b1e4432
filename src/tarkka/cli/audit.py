"""`tarkka audit`: sealing the trail, its checkpoints, and verifying all of it."""

import os
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from tarkka.cli.boot import boot, stop
from tarkka.cli.intake import progress_bar

app = typer.Typer(help="The sealed trail.", no_args_is_help=True)


@app.command("key")
def key() -> None:
    """Print the trail's public key as C2SP's verifier key: by it auditors and witnesses know the log."""
    boot()
    from tarkka.trail.sealing import signer

    typer.echo(signer().verifier.vkey())


@app.command("checkpoint")
def checkpoint() -> None:
    """Print the newest checkpoint: keep it elsewhere, and later say `tarkka audit verify --since` it."""
    boot()
    from tarkka.trail.queries import newest_checkpoint

    note = newest_checkpoint()
    if note is None:
        stop("Nothing was sealed yet: `tarkka serve` does it all the time, `tarkka audit seal --once` now.", 1)
    typer.echo(note, nl=False)


@app.command("seal")
def seal(once: Annotated[bool, typer.Option("--once", help="Seal what waits now, and end.")] = False) -> None:
    """Seal the trail, every few seconds until Ctrl-C: what `tarkka serve` does by itself."""
    boot()
    from tarkka.trail.sealing import LogChanged, keep_sealing, seal

    try:
        if not once:
            keep_sealing()
        sealed = seal()
    except LogChanged as error:
        stop(f"Sealing is refused: {error}. `tarkka audit verify` tells what was changed.", 1)
    typer.echo(f"Sealed: {sealed.size} leaves." if sealed else "Nothing waits, or another process is sealing.")


@app.command("verify")
def verify(
    since: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="An earlier checkpoint: its leaves must be there as they were."),
    ] = None,
    vkey: Annotated[
        str | None, typer.Option("--key", help="The log's verifier key; by default made from this installation's keys.")
    ] = None,
) -> None:
    """Find every change of what was sealed, by whomever. Reads the database and nothing else.

    Exits with 1 and tells what and where, without a name, if anything was changed or sealing has stopped.
    """
    boot(owner=True)
    from tarkka.bonus.verifying import verify_ledger
    from tarkka.trail.note import NotGenuine, Verifier
    from tarkka.trail.rules import changed_rules
    from tarkka.trail.sealing import signer
    from tarkka.trail.verifying import verify

    try:
        verifier = Verifier.parsed(vkey) if vkey else signer().verifier
        given = verifier.read(since.read_text()) if since else None
    except NotGenuine as error:
        stop(f"Not verified: {error}.")
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as connection, progress_bar() as bar:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        task = bar.add_task("Leaves", total=1)

        def told(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        found = verify(connection, verifier, since=given, told=told)
        findings = [*found.findings, *verify_ledger(connection, told)]
        changed = changed_rules(connection)
    typer.echo(f"Leaves: {found.leaves}. Rows waiting to be sealed: {found.waiting}.")
    for each in found.erasures:
        typer.echo(f"Erasure {each.number} of {each.at:%Y-%m-%d %H:%M:%S} UTC: {each.rows or 'no rows'}.")
    for finding in (*found.late, *findings):
        typer.echo(f"{finding.where}: {finding.what}", err=True)
    for name in changed:
        typer.echo(f"{name}: the database's own rules are not this program's", err=True)
    if findings or changed:
        raise typer.Exit(1)
    typer.echo("Everything is as it was sealed.")
