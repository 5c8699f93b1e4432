"""The intake is told something without a look, and never without a batch that its backend began and committed."""

import psycopg
import pytest

from building import Household, a_receipt, a_source, take
from looking import login
from storing import rows

REFUSED = "no such batch was begun here"
ASKED = {
    "holders": "people.holders(%s, %s)",
    "sales": "purchases.sales(%s, %s)",
    "taken": "purchases.taken(%s, %s)",
    "cardless": "purchases.cardless(%s, %s::text[]::bytea[])",
    "count_cardless": "purchases.count_cardless(%s, %s::text[]::bytea[])",
    "claim": "purchases.claim(%s, %s, '{1}', '{new}', '{2024-01-01}')",
    "take_back": "purchases.take_back(%s, (%s::text[])[1], '', '{}', '{}', '[]')",
}
every_question = pytest.mark.parametrize("asked", ASKED)


def begin(connection: psycopg.Connection) -> int:
    [batch] = connection.execute("SELECT access.begin_batch(1)").fetchone()
    return batch


def ask(connection: psycopg.Connection, asked: str, batch: int | None, given: list[str]) -> list[tuple]:
    with connection.transaction():
        connection.execute("SET LOCAL ROLE tarkka_intake")
        return connection.execute(f"SELECT * FROM {ASKED[asked]}", [batch, given]).fetchall()


@pytest.fixture
def given(home: Household) -> list[str]:
    return [home.cards[0]]


@every_question
@pytest.mark.parametrize("batch", [None, 0, 2**62])
def test_without_a_batch_nothing_is_told(given: list[str], asked: str, batch: int | None) -> None:
    with login() as connection, pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=REFUSED):
        ask(connection, asked, batch, given)


@every_question
def test_batch_of_the_present_transaction_tells_nothing(given: list[str], asked: str) -> None:
    """Begun, asked and rolled back, it would have left no trace."""
    with (
        login() as connection,
        pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=REFUSED),
        connection.transaction(),
    ):
        with connection.transaction():
            batch = begin(connection)
        ask(connection, asked, batch, given)


@every_question
def test_batch_of_another_session_tells_nothing(given: list[str], asked: str) -> None:
    with login() as other, login() as connection:
        batch = begin(other)
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=REFUSED):
            ask(connection, asked, batch, given)


@every_question
def test_batch_of_an_hour_ago_tells_nothing(given: list[str], asked: str) -> None:
    with login() as connection:
        batch = rows(
            "INSERT INTO intake_batch (source_id, pid, begun_at) VALUES (1, %s, now() - interval '1h') RETURNING id",
            connection.info.backend_pid,
        )[0][0]
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=REFUSED):
            ask(connection, asked, batch, given)


def test_batch_that_was_begun_is_told(given: list[str]) -> None:
    with login() as connection:
        assert {row[0] for row in ask(connection, "holders", begin(connection), given)} == set(given)


def test_batch_stays_even_if_its_session_wants_no_durable_commit(database: str) -> None:
    """A trace that a crash can lose is none."""
    with login() as connection, connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = off")
        begin(connection)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.parametrize("change", ["UPDATE intake_batch SET source_id = 2", "DELETE FROM intake_batch"])
def test_batch_is_never_changed(database: str, change: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="is refused"):
        rows(change)


def test_every_receipt_leads_to_who_brought_it(home: Household) -> None:
    source = a_source()
    sent = [a_receipt(card=home.cards[0]), a_receipt()]
    take(source, sent)
    brought = (
        "SELECT k.source_id, b.source_id, b.begun_at <= now() FROM {} k JOIN intake_batch b ON b.id = k.batch"
        " WHERE k.source_id = %s"
    )
    assert rows(brought.format("receipt_key"), source.id) == [(source.id, source.id, True)]
    assert rows(brought.format("cardless_receipt"), source.id) == [(source.id, source.id, True)]
