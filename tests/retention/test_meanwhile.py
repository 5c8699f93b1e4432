"""What begins while a quarter is let go of: a recall, a request and a restriction wait, a batch is sent again."""

import threading
from datetime import date

import psycopg
import pytest

from building import a_household, a_receipt, a_source, take
from recalling import a_recall, found_for
from requesting import a_request
from requesting import an_officer as a_protection_officer
from tarkka.vocabulary import Level, RequestKind

TODAY = date(2026, 11, 23)
AT = "2022-05-05T12:30:00+03:00"
PERIOD = {"first": date(2022, 5, 1), "last": date(2022, 5, 31)}


@pytest.fixture
def home(running):
    home = a_household(1)
    take(a_source(), [a_receipt(card=home.cards[0], purchased_at=AT)])
    return home


def while_dropping(running, act):
    """Run retention and do this while the lines of AT are dropped; tell whether it waited, and what came of it."""
    from django.db import connections

    came, waited = [], []

    def do():
        try:
            came.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)

    def watch(execute, sql, params, many, context):
        if sql == 'DROP TABLE "receipt_line_2022q2"':
            thread.start()
            thread.join(0.7)
            waited.append(thread.is_alive())
        return execute(sql, params, many, context)

    with connections["owner"].execute_wrapper(watch):
        running.run("tester", today=TODAY)
    thread.join()
    return waited, came


def test_a_recall_released_meanwhile_is_released_after_it_and_finds_who_may_have_bought(running, home, admin):
    from tarkka.recalls.tracing import trace_recall

    waited, [recall] = while_dropping(running, lambda: a_recall(**PERIOD))
    assert waited == [True]
    assert [each.coarse for each in trace_recall(recall)] == [True]
    assert found_for(recall) == {home.persons[0]: "may_have_bought"}


@pytest.mark.parametrize("what", ["request", "restriction"])
def test_a_dispute_begun_meanwhile_begins_after_it(running, home, admin, what):
    from tarkka.rights.upheld import restrict

    person, officer = home.persons[0], a_protection_officer()
    if what == "request":
        act = lambda: a_request(person, RequestKind.OBJECTION)  # noqa: E731
    else:
        request = a_request(person, RequestKind.RESTRICTION)
        act = lambda: restrict(person, request, "It is looked into", acting=officer)  # noqa: E731
    waited, came = while_dropping(running, act)
    assert (waited, len(came)) == ([True], 1)


def test_letting_go_waits_for_what_begins_and_holds_for_it(running, home, admin, monkeypatch):
    monkeypatch.setattr(running, "PAUSE", 0.1)
    person, locked, go = home.persons[0], threading.Event(), threading.Event()

    def begin():
        with psycopg.connect(admin.info.dsn, password=admin.info.password) as other:
            other.execute(
                "INSERT INTO restriction (person_id, request_id, valid, reason)"
                " VALUES (%s, 0, '[2020-01-01,)', 'asked')",
                [person],
            )
            locked.set()
            go.wait(1.5)

    thread = threading.Thread(target=begin)
    thread.start()
    locked.wait()
    running.run("tester", today=TODAY)
    thread.join()
    assert admin.execute("SELECT count(*) FROM held_receipt_line WHERE hold = 'restriction'").fetchone() == (2,)


def test_a_batch_whose_quarter_was_dropped_meanwhile_is_to_be_sent_again(running, home, admin, monkeypatch):
    from tarkka.purchases.intake import Intake
    from tarkka.purchases.verdict import IntakeFault

    source, receipt = a_source(), a_receipt(card=home.cards[0], purchased_at=AT)
    store = Intake._store_sales

    def too_late(intake, part):
        # As the batch would meet it: what it was minimised to has no table any more.
        admin.execute("DROP TABLE receipt_line_2022q2")
        return store(intake, part)

    monkeypatch.setattr(Intake, "_store_sales", too_late)
    with pytest.raises(IntakeFault) as raised:
        take(source, [receipt])
    assert (raised.value.kind, raised.value.is_temporary) == ("23514", True)
    monkeypatch.undo()
    [verdict] = take(source, [receipt])
    assert (verdict.status, verdict.level) == ("accepted", Level.PRODUCT)
