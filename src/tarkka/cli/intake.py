"""`tarkka intake`: receipt files into the register."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from tarkka.cli.boot import boot


def progress_bar() -> Progress:
    """Return the bar that every long command shows."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def intake(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="NDJSON, CSV or Parquet files of receipts.")],
    source: Annotated[str, typer.Option(help="The source that the files are from: see `tarkka source add`.")],
    report: Annotated[Path | None, typer.Option(help="Where to write the counts and every rejected receipt, as JSON.")] = None,
) -> None:
    """Take receipts from files. May be stopped at any moment and run again: what was taken is then a duplicate.

    Exits with 1 if a receipt was rejected: the rest was taken all the same.
    """
    boot()
    from tarkka.purchases.files import Report, UnreadableFile, take_file
    from tarkka.purchases.queries import source_id

    found = source_id(source)
    if found is None:
        typer.echo(f"There is no source named {source}. Register it with `tarkka source add`.", err=True)
        raise typer.Exit(2)
    total = Report()
    with ExitStack() as stack:
        out = stack.enter_context(report.open("w", encoding="utf-8")) if report else None
        if out:
            out.write('{"files": [\n')
        bar = stack.enter_context(progress_bar())
        for place, path in enumerate(files):
            task = bar.add_task(path.name, total=1)
            if out:
                out.write(",\n" if place else "")
            try:
                total.counts += take_file(path, found, report=out, told=lambda share, task=task: bar.update(task, completed=share)).counts
            except UnreadableFile as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(2) from None
        if out:
            out.write("]}\n")
    table = Table("", "receipts", title="Intake")
    table.columns[1].justify = "right"
    for name, count in total.as_dict().items():
        for level, part in count.items() if isinstance(count, dict) else [("", count)]:
            table.add_row(f"{name} {level}".replace("_", " ").strip(), f"{part:,}")
    Console().print(table)
    if total.counts["rejected"]:
        if not report:
            typer.echo("Some receipts were rejected: run again with --report FILE to see which and why.", err=True)
        raise typer.Exit(1)
