"""The `tarkka` command: every room's commands under one name."""

import signal
import sys

import psycopg
import typer
from django.db import DatabaseError

from tarkka.cli import (
    audit,
    bonus,
    datamap,
    demo,
    description,
    glass,
    intake,
    people,
    recall,
    receipts,
    record,
    retention,
    rights,
    sample,
    schema,
    serve,
    session,
    source,
    staff,
    supervision,
    waysout,
    work,
)
from tarkka.site.logs import without_texts

main = typer.Typer(
    help="A purchase-data register for loyalty programmes.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold personal data
    add_completion=False,
)
main.add_typer(audit.app, name="audit")
main.add_typer(bonus.app, name="bonus")
main.add_typer(people.card, name="card")
main.command("datamap")(datamap.datamap)
main.command("demo")(demo.demo)
main.add_typer(description.app, name="description")
main.add_typer(rights.extracts, name="extracts")
main.add_typer(glass.app, name="glass")
main.add_typer(source.groups, name="group")
main.add_typer(people.household, name="household")
main.command("intake")(intake.intake)
main.add_typer(people.mandate, name="mandate")
main.command("migrate")(serve.migrate)
main.add_typer(people.objection, name="objection")
main.add_typer(source.outlets, name="outlet")
main.add_typer(people.person, name="person")
main.add_typer(recall.app, name="recall")
main.add_typer(receipts.app, name="receipts")
main.command("record")(record.record)
main.add_typer(rights.requests, name="requests")
main.add_typer(retention.app, name="retention")
main.command("sample")(sample.sample)
main.command("schema")(schema.schema)
main.command("serve")(serve.serve)
main.add_typer(session.app, name="session")
main.add_typer(source.app, name="source")
main.add_typer(staff.app, name="staff")
main.add_typer(supervision.app, name="supervision")
main.command("upkeep")(serve.upkeep)
main.command("ways-out")(waysout.ways_out)
main.command("work")(work.work)


def run() -> None:
    """Run the command line. Being asked to end ends it in order, so that nothing that it started is left running."""
    asked: list[int] = []

    def end(number: int, _: object) -> None:
        asked.append(number)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        main()
    except (DatabaseError, psycopg.Error) as error:
        found = error if isinstance(error, psycopg.Error) else error.__cause__
        if isinstance(found, psycopg.OperationalError) and found.sqlstate is None:  # of the connection, not of a row
            sys.exit(f"The database cannot be reached: {found}")
        sys.exit(f"The database did not do it:\n{without_texts(error)}")
    except Exception:
        if asked:  # which some libraries tell as a failure of theirs
            sys.exit(128 + asked[0])
        raise


if __name__ == "__main__":
    run()
