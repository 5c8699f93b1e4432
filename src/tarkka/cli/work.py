"""`tarkka work`: the process that works off the queue: tracing recalls, and telling people of them."""

from typing import Annotated

import typer

from tarkka.cli.boot import boot


def work(
    at_once: Annotated[int, typer.Option(min=1, max=32, help="Jobs that are done at the same time.")] = 2,
    once: Annotated[bool, typer.Option("--once", help="Do what is to be done now, and end.")] = False,
) -> None:
    """Work off the queue until Ctrl-C: what `tarkka serve` does by itself. Several may run at once, on any machines.

    What fails is tried again, ever later; what a process that was killed had begun is taken up after half a minute.
    """
    boot()
    from tarkka.jobs import working
    from tarkka.recalls.delivery import keep_up, tell
    from tarkka.recalls.tracing import trace

    working.work({"recalls.tell": tell, "recalls.trace": trace}, at_once=at_once, until_empty=once, keep_up=keep_up)
