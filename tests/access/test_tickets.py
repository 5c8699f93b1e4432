"""What opens the door: a live ticket, of this backend, of a look that is committed. Asked in SQL, past the program."""

from dataclasses import dataclass

import psycopg
import pytest

from building import Household
from looking import issue, login, own_look, seen

BAD_TICKETS = ["", "0", "1", "123", "zz", "'", "00" * 32, "é"]


@dataclass(frozen=True)
class Shape:
    """One shape of look, and how many receipts of the household it sees."""

    kind: str
    purpose: str
    sees: int
    table: str = "receipt"

    def issue(self, connection: psycopg.Connection, home: Household) -> str:
        ids = {"person": home.persons[0], "household": home.id}
        return issue(connection, ids.get(self.kind), self.purpose, self.kind)

    def seen(self, connection: psycopg.Connection, home: Household, secret: str) -> int:
        # A household's look does not tell whose its receipts are.
        whose = "" if self.kind == "household" else f" WHERE purchaser_id IN {home.persons}"
        return seen(connection, secret, self.kind, self.table + whose)


SHAPES = [
    Shape("person", "own_data", 3),
    Shape("household", "bonus", 6),
    Shape("trace", "statistics", 6),
    Shape("audience", "marketing", 6, "audience.receipt"),
]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)


@every_shape
def test_live_ticket_shows_the_subject(home: Household, shape: Shape) -> None:
    with login() as connection:
        assert shape.seen(connection, home, shape.issue(connection, home)) == shape.sees


@every_shape
def test_without_a_ticket_there_is_no_row(home: Household, shape: Shape) -> None:
    with login() as connection, connection.transaction():
        connection.execute(f"SET LOCAL ROLE tarkka_{shape.kind}")
        assert connection.execute(f"SELECT count(*) FROM {shape.table}").fetchall() == [(0,)]


@every_shape
@pytest.mark.parametrize("secret", BAD_TICKETS)
def test_bad_ticket_shows_nothing(home: Household, secret: str, shape: Shape) -> None:
    with login() as connection:
        shape.issue(connection, home)
        assert shape.seen(connection, home, secret) == 0


def test_number_of_another_event_written_into_the_setting_gains_nothing(home: Household) -> None:
    with own_look(home.persons[1]) as look, login() as connection:
        issue(connection, home.persons[0])
        assert seen(connection, str(look.event_id)) == 0


@every_shape
def test_expired_ticket_shows_nothing(home: Household, admin: psycopg.Connection, shape: Shape) -> None:
    with login() as connection:
        secret = shape.issue(connection, home)
        expire = "UPDATE access_ticket SET expires_at = statement_timestamp() WHERE pid = %s"
        admin.execute(expire, [connection.info.backend_pid])
        assert shape.seen(connection, home, secret) == 0


def test_ticket_lives_for_minutes(home: Household, admin: psycopg.Connection) -> None:
    with login() as connection:
        issue(connection, home.persons[0])
        [(lives,)] = admin.execute(
            "SELECT extract(epoch FROM expires_at - now()) FROM access_ticket WHERE pid = %s",
            [connection.info.backend_pid],
        )
        assert 0 < lives <= 600


def test_tickets_of_backends_that_are_gone_do_not_gather(home: Household, admin: psycopg.Connection) -> None:
    admin.execute(
        "INSERT INTO access_ticket"
        " (pid, hash, event_id, actor, role, subject_kind, subject_id, purpose, level, xid, expires_at)"
        " VALUES (-1, '', 0, '1', 'customer', 'person', 1, 'own_data', 'TOTAL', '3', now() - interval '1 second'),"
        " (-2, '', 0, '1', 'customer', 'person', 1, 'own_data', 'TOTAL', '3', now() + interval '1 minute')"
    )
    with login() as connection:
        issue(connection, home.persons[0])
    assert admin.execute("DELETE FROM access_ticket WHERE pid < 0 RETURNING pid").fetchall() == [(-2,)]


