"""`tarkka serve`, `tarkka migrate`, `tarkka upkeep`: running an installation."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from types import FrameType
from typing import Annotated

import psycopg
import typer
from django.core.management import call_command

from tarkka.cli import boot
from tarkka.database.safety import UnsafeDatabase, refuse_unsafe


def migrate() -> None:
    """Bring the database in step with this program: roles, tables, functions. Safe to run again."""
    boot.boot(owner=True)
    boot.migrate()


def serve(
    port: Annotated[int, typer.Option(envvar="TARKKA_PORT", help="The port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on; a balancer that ends TLS stands in front.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 2,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    boot.boot()
    run_server(host, port, workers)


def run_server(host: str, port: int, workers: int = 2) -> None:
    """Run the server in a process of its own until it ends or this one is asked to; then end it and wait.

    Raises typer.Exit with the reasons if the database is not safe for a register.
    """
    try:
        with closing(psycopg.connect(os.environ["TARKKA_DATABASE_URL"], autocommit=True)) as connection:
            refuse_unsafe(connection)
    except UnsafeDatabase as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    call_command("collectstatic", interactive=False, verbosity=0)
    environment = {name: value for name, value in os.environ.items() if name != "TARKKA_OWNER_URL"}  # least right: requests never own tables
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "8"]
    command += ["--no-ws", "--log-level", "warning", "--respawn-failed-workers", "tarkka.site.wsgi:application"]
    # A session of its own, so that Ctrl-C reaches the server through us alone and it ends its workers in order.
    server = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603  # our own interpreter and arguments

    def stop(number: int, frame: FrameType | None) -> None:
        server.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    code = server.wait()
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        typer.echo(f"The server ended with {code}.", err=True)
        raise typer.Exit(1)


def upkeep() -> None:
    """Do what a night should: partitions ahead, closed quarters in order, the planner's figures, old sessions, loose ends.

    Exits with 1 if rows were found that point at nothing.
    """
    boot.boot(owner=True)
    from tarkka.purchases.upkeep import broken_references, cluster_closed_partitions, make_partitions_ahead, refresh_figures

    make_partitions_ahead()
    for name in cluster_closed_partitions():
        typer.echo(f"put in order: {name}")
    refresh_figures()
    call_command("clearsessions")
    loose = broken_references()
    for what, found in loose.items():
        typer.echo(f"{found} × {what}", err=True)
    if loose:
        raise typer.Exit(1)
