"""`tarkka supervision`: letting the rules go through what staff did, and telling them of calls."""

from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import boot, stop

app = typer.Typer(help="Supervision of staff.", no_args_is_help=True)


@app.command("run")
def run() -> None:
    """Let every rule judge what staff did since the last run, and print how many flags each raised.

    `tarkka upkeep` does it each night. The officer finds the flags in the console.
    """
    boot()
    from tarkka.access import Refused
    from tarkka.supervision.running import run

    try:
        raised = run()
    except Refused as refused:
        stop(f"Not done: the register description does not let the program supervise ({refused.reason}).")
    for rule, count in raised.items():
        typer.echo(f"{rule}: {count}")


@app.command("calls")
def calls(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="NDJSON of the telephone system: ref, user_id, began_at and ended_at (ISO 8601 with offset).",
        ),
    ],
) -> None:
    """Take the telephone system's calls: by them a case on the phone without a call is found. Safe to run again.

    Nothing is taken if a line is wrong: exits with 2 and says which.
    """
    boot(owner=True)
    from tarkka.supervision.actions import take_calls
    from tarkka.supervision.calls import WrongCalls, read_calls

    try:
        added = take_calls(read_calls(file))
    except WrongCalls as error:
        stop(f"Not taken: {error}.")
    typer.echo(f"calls taken: {added}")
