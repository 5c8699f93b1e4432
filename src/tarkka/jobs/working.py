"""Working the queue off. A job is a task's name and what it is about; it is queued in SQL, with the rows of that.

The queue is procrastinate's: jobs are rows, one worker takes each, and a worker that dies is noticed by its heartbeat.
A job may therefore run twice, and every task must be such that the second time changes nothing.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from django.db import close_old_connections, connections
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job
from psycopg.conninfo import make_conninfo

from tarkka.jobs import NotYet

_log = logging.getLogger(__name__)

Task = Callable[[int], None]
"""What is done at the job of this id. Whatever it raises, it is called again later."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: for a worker's next heartbeat; to try again, ever longer up to `longest`; and to
    queue what is due.
    """

    heartbeat: float = 30.0
    first: float = 60.0
    longest: float = 3600.0
    keep_up: float = 3600.0


def work(
    tasks: Mapping[str, Task],
    *,
    at_once: int = 2,
    until_empty: bool = False,
    patience: Patience | None = None,
    keep_up: Callable[[], None] | None = None,
) -> None:
    """Do the jobs of the queue, `at_once` at a time, until SIGINT or SIGTERM; what is begun then is ended first.

    `keep_up` is called first and every hour: it queues what is due. With `until_empty` it returns when nothing is to be
    done now; what is to be tried again later stays.
    """
    threads = ThreadPoolExecutor(at_once)
    try:
        if keep_up is not None:
            threads.submit(_tried, keep_up).result()
        asyncio.run(_work(tasks, threads, at_once, until_empty, patience or Patience(), keep_up))
    finally:
        together = threading.Barrier(at_once)
        for _ in range(at_once):  # each thread has its own connection, and nobody else can close it
            threads.submit(_close, together)
        threads.shutdown()


def _close(together: threading.Barrier) -> None:
    together.wait()
    connections.close_all()


async def _work(
    tasks: Mapping[str, Task],
    threads: ThreadPoolExecutor,
    at_once: int,
    until_empty: bool,
    patience: Patience,
    keep_up: Callable[[], None] | None,
) -> None:
    address = make_conninfo(os.environ["TARKKA_DATABASE_URL"], options="-c search_path=jobs,pg_catalog")
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=at_once + 2))
    for name, task in tasks.items():
        app.task(name=name, retry=_Later(patience), pass_context=True)(_in(threads, task))
    async with app.open_async():
        await _take_up(app, patience)
        beside = [asyncio.create_task(_keep_taking_up(app, patience))]
        if keep_up is not None:
            beside.append(asyncio.create_task(_keep_up(threads, keep_up, patience)))
        try:
            await app.run_worker_async(
                wait=not until_empty,
                concurrency=at_once,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                update_heartbeat_interval=patience.heartbeat / 3,
                stalled_worker_timeout=patience.heartbeat,
            )
        finally:
            for each in beside:
                each.cancel()


def _in(threads: ThreadPoolExecutor, task: Task) -> Callable[..., Awaitable[None]]:
    def do(job: int) -> None:
        close_old_connections()
        try:
            task(job)
        except NotYet:
            raise
        except Exception:
            _log.exception("Job %s failed, and is tried again", job)  # the queue itself says so to nobody
            raise

    async def run(context: JobContext, **_about: object) -> None:
        await asyncio.get_running_loop().run_in_executor(threads, do, cast("int", context.job.id))

    return run


def _tried(keep_up: Callable[[], None]) -> None:
    close_old_connections()
    try:
        keep_up()
    except Exception:  # noqa: BLE001  # the queue is worked off all the same
        _log.exception("What is due was not queued, and is tried again in an hour")


async def _keep_up(threads: ThreadPoolExecutor, keep_up: Callable[[], None], patience: Patience) -> None:
    while True:
        await asyncio.sleep(patience.keep_up)
        await asyncio.get_running_loop().run_in_executor(threads, _tried, keep_up)


async def _keep_taking_up(app: App, patience: Patience) -> None:
    while True:
        await asyncio.sleep(patience.heartbeat / 2)
        with suppress(ConnectorException):  # the worker itself ends by it, or goes on when the database is back
            await _take_up(app, patience)


async def _take_up(app: App, patience: Patience) -> None:
    """Put back into the queue what was begun by a worker that is gone: nobody else does."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=patience.heartbeat):
        await app.job_manager.retry_job(job)


class _Later(BaseRetryStrategy):
    """Try again, ever later and without end: what is queued concerns somebody."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002  # its interface
        seconds = min(self._patience.first * 2 ** min(job.attempts, 20), self._patience.longest)
        return RetryDecision(retry_in={"milliseconds": int(seconds * 1000)})
