"""`tarkka extracts`, `tarkka requests`: letters of extracts, how many were made, and requests to answer."""

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.boot import Acting, boot, stop
from tarkka.cli.intake import progress_bar
from tarkka.cli.people import MOST, PersonId, told_plainly
from tarkka.vocabulary import Outcome

extracts = typer.Typer(help="Extracts of the register.", no_args_is_help=True)
requests = typer.Typer(help="Requests of rectification, restriction, erasure and objection.", no_args_is_help=True)

RequestId = Annotated[int, typer.Argument(min=1, max=MOST, help="The request's id, as `tarkka requests list` prints.")]


@extracts.command("print")
def print_() -> None:
    """Make a letter of every extract that was ordered on paper, once each, into `outbox` in TARKKA_HOME.

    May be stopped at any moment and run again. Exits with 1 if somebody has no postal address any more.
    """
    boot(owner=True)
    from tarkka.database.outbox import outbox
    from tarkka.rights.letters import AlreadyPrinting, print_letters

    with told_plainly(), ExitStack() as stack:
        bar = progress_bar()
        task = bar.add_task("letters", total=1)

        def told(share: float) -> None:
            if not bar.live.is_started:
                stack.enter_context(bar)
            bar.update(task, completed=share)

        try:
            printed = print_letters(told)
        except AlreadyPrinting as error:
            stop(f"Not done: {error}.")
    typer.echo(f"{printed.made} letters made in {outbox()}")
    if printed.without_address:
        stop(f"{printed.without_address} wait for a postal address.", 1)


@extracts.command("count")
def count() -> None:
    """Print how many extracts were taken online, without staff, and how many were made on paper, by year (R14)."""
    boot()
    from tarkka.rights.queries import extracts_made

    for year, made in extracts_made().items():
        typer.echo(f"{year}: {made['online']} online, {made['paper']} on paper")


@extracts.command("schema")
def schema(to: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/extract.schema.json")) -> None:
    """Write the JSON Schema of an extract's `extract.json`."""
    to.write_text(schema_text())
    typer.echo(f"{to} written.")


def schema_text() -> str:
    """Return the schema as the file has it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")
    import django

    django.setup()
    from tarkka.rights.writing import schema

    return json.dumps(schema(), indent=2) + "\n"


@extracts.command("order")
def order(person_id: PersonId, acting: Acting) -> None:
    """Order an extract on paper for somebody who asked for it otherwise than in the portal."""
    boot()
    from tarkka.people.actions import operator
    from tarkka.rights.actions import order_extract

    with told_plainly():
        typer.echo(f"ordered: {order_extract(person_id, acting=operator(acting))}")


@requests.command("list")
def list_() -> None:
    """List the requests that wait for an answer, the most urgent first: id, person, kind, due day."""
    boot(owner=True)
    from tarkka.rights.queries import waiting

    for each in waiting("request"):
        typer.echo(f"{each.id}, person {each.person_id}, {each.kind}, answer by {each.due_on}")


@requests.command("show")
def show(person_id: PersonId, acting: Acting) -> None:
    """Show a person's requests in their own words. The look is recorded and the person sees it."""
    boot()
    from tarkka.people.actions import look, operator
    from tarkka.rights.queries import read_requests

    with told_plainly(), look(person_id, operator(acting)):
        for each in read_requests():
            typer.echo(f"{each.id}, {each.kind}, received {each.received_on}, answer by {each.due_on}")
            typer.echo(each.text)
            if each.answer:
                typer.echo(f"{each.outcome}: {each.answer}")


@requests.command("answer")
def answer(
    person_id: PersonId,
    request_id: RequestId,
    outcome: Annotated[Outcome, typer.Option(help="How it was decided.")],
    text: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="A file with the answer, in UTF-8.")],
    acting: Acting,
) -> None:
    """Answer a request, once. The person reads it in the portal."""
    boot()
    from tarkka.people.actions import operator
    from tarkka.rights.actions import answer_request

    with told_plainly():
        answer_request(person_id, request_id, outcome, text.read_text(encoding="utf-8"), acting=operator(acting))
    typer.echo("answered")


@requests.command("extend")
def extend(
    person_id: PersonId,
    request_id: RequestId,
    reason: Annotated[str, typer.Option(help="Why more time is needed: the person reads it.")],
    acting: Acting,
) -> None:
    """Extend the time of a request by two months, within its first month (GDPR 12(3))."""
    boot()
    from tarkka.people.actions import operator
    from tarkka.rights.actions import extend_request

    with told_plainly():
        extend_request(person_id, request_id, reason, acting=operator(acting))
    typer.echo("extended")
