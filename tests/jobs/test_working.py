"""The queue: what is queued is done, tried again, and taken up when its worker dies; the login queues nothing."""

import threading

import psycopg
import pytest

from building import administrator
from looking import rows
from tarkka.jobs.working import Patience, work

SHORT = Patience(heartbeat=0.6, first=0.0, longest=0.0)
QUEUE = """
SET LOCAL search_path = jobs, pg_catalog; SET LOCAL ROLE tarkka_door;
SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
    'default', 'test', 0, NULL, NULL, jsonb_build_object('number', n), NULL)::procrastinate_job_to_defer_v1))
FROM generate_series({}, {}) n;
"""


def queue(first: int, last: int) -> None:
    """Queue a job for each number, as a function of the door does."""
    with administrator() as admin, admin.transaction():
        admin.execute(QUEUE.format(first, last))


def number_of(job: int) -> int:
    [(number,)] = rows("SELECT (args ->> 'number')::integer FROM jobs.procrastinate_jobs WHERE id = %s", job)
    return number


def left() -> list[tuple[str, int]]:
    return rows("SELECT status::text, (args ->> 'number')::integer FROM jobs.procrastinate_jobs ORDER BY 2")


@pytest.fixture
def done(database: str) -> list[int]:
    with administrator() as admin:
        admin.execute("DELETE FROM jobs.procrastinate_jobs")
    return []


def test_what_is_queued_is_done_once_and_gone(done: list[int]) -> None:
    queue(1, 20)
    work({"test": lambda job: done.append(number_of(job))}, until_empty=True)
    assert sorted(done) == list(range(1, 21))
    assert left() == []


def test_queued_in_a_transaction_that_fails_is_not_queued(done: list[int]) -> None:
    with administrator() as admin, pytest.raises(ZeroDivisionError), admin.transaction():
        admin.execute(QUEUE.format(1, 1))
        raise ZeroDivisionError
    assert left() == []


def test_what_fails_is_tried_again(done: list[int]) -> None:
    def fail_twice(job: int) -> None:
        number = number_of(job)
        done.append(number)
        if done.count(number) < 3:
            raise RuntimeError("not now")

    queue(1, 2)
    for _ in range(3):  # what failed is due a moment later, when the worker may have found nothing and left
        work({"test": fail_twice}, until_empty=True, patience=SHORT)
    assert sorted(done) == [1, 1, 1, 2, 2, 2]
    assert left() == []


def test_what_fails_is_left_for_later_and_the_rest_done(done: list[int]) -> None:
    def fail_first(job: int) -> None:
        if number_of(job) == 1:
            raise RuntimeError("not now")
        done.append(number_of(job))

    queue(1, 3)
    work({"test": fail_first}, until_empty=True, patience=Patience(first=600.0))
    assert sorted(done) == [2, 3]
    assert left() == [("todo", 1)]
    [(wait,)] = rows("SELECT extract(epoch FROM scheduled_at - now()) FROM jobs.procrastinate_jobs")
    assert 500 < wait <= 600


def test_failure_is_logged_unless_the_task_has_said_why(done: list[int], caplog: pytest.LogCaptureFixture) -> None:
    from tarkka.jobs import NotYet

    def fail(job: int) -> None:
        raise RuntimeError if number_of(job) == 1 else NotYet

    queue(1, 2)
    work({"test": fail}, until_empty=True)
    said = [record for record in caplog.records if record.name == "tarkka.jobs.working"]
    assert [(record.levelname, record.message.split(" ", 2)[2]) for record in said] == [
        ("ERROR", "failed, and is tried again")
    ]


def test_what_is_due_is_queued_again_and_again(done: list[int]) -> None:
    again = threading.Event()

    def keep_up() -> None:
        done.append(0)
        if len(done) == 3:
            again.set()

    queue(1, 1)
    often = Patience(keep_up=0.05)
    work(
        {"test": lambda _: done.append(1 if again.wait(20) else -1)}, until_empty=True, patience=often, keep_up=keep_up
    )
    assert done[:3] == [0, 0, 0]
    assert -1 not in done


def test_what_a_dead_worker_had_begun_is_taken_up(done: list[int]) -> None:
    queue(1, 1)
    with administrator() as admin:
        admin.execute("INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        admin.execute(
            "UPDATE jobs.procrastinate_jobs SET status = 'doing', worker_id = w.id FROM jobs.procrastinate_workers w"
        )
    work({"test": lambda job: done.append(number_of(job))}, until_empty=True)
    assert done == [1]
    assert left() == []


def test_what_a_living_worker_has_begun_is_left_to_it(done: list[int]) -> None:
    queue(1, 1)
    begun, may_end = threading.Event(), threading.Event()

    def wait(job: int) -> None:
        begun.set()
        assert may_end.wait(20)
        done.append(number_of(job))

    worker = threading.Thread(target=work, args=[{"test": wait}], kwargs={"until_empty": True, "patience": SHORT})
    worker.start()
    assert begun.wait(20)
    work({"test": lambda job: done.append(-number_of(job))}, until_empty=True, patience=SHORT)
    may_end.set()
    worker.join()
    assert done == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'test')",
        "SELECT jobs.procrastinate_defer_jobs_v1(NULL)",
        "UPDATE jobs.procrastinate_jobs SET args = '{}'",
        "UPDATE jobs.procrastinate_jobs SET task_name = 'another'",
        "INSERT INTO jobs.procrastinate_periodic_defers (task_name) VALUES ('test')",
        "TRUNCATE jobs.procrastinate_events",
    ],
)
def test_login_queues_nothing_and_changes_nothing_of_what_is_queued(database: str, statement: str) -> None:
    from django.db import DatabaseError, connection

    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
