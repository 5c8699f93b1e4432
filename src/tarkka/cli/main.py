"""The `tarkka` command: every room's commands under one name."""

import typer

from tarkka.cli import description, intake, source

main = typer.Typer(
    help="A purchase-data register for loyalty programmes.", no_args_is_help=True, pretty_exceptions_show_locals=False, add_completion=False
)
main.add_typer(description.app, name="description")
main.add_typer(source.app, name="source")
main.add_typer(source.outlets, name="outlet")
main.command("intake")(intake.intake)


def run() -> None:
    """Run the command line."""
    main()
