"""`tarkka sample`: any number of sample receipts as feed files, with the outlets, groups and people that they need."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class FileFormat(StrEnum):
    """What the receipts are written as."""

    NDJSON = "ndjson"
    PARQUET = "parquet"


def sample(
    receipts: Annotated[int, typer.Option(min=1, help="How many receipts. The data set's own year has 155,848.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder to write to; made if it is not there.")],
    form: Annotated[FileFormat, typer.Option("--format", help="The form of the receipts.")] = FileFormat.NDJSON,
    seed: Annotated[int, typer.Option(min=1, max=99_999, help="Another seed draws other households.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The year ends in the week before this day: today.")
    ] = None,
) -> None:
    """Write sample receipts with the distributions of the data set, and the outlets, groups and people that they need.

    Writes outlets.json, groups.json, people.ndjson and receipts. The same options give the same files.
    """
    from tarkka.sample.generate import generate, write_groups, write_outlets
    from tarkka.sample.receipts import ZONE, prepare, weeks_until
    from tarkka.sample.source import SampleMissingError

    try:
        weeks = weeks_until((until or datetime.now(ZONE)).date())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None
    console = Console(stderr=True)
    try:
        with console.status("Mapping the data set"):
            mapped = prepare()
    except SampleMissingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    out.mkdir(parents=True, exist_ok=True)
    write_outlets(out / "outlets.json", mapped.outlets)
    write_groups(out / "groups.json")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Receipts", total=receipts)
        for part in generate(mapped, receipts, out, seed=seed, weeks=weeks, form=form.value):
            progress.update(task, advance=part.receipts, description=part.path.name)
