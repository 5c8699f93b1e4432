"""`tarkka session`: ending visits to the portal, when somebody asks for it or something went wrong."""

from typing import Annotated

import typer

from tarkka.cli.boot import boot, stop

app = typer.Typer(help="Visits to the portal.", no_args_is_help=True)


@app.callback()
def _() -> None:
    """Be a group, though of one command."""


@app.command("end")
def end(
    person_id: Annotated[int | None, typer.Argument(help="Whose sessions end.", metavar="[PERSON]")] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody's sessions end.")] = False,
) -> None:
    """End a person's sessions in every browser, or everybody's, now: they sign in again."""
    if (person_id is None) is not everybody:
        stop("Name the person, or say --everybody.")
    boot()
    from tarkka.sign_in.sessions import end_sessions

    typer.echo(f"Sessions ended: {end_sessions(person_id)}.")