@every_shape
def test_ticket_opens_nothing_in_another_backend(home: Household, shape: Shape) -> None:
    with login() as ours, login() as theirs:
        secret = shape.issue(ours, home)
        assert shape.seen(theirs, home, secret) == 0
        issue(theirs, home.persons[1])
        assert shape.seen(theirs, home, secret) == 0
        assert shape.seen(ours, home, secret) == shape.sees


def test_next_ticket_of_a_backend_ends_the_one_before(home: Household) -> None:
    with login() as connection:
        first = issue(connection, home.persons[0])
        issue(connection, home.persons[1])
        assert seen(connection, first) == 0


def test_refusal_ends_the_ticket_before_it(home: Household) -> None:
    with login() as connection:
        secret = issue(connection, home.persons[0])
        with pytest.raises(AssertionError, match="not_declared"):
            issue(connection, home.persons[0], purpose="curiosity")
        assert seen(connection, secret) == 0


@every_shape
def test_look_that_is_rolled_back_has_read_nothing(home: Household, admin: psycopg.Connection, shape: Shape) -> None:
    with login() as connection:
        with connection.transaction(force_rollback=True):
            secret = shape.issue(connection, home)
            with connection.transaction():
                assert shape.seen(connection, home, secret) == 0
        assert shape.seen(connection, home, secret) == 0
        tickets = admin.execute("SELECT FROM access_ticket WHERE pid = %s", [connection.info.backend_pid])
        assert tickets.fetchall() == []


def test_look_is_seen_by_everybody_else_before_its_first_row(home: Household, admin: psycopg.Connection) -> None:
    with own_look(home.persons[0]) as look:
        found = admin.execute("SELECT actor, refusal FROM access_event WHERE id = %s", [look.event_id]).fetchall()
    assert found == [(str(home.persons[0]), None)]


def test_look_stays_recorded_when_what_was_done_in_it_fails(home: Household, admin: psycopg.Connection) -> None:
    with pytest.raises(ZeroDivisionError), own_look(home.persons[0]) as look:
        raise ZeroDivisionError
    assert admin.execute("SELECT count(*) FROM access_event WHERE id = %s", [look.event_id]).fetchall() == [(1,)]


def test_event_is_flushed_even_where_the_session_does_not_ask_for_it(home: Household) -> None:
    with login() as connection:
        connection.execute("SET synchronous_commit = off")
        with connection.transaction():
            issue(connection, home.persons[0])
            assert connection.execute("SHOW synchronous_commit").fetchall() == [("on",)]


@pytest.mark.parametrize("other", SHAPES, ids=lambda shape: shape.kind)
@every_shape
def test_ticket_opens_no_other_shape_of_look(home: Household, shape: Shape, other: Shape) -> None:
    with login() as connection:
        secret = shape.issue(connection, home)
        assert (other.seen(connection, home, secret) > 0) == (shape is other)


def test_number_of_a_person_is_no_number_of_a_household(home: Household) -> None:
    with login() as connection:
        assert seen(connection, issue(connection, home.id, "register_upkeep"), "household") == 0
        assert seen(connection, issue(connection, home.persons[0], "bonus", "household"), "person") == 0


@pytest.mark.parametrize("role", ["app", "person", "household", "trace", "audience", "intake"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM access_ticket",
        "INSERT INTO access_ticket VALUES (1)",
        "UPDATE access_ticket SET level = 'PRODUCT'",
        "DELETE FROM access_ticket",
        "INSERT INTO access_event (role, actor, purpose, subject_kind) VALUES ('customer', '1', 'own_data', 'person')",
        "SELECT actor FROM access_event",
        "SELECT * FROM access.ticket()",
        "SELECT access.left_by_objections('PRODUCT', 1, NULL, NULL)",
    ],
)
def test_tickets_and_events_are_written_by_the_door_alone(database: str, role: str, statement: str) -> None:
    with login() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(f"SET LOCAL ROLE tarkka_{role}")
        connection.execute(statement)


@pytest.mark.parametrize("role", ["owner", "door", "unobjected", "postgres"])
def test_login_can_become_nobody_who_sees_more(database: str, role: str) -> None:
    name = role if role == "postgres" else f"tarkka_{role}"
    with login() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SET ROLE {name}")
