"""Nothing of a look is left for whoever uses the connection next, however the look ended."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from building import Household
from looking import count, own_look, rows
from tarkka.access import DoorMisused, Refused, person

Admin = psycopg.Connection[tuple[object, ...]]


@contextmanager
def nothing_left() -> Iterator[None]:
    """Check that after the block the connection is as it was: no role, ticket, cursor or setting, and no row to see."""
    settings = "SELECT name, setting FROM pg_settings WHERE name !~ '^plpgsql' ORDER BY 1"
    before = rows(settings)
    yield
    assert rows("SELECT current_user, coalesce(current_setting('tarkka.ticket', true), '')") == [("tarkka_app", "")]
    assert rows("SELECT name FROM pg_cursors WHERE is_holdable") == []
    assert rows(settings) == before
    with pytest.raises(Exception, match="permission denied for table receipt"):
        count("receipt")


@pytest.fixture(autouse=True)
def _connected(database: str) -> None:
    rows("SELECT 1")


def test_look_that_ends_well_leaves_nothing(home: Household) -> None:
    with nothing_left(), own_look(home.persons[0]):
        assert count("receipt") == 3


def test_look_that_fails_leaves_nothing(home: Household) -> None:
    with nothing_left(), pytest.raises(ZeroDivisionError), own_look(home.persons[0]):
        count("receipt")
        raise ZeroDivisionError


def test_refused_look_leaves_nothing(home: Household) -> None:
    with nothing_left(), pytest.raises(Refused), own_look(home.persons[0], subject=person(home.persons[1])):
        pytest.fail("the door was opened")


def test_held_cursor_is_closed_with_the_look(home: Household) -> None:
    from django.db import connection

    with nothing_left(), own_look(home.persons[0]), connection.cursor() as cursor:
        cursor.execute("DECLARE held CURSOR WITH HOLD FOR SELECT * FROM receipt")
    with pytest.raises(Exception, match='cursor "held" does not exist'):
        rows("FETCH ALL FROM held")


@pytest.mark.parametrize(
    "setting",
    [
        "SELECT set_config('role', 'tarkka_trace', false)",
        "SELECT set_config('tarkka.ticket', current_setting('tarkka.ticket'), false)",
        "SELECT set_config('search_path', 'audience', false)",
        "SELECT set_config('row_security', 'off', false)",
        "SELECT set_config('synchronous_commit', 'off', false)",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT set_config('timezone', 'Pacific/Kiritimati', false)",
    ],
)
def test_setting_made_for_the_session_goes_with_the_look(home: Household, setting: str) -> None:
    with nothing_left(), own_look(home.persons[0]):
        rows(setting)


def test_second_statement_in_one_string_does_not_run(home: Household) -> None:
    with pytest.raises(Exception, match="multiple commands"), own_look(home.persons[0]):
        rows("SELECT 1 WHERE 1 = %s; UPDATE person SET language = 'sv'", 1)


def test_half_read_iterator_reads_no_further(home: Household) -> None:
    from tarkka.purchases.models import Receipt

    with nothing_left():
        with own_look(home.persons[0]):
            iterator = Receipt.objects.iterator(chunk_size=1)
            first = next(iterator)
        # Without cursors on the server every row came at once, of this look's subject alone.
        assert {row.purchaser_id for row in [first, *iterator]} == {home.persons[0]}


def test_lazy_query_asked_after_the_look_is_denied(home: Household) -> None:
    from tarkka.purchases.models import Receipt

    with nothing_left():
        with own_look(home.persons[0]):
            lazy = Receipt.objects.all()
        with pytest.raises(Exception, match="permission denied"):
            list(lazy)


def test_half_read_stream_closes_the_connection(home: Household) -> None:
    from django.db import connection

    with nothing_left():
        with pytest.raises(DoorMisused), own_look(home.persons[0]):
            stream = connection.connection.cursor().stream("SELECT * FROM receipt")
            next(stream)
        with pytest.raises(psycopg.Error):
            list(stream)


def test_abandoned_generator_ends_its_look(home: Household) -> None:
    def pages() -> Iterator[int]:
        with own_look(home.persons[0]):
            yield count("receipt")
            yield count("receipt_line")

    with nothing_left():
        generator = pages()
        assert next(generator) == 3
        del generator
        gc.collect()


def test_look_left_open_ends_with_the_request(home: Household) -> None:
    from django.db import close_old_connections

    with nothing_left():
        look = own_look(home.persons[0])
        look.__enter__()
        close_old_connections()


def test_door_does_not_open_inside_a_look(home: Household) -> None:
    with nothing_left(), own_look(home.persons[0]):
        with pytest.raises(DoorMisused), own_look(home.persons[1]):
            pytest.fail("the door was opened")
        assert count("receipt") == 3


def test_door_does_not_open_inside_a_transaction(home: Household) -> None:
    from django.db import connection, transaction

    with nothing_left():
        with transaction.atomic(), pytest.raises(DoorMisused), own_look(home.persons[0]):
            pytest.fail("the door was opened")
        connection.connection.execute("BEGIN")
        with pytest.raises(DoorMisused), own_look(home.persons[0]):
            pytest.fail("the door was opened")
        connection.connection.execute("ROLLBACK")


def test_atomic_inside_a_look_undoes_its_own_part(home: Household) -> None:
    from django.db import transaction

    me = home.persons[0]
    with nothing_left():
        with own_look(me):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                rows("UPDATE person SET language = 'sv' RETURNING id")
                raise ZeroDivisionError
            with transaction.atomic():
                rows("UPDATE person SET family_name = 'Undone' RETURNING id")
        with own_look(me):
            assert rows("SELECT language, family_name FROM person") == [("fi", "Undone")]


def test_failure_that_was_passed_over_is_no_success(home: Household) -> None:
    with nothing_left(), pytest.raises(DoorMisused, match="nothing of it is committed"), own_look(home.persons[0]):
        rows("UPDATE person SET language = 'sv' RETURNING id")
        with pytest.raises(Exception, match="does not exist"):
            rows("SELECT * FROM nowhere")


def test_transaction_ended_inside_a_look_is_no_success(home: Household) -> None:
    from django.db import connection

    with nothing_left(), pytest.raises(DoorMisused), own_look(home.persons[0]):
        connection.connection.execute("COMMIT")


def test_backend_killed_during_a_look_leaves_a_connection_that_works(home: Household, admin: Admin) -> None:
    ended = r"terminating connection|server closed"
    with nothing_left(), pytest.raises(Exception, match=ended), own_look(home.persons[0]):
        admin.execute("SELECT pg_terminate_backend(%s)", rows("SELECT pg_backend_pid()")[0])
        count("receipt")


def test_backend_killed_before_the_look_ends_is_no_success(home: Household, admin: Admin) -> None:
    ended = r"terminating connection|server closed"
    with nothing_left(), pytest.raises(psycopg.OperationalError, match=ended), own_look(home.persons[0]):
        admin.execute("SELECT pg_terminate_backend(%s)", rows("SELECT pg_backend_pid()")[0])


def test_backend_killed_between_requests_is_no_failure(home: Household, admin: Admin) -> None:
    from django.db import close_old_connections, connection

    connection.close()
    admin.execute("SELECT pg_terminate_backend(%s)", rows("SELECT pg_backend_pid()")[0])
    close_old_connections()
    with own_look(home.persons[0]):
        assert count("receipt") == 3


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE kept AS SELECT * FROM receipt",
        "CREATE TEMP TABLE kept AS SELECT * FROM receipt",
        "SELECT lo_from_bytea(0, convert_to(string_agg(receipt::text, ''), 'UTF8')) FROM receipt",
    ],
)
def test_rows_cannot_be_kept_outside_their_tables(home: Household, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"), own_look(home.persons[0]):
        rows(statement)


def test_look_that_ends_late_leaves_the_next_one_alone(home: Household) -> None:
    from django.db import close_old_connections, connection

    late = own_look(home.persons[0])
    late.__enter__()
    close_old_connections()
    with own_look(home.persons[1]):
        del late
        gc.collect()
        assert count("receipt") == 3
        assert not connection.get_autocommit()
