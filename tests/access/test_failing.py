"""Whatever fails at the door, nothing is shown without an event that was committed: each step fails in turn."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError

from building import Household, a_household, a_source, administrator, take_three_levels
from looking import count, own_look
from tarkka import access
from tarkka.vocabulary import Purpose, Role

SHOWN = ("receipt", "receipt_group", "receipt_line")
ALL = 3 + 2 + 4
"""How many rows three receipts have, one at each level."""


@pytest.fixture(scope="module")
def home(database: str) -> Household:
    home = a_household(1)
    take_three_levels(a_source(), home.cards[0])
    return home


def events_of(person: int) -> int:
    """Return how many events of looks at a person were committed, as another session sees it."""
    with administrator() as connection:
        [(found,)] = connection.execute(
            "SELECT count(*) FROM access_event WHERE subject_id = %s AND subject_kind = 'person'", [person]
        )
    return int(found)


def look_and_count(person: int) -> int:
    """Look at a person, and return how many rows were shown before anything went wrong."""
    shown = 0
    try:
        with own_look(person):
            for table in SHOWN:
                shown += count(table)
    except (psycopg.Error, DatabaseError, access.DoorMisused):
        pass
    return shown


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, step: int) -> Iterator[None]:
    """Let the server lose the connection just before the door's statement of this number, the first being 0."""
    done = iter(range(100))
    execute = psycopg.Connection.execute

    def losing(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.info.user == "tarkka_app" and next(done) == step:
            with administrator() as connection:
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", [self.info.backend_pid])
        return execute(self, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", losing)
        yield


@pytest.mark.parametrize("step", range(6))
def test_connection_lost_at_any_step_shows_nothing_without_its_event(
    home: Household, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    person = home.persons[0]
    before = events_of(person)
    with failing(monkeypatch, step):
        shown = look_and_count(person)
    # The door has five statements: asking, beginning, role, ticket, and the end, after which all is shown.
    assert (shown > 0) is (step >= 4)
    assert events_of(person) - before in ((0, 1) if shown == 0 else (1,))
    assert look_and_count(person) == ALL  # and the next look is as it should be


@contextmanager
def full(table: str) -> Iterator[None]:
    """Let nothing more be written into a table."""
    with administrator() as connection:
        connection.execute(
            "CREATE FUNCTION public.no_space() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute("GRANT EXECUTE ON FUNCTION public.no_space TO PUBLIC")
        connection.execute(f"CREATE TRIGGER no_space BEFORE INSERT ON {table} EXECUTE FUNCTION public.no_space()")
        try:
            yield
        finally:
            connection.execute(f"DROP TRIGGER no_space ON {table}")
            connection.execute("DROP FUNCTION public.no_space")


@pytest.mark.parametrize("table", ["access_event", "access_ticket"])
def test_log_that_cannot_be_written_shows_nothing(home: Household, table: str) -> None:
    person = home.persons[0]
    before = events_of(person)
    with full(table):
        assert look_and_count(person) == 0
    assert events_of(person) == before
    assert look_and_count(person) == ALL


def test_who_was_in_a_household_s_look_is_written_or_nothing_is_shown(home: Household) -> None:
    look: dict[str, Any] = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.BONUS}
    subject = access.household(home.id)
    with full("access_event_person"), pytest.raises(psycopg.errors.DiskFull), access.opened(**look, subject=subject):
        pytest.fail("the door was opened")


def _look_and_die(person: int, shown: Any) -> None:
    import django
    from django.db import connections

    django.setup()
    for each in connections.all():
        each.inc_thread_sharing()
        each.connection = None  # the parent's
    with own_look(person):
        shown.send(sum(count(table) for table in SHOWN))
        os.kill(os.getpid(), signal.SIGKILL)


def test_program_that_is_killed_while_it_shows_has_left_its_event(home: Household) -> None:
    person = home.persons[0]
    before = events_of(person)
    received, sent = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_look_and_die, args=(person, sent))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert received.recv() == ALL
    assert events_of(person) == before + 1
