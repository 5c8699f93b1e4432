"""`tarkka serve`, `tarkka migrate`, `tarkka upkeep`: running an installation."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psycopg
import typer
from django.core.management import call_command

from tarkka.cli import boot
from tarkka.database.safety import UnsafeDatabase, refuse_unsafe

PAUSE = 5
"""Seconds until what runs beside the server, and ended by itself, is started again."""

_log = logging.getLogger(__name__)


def migrate() -> None:
    """Bring the database in step with this program: roles, tables, functions. Safe to run again."""
    boot.boot(owner=True)
    boot.migrate()


def serve(
    port: Annotated[int, typer.Option(envvar="TARKKA_PORT", help="The port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; a balancer that ends TLS stands in front.")
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 2,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    refuse_taken(host, port)
    boot.boot()
    run_server(host, port, workers)


def refuse_taken(host: str, port: int) -> None:
    """Raise typer.Exit with the remedy if somebody listens there already: better told before a long start."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        boot.stop(f"Cannot listen on {host}, port {port}: it is taken, or not yours. Name another with TARKKA_PORT.")


def run_server(host: str, port: int, workers: int = 2) -> None:
    """Run the server and what runs beside it, each in a process of its own, until this one is asked to end.

    Beside it run the sealer and, where there is a mail server, who tells people that the glass was broken. What ends
    by itself is started again; a server that does ends all. All have ended when this returns.

    Raises typer.Exit with the reasons if the database is not safe for a register, or signing in is set up wrongly.
    """
    from django.conf import settings

    from tarkka.sign_in import providers

    try:
        with psycopg.connect(os.environ["TARKKA_DATABASE_URL"], autocommit=True) as connection:
            refuse_unsafe(connection)
        providers.configured()
    except (UnsafeDatabase, providers.WrongSettings) as error:
        boot.stop(str(error), 1)
    call_command("collectstatic", interactive=False, verbosity=0)
    threads = min(8, 2 * (os.cpu_count() or 1) + 1)  # beyond that, threads wait for each other
    command = [sys.executable, "-m", "tarkka.cli.server", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers", "--no-ws"]
    command += ["--workers-kill-timeout", "5", "--log-level", "warning", "tarkka.site.wsgi:application"]
    # The least right: requests never act as the owner of the tables.
    environment = {name: value for name, value in os.environ.items() if name != "TARKKA_OWNER_URL"}
    children = _Children(environment)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: children.end())
    beside = [
        threading.Thread(target=_keep_running, args=[children, "sealer of the trail", "audit", "seal"]),
        threading.Thread(target=_keep_running, args=[children, "worker of the queue", "work"]),
    ]
    if settings.EMAIL_HOST:
        beside.append(
            threading.Thread(target=_keep_running, args=[children, "teller of emergency access", "glass", "tell"])
        )
    for each in beside:
        each.start()
    code = children.run("server", command)
    was_asked = children.is_ending.is_set()
    children.end()
    for each in beside:
        each.join()
    if not was_asked:
        boot.stop(f"The server ended by itself, with code {code}.", 1)


class _Children:
    """Processes that end together. Each has a session of its own, so that Ctrl-C reaches it through us alone."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.is_ending = threading.Event()
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, name: str, command: Sequence[str]) -> int:
        """Run one to its end, and return its code."""
        child = subprocess.Popen(command, env=self._environment, start_new_session=True)  # noqa: S603  # our own words
        self._running[name] = child
        if self.is_ending.is_set():  # before there was a child to tell
            child.terminate()
        return child.wait()

    def end(self) -> None:
        """Ask all to end, in order."""
        self.is_ending.set()
        for child in list(self._running.values()):
            child.terminate()


def _keep_running(children: _Children, name: str, *arguments: str) -> None:
    while not children.is_ending.is_set():
        code = children.run(name, [sys.executable, "-m", "tarkka.cli.main", *arguments])
        if not children.is_ending.wait(PAUSE):
            _log.error("The %s ended by itself, with code %s, and is started again", name, code)


def upkeep(
    days: Annotated[int, typer.Option(min=1, help="How many days of purchases are searched for loose ends.")] = 100,
) -> None:
    """Do what a night should: partitions ahead, closed quarters in order, figures, old sessions, supervision.

    Exits with 1 if rows were found that point at nothing.
    """
    boot.boot(owner=True)
    from tarkka.access import Refused
    from tarkka.purchases.upkeep import (
        broken_references,
        cluster_closed_partitions,
        make_partitions_ahead,
        refresh_figures,
    )
    from tarkka.sign_in.once import forget_expired
    from tarkka.supervision.running import run as supervise

    make_partitions_ahead()
    for name in cluster_closed_partitions():
        typer.echo(f"put in order: {name}")
    refresh_figures()
    forget_expired()
    try:
        for rule, raised in supervise().items():
            if raised:
                typer.echo(f"flagged by {rule}: {raised}")
    except Refused as refused:
        typer.echo(
            f"no supervision: the register description does not let the program do it ({refused.reason})", err=True
        )
    loose = broken_references(datetime.now(UTC) - timedelta(days=days))
    for what, found in loose.items():
        typer.echo(f"{found} × {what}", err=True)
    if loose:
        raise typer.Exit(1)
