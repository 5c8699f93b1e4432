"""`tarkka recall bounces`: e-mail that came back, so that the next channel is tried."""

from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import boot, stop


def bounces(
    reports: Annotated[
        list[Path], typer.Argument(help="Messages that came to the sender's address, each in a file.", metavar="FILE…")
    ],
) -> None:
    """Take in reports of e-mail that could not be delivered (RFC 3464): the next channel is queued for each.

    Safe to run again with the same files. Exits with 1 if a file could not be read.
    """
    boot()
    from tarkka.recalls.bounces import Unreadable, take_bounce

    counts = {"came back": 0, "known already": 0, "no report of failure": 0, "of no notice": 0}
    unreadable = 0
    for report in reports:
        try:
            counts[take_bounce(report).value] += 1
        except Unreadable as error:
            unreadable += 1
            typer.echo(f"{report}: {error}", err=True)
    typer.echo("; ".join(f"{what}: {count}" for what, count in counts.items()) + ".")
    if unreadable:
        stop(f"Files that could not be read: {unreadable}.", 1)
