"""`tarkka retention`: letting go of purchases whose time is over."""

from datetime import date

import typer
from rich.console import Console
from rich.table import Table

from tarkka.cli.boot import Acting, boot, stop
from tarkka.cli.intake import progress_bar
from tarkka.retention.plan import quarter_name

app = typer.Typer(help="Letting go of purchases whose time is over.", no_args_is_help=True)


@app.command("plan")
def plan() -> None:
    """Show what `tarkka retention run` would do today, what it would hold back and what waits. Changes nothing."""
    boot(owner=True)
    _print_plan()


@app.command("run")
def run(acting: Acting) -> None:
    """Drop the quarters that are older than the description in force keeps: products, then groups, then totals.

    Shows first what it will do, and records what it did. Rows that a running recall, an open request or a restriction
    needs are held aside; totals of a month that Bonus has not closed stay. May be stopped at any moment and run again.
    Exits with 3 if somebody kept a table in use: run again.
    """
    boot(owner=True)
    from tarkka.retention.running import AlreadyRunning, InUse
    from tarkka.retention.running import run as let_go

    if not _print_plan():
        return
    try:
        with progress_bar() as bar:
            task = bar.add_task("retention", total=1)
            done = let_go(acting, told=lambda share: bar.update(task, completed=share))
    except AlreadyRunning as error:
        stop(f"Not done: {error}.")
    except InUse as error:
        stop(f"Not all done: {error}. Run again when nothing long is read.", 3)
    for hold, rows in done.released.items():
        typer.echo(f"let go, held for a {hold} that is over: {rows:,}")
    for step in done.steps:
        if step.partition:
            typer.echo(f"dropped {step.partition.name}, held back {step.held:,}, in {step.seconds * 1000:.0f} ms")
        else:
            typer.echo(f"keys forgotten of {quarter_name(step.quarter)}: {step.keys:,}")
    typer.echo(f"recorded as run {done.run_id}")


def _print_plan() -> bool:
    """Print what a run would do; False if that is nothing."""
    from tarkka.retention.running import show

    shown = show()
    for waiting in shown.plan.waiting:
        months = ", ".join(f"{month:%Y-%m}" for month in waiting.months)
        typer.echo(f"{waiting.partition.name} waits: Bonus has not closed {months} (`tarkka bonus close`)")
    if not shown:
        typer.echo("Nothing to do: nothing is older than the description keeps.")
        return False
    table = Table("quarter", "level", "rows, about", "MB", "held back", title="Retention")
    for column in (2, 3):
        table.columns[column].justify = "right"
    for each in shown.plan.drops:
        held = ", ".join(f"{hold}: {rows:,}" for hold, rows in shown.held[each].items())
        about = f"{each.rows:,}" if each.rows >= 0 else "?"
        table.add_row(quarter_name(each.quarter), each.level.name, about, f"{each.bytes / 1e6:,.1f}", held)
    if shown.plan.drops:
        Console().print(table)
    for hold, rows in shown.released.items():
        typer.echo(f"to be let go, held for a {hold} that is over: {rows:,}")
    if shown.quarters_with_keys:
        typer.echo(f"keys to be forgotten of {_names(shown.quarters_with_keys)}")
    return True


def _names(quarters: tuple[date, ...]) -> str:
    return ", ".join(map(quarter_name, quarters))
