"""`tarkka intake`: receipt files into the register."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tarkka.cli.boot import boot, stop


def progress_bar() -> Progress:
    """Return the bar that every long command shows."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def intake(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="NDJSON, CSV or Parquet files of receipts.")
    ],
    source: Annotated[str, typer.Option(help="The source that the files are from: see `tarkka source add`.")],
    report: Annotated[
        Path | None, typer.Option(help="Where to write the counts and every rejected receipt, as JSON.")
    ] = None,
) -> None:
    """Take receipts from files. May be stopped at any moment and run again: what was taken is then a duplicate.

    Exits with 1 if a receipt was rejected (the rest was taken all the same), with 2 if a file cannot be read or
    written or the source is unknown, with 3 if the database failed: run the same again.
    """
    boot()
    from tarkka.description.errors import BeforeFirstVersion
    from tarkka.purchases.files import Report, ReportFile, take_file
    from tarkka.purchases.queries import source_id
    from tarkka.purchases.reading import UnreadableFile, reader
    from tarkka.purchases.verdict import IntakeFault

    found = source_id(source)
    if found is None:
        stop(f"There is no source named {source}. Register it with `tarkka source add`.", 2)
    total = Report()
    try:
        for path in files:
            reader(path)
        with ExitStack() as stack:
            out = ReportFile(stack.enter_context(report.open("w", encoding="utf-8"))) if report else None
            if out:
                stack.callback(out.close)
            bar = stack.enter_context(progress_bar())
            for path in files:
                told = partial(_advance, bar, bar.add_task(path.name, total=1))
                total.counts += take_file(path, found, report=out, told=told).counts
    except (OSError, UnreadableFile) as error:
        stop(str(error), 2)
    except BeforeFirstVersion:
        stop("No register description is in force, so nothing may be collected: see `tarkka description publish`.", 2)
    except IntakeFault as error:
        stop(f"The intake stopped: {error}.", 3)
    _print_counts(total.as_dict())
    if total.counts["rejected"]:
        if not report:
            typer.echo("Some receipts were rejected: run again with --report FILE to see which and why.", err=True)
        raise typer.Exit(1)


def _advance(bar: Progress, task: TaskID, share: float) -> None:
    bar.update(task, completed=share)


def _print_counts(report: dict[str, Any]) -> None:
    table = Table("", "receipts", title="Intake")
    table.columns[1].justify = "right"
    for name, count in report.items():
        for level, part in count.items() if isinstance(count, dict) else [("", count)]:
            table.add_row(f"{name} {level}".replace("_", " ").strip(), f"{part:,}")
    Console().print(table)
