"""`tarkka bonus`: check, compare and publish the program; close months; explain what a household earned; pay it out.

A file needs no database. Django is imported only where the register is asked.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import PermissionDenied

from tarkka.bonus.comparison import diff as differences
from tarkka.bonus.comparison import per_cent
from tarkka.bonus.program import Program, load
from tarkka.cli.boot import Acting, boot, stop
from tarkka.cli.intake import progress_bar
from tarkka.cli.payout import payout, returned
from tarkka.description.errors import DescriptionInvalid, NotPublishable
from tarkka.description.reading import read_source
from tarkka.vocabulary import decimal_text

app = typer.Typer(help="Bonus: the program, closing months, explaining and paying out.", no_args_is_help=True)
app.command("payout")(payout)
app.command("returned")(returned)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A program file.")]


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  # a month has no time zone
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month; write it as 2017-03") from None


Month = Annotated[date, typer.Option("--month", metavar="MONTH", parser=_month, help="The month, such as 2017-03.")]
Household = Annotated[int, typer.Option(help="The id of a household.")]


@app.command()
def check(file: File) -> None:
    """Say whether a file is a valid program; if not, everything that is wrong with it and how to mend it."""
    with _answers():
        program = load(file)
    rates = [step.basis_points for each in program.cooperative.values() for step in each.steps]
    typer.echo(
        f"{file} is valid: from {program.effective_from:%Y-%m}, {len(program.cooperative)} cooperatives,"
        f" {per_cent(min(rates))} to {per_cent(max(rates))}."
    )


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A file or the number of a published version.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A file or the number of a published version.")],
) -> None:
    """Say in words what becomes different from A to B."""
    with _answers():
        changes = differences(_one(before), _one(after))
    for change in changes or ["Nothing changes."]:
        typer.echo(change)


@app.command()
def publish(file: File, acting: Acting) -> None:
    """Publish a program, to hold from the month that it says, as a version that never changes."""
    with _answers():
        source = read_source(file)
        load(file)
        boot(owner=True)
        from tarkka.bonus.actions import publish

        published = publish(source, acting=acting, file=str(file))
    typer.echo(f"Published version {published.version}, in force from {published.program.effective_from:%Y-%m}.")


@app.command()
def close(
    month: Annotated[
        date | None,
        typer.Option("--month", metavar="MONTH", parser=_month, help="One month; by default every one that is due."),
    ] = None,
    *,
    acting: Acting,
) -> None:
    """Close months that have ended, and adjust closed ones for what came late. May be stopped and run again.

    What was posted already is not posted again.
    """
    boot()
    from tarkka.bonus.closing import close

    with _answers(), _progress() as told:
        closed = list(close(month, acting=acting, told=told))
    for each in closed:
        what = "closed" if each.number == 1 else "adjusted" if each.number else "nothing to adjust"
        typer.echo(
            f"{each.month:%Y-%m}: {what}, {each.entries} entries, Bonus {decimal_text(each.bonus_cents)},"
            f" payment-method benefit {decimal_text(each.benefit_cents)}"
        )
    if not closed:
        typer.echo("No month is due.")


@app.command()
def explain(household: Household, month: Month, acting: Acting) -> None:
    """Show each step of the arithmetic of a household's month, and what the ledger has of it."""
    boot()
    from tarkka.bonus.explanation import explain, in_words

    with _answers():
        for line in in_words(explain(household, month, acting=acting)):
            typer.echo(line)


@app.command()
def cooperative(
    household: Household,
    code: Annotated[str, typer.Option(help="The code of a cooperative of the program.")],
    month: Annotated[
        date,
        typer.Option("--from", metavar="MONTH", parser=_month, help="From which month on: this one or a later one."),
    ],
    acting: Acting,
) -> None:
    """Say to which cooperative a household belongs from a month on."""
    boot()
    from tarkka.bonus.actions import set_cooperative

    with _answers():
        set_cooperative(household, code, from_month=month, acting=acting)
    typer.echo(f"Household {household} belongs to {code} from {month:%Y-%m}.")


def _one(what: str) -> Program:
    """A published version by its number, or a file."""
    if not what.isdecimal():
        return load(what)
    boot()
    from tarkka.bonus.queries import programs

    published = {each.version: each.program for each in programs()}
    if int(what) not in published:
        raise NotPublishable([f"there is no version {what}; published are {', '.join(map(str, published)) or 'none'}"])
    return published[int(what)]


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many months are done, and meanwhile how many entries are posted, which the ledger's sequence tells."""
    from django.db import connections

    from tarkka.bonus.queries import last_entry

    ended = threading.Event()
    with progress_bar() as bar:
        task = bar.add_task("months", total=None)
        begun = last_entry()

        def watch() -> None:
            while not ended.wait(0.5):
                bar.update(task, description=f"months ({last_entry() - begun:,} entries)")
            connections.close_all()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield lambda done, of: bar.update(task, completed=done, total=of)
        finally:
            ended.set()
            watching.join()


@contextmanager
def _answers() -> Iterator[None]:
    """Turn what is refused into words on standard error and exit status 1."""
    try:
        yield
    except (DescriptionInvalid, NotPublishable, LookupError, ValueError) as error:
        stop(str(error), 1)
    except PermissionDenied as error:
        stop(f"Not done: the register description does not let the program look ({error}).", 1)
