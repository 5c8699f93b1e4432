"""Nobody is forgotten: not when a job is lost, not when one channel fails as nobody expected, not by our own outage."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from typer.testing import CliRunner

from building import administrator
from looking import rows
from posting import Postbox
from recalling import a_recall_of, an_officer
from tarkka.jobs.working import Patience
from tarkka.people.details import ContactKind
from telling import attempts, deliver, notices, number_of, progress, queue, queued, somebody

EMAIL, PHONE, POST = ContactKind.EMAIL, ContactKind.PHONE, ContactKind.POST
AGAIN_AT_ONCE = Patience(first=0.0, longest=0.0)


def jobs() -> list[tuple[str, Any]]:
    return rows("SELECT task_name, args FROM jobs.procrastinate_jobs ORDER BY id")


def traces() -> int:
    return [task for task, _ in jobs()].count("recalls.trace")


def clear() -> None:
    with administrator() as admin:
        admin.execute("DELETE FROM jobs.procrastinate_jobs")


@pytest.fixture
def alone(postbox: Postbox) -> Postbox:
    """No recall runs but the test's own."""
    with administrator() as admin:
        admin.execute(
            "INSERT INTO recall_end (recall_id, ended_by, reason) SELECT recall_id, 'test', 'test' FROM recall_release"
            " ON CONFLICT DO NOTHING"
        )
    return postbox


@pytest.mark.parametrize("lost", ["DELETE FROM", "UPDATE jobs.procrastinate_jobs SET status = 'failed' --"])
def test_who_has_no_job_is_told_when_the_worker_begins(alone: Postbox, lost: str) -> None:
    from tarkka.recalls.delivery import keep_up

    person, other = somebody(EMAIL), somebody()
    recall = queued(person, other)
    with administrator() as admin:
        admin.execute(f"{lost} jobs.procrastinate_jobs")
    deliver()
    assert (notices(recall, person), progress(recall).waiting) == ({}, 2)
    keep_up()
    deliver()
    assert notices(recall, person) == {"email": "told"}
    assert (progress(recall).waiting, progress(recall).unreachable) == (0, 1)
    clear()
    keep_up()
    assert [task for task, _ in jobs() if task == "recalls.tell"] == [], "nobody is told twice"


def test_who_has_no_job_is_told_by_the_next_trace(postbox: Postbox) -> None:
    person = somebody(EMAIL)
    recall = queued(person)
    clear()
    queue(recall)
    queue(recall)
    assert len(jobs()) == 1
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_try_that_was_begun_and_lost_is_taken_up_again(postbox: Postbox) -> None:
    postbox.answer = "451 later"
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    clear()
    postbox.answer = "250 OK"
    queue(recall)
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_way_that_is_being_tried_is_taken_up_again_though_another_told(postbox: Postbox) -> None:
    postbox.answer = "451 later"
    person = somebody(EMAIL, PHONE)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "trying", "text": "told"}
    clear()
    postbox.answer = "250 OK"
    queue(recall)
    deliver()
    assert notices(recall, person) == {"email": "told", "text": "told"}


def test_worker_at_the_keyboard_queues_whoever_was_forgotten(alone: Postbox) -> None:
    from tarkka.cli.main import main

    person = somebody(PHONE)
    recall = queued(person)
    clear()
    done = CliRunner().invoke(main, ["work", "--once"])
    assert (done.exit_code, notices(recall, person)) == (0, {"text": "told"}), done.output


def test_running_recall_is_traced_daily_without_anybody_to_remember(alone: Postbox) -> None:
    from tarkka.jobs.working import work
    from tarkka.recalls.actions import end_recall
    from tarkka.recalls.delivery import keep_up
    from tarkka.recalls.tracing import trace

    running, ended = a_recall_of(), a_recall_of()
    end_recall(ended, reason="a test", acting=an_officer())
    for _ in range(2):
        keep_up()
    [(task, args)] = jobs()
    assert (task, str(running) in str(args)) == ("recalls.trace", True)
    work({"recalls.trace": trace}, until_empty=True, keep_up=keep_up)
    keep_up()
    assert traces() == 0, "it was traced today"
    with administrator() as admin, admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("UPDATE recall_run SET at = at - interval '25 hours'")
    keep_up()
    assert traces() == 1


def test_what_is_due_is_queued_at_the_start_and_a_failure_stops_no_worker(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    from tarkka.jobs.working import work

    called: list[int] = []

    def fail() -> None:
        called.append(1)
        raise RuntimeError

    clear()
    work({}, until_empty=True, keep_up=fail)
    assert called == [1]
    assert "was not queued" in caplog.text


@pytest.mark.parametrize("error", [ValueError("for maija"), RuntimeError("for maija"), UnicodeError("for maija")])
def test_channel_that_fails_as_nobody_expected_silences_no_other(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    from tarkka.recalls import delivery

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(delivery, "_mail", fail)
    person, other = somebody(EMAIL, PHONE), somebody(EMAIL, POST)
    recall = queued(person, other)
    deliver()
    assert notices(recall, person) == {"email": "trying", "text": "told"}
    assert f"is tried again: {type(error).__name__}" in caplog.text
    assert "maija" not in caplog.text
    monkeypatch.setattr(delivery, "MOST_ATTEMPTS", 2)
    with administrator() as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    deliver()
    assert notices(recall, other) == {"email": "failed", "letter": "told"}


@pytest.mark.parametrize("address", ["maija@example..org", "ä\ud7ff@@example.org"])
def test_text_that_is_no_address_is_refused_for_good(postbox: Postbox, address: str) -> None:
    person = somebody(EMAIL, POST)
    with administrator() as admin:
        admin.execute("UPDATE contact SET value = %s WHERE person_id = %s AND kind = 'email'", [address, person])
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "failed", "letter": "told"}


def test_failure_that_is_not_of_the_address_refuses_nobody(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("of the message")

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", fail)
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "trying"}


def test_carrier_that_fails_under_way_fails_nobody_for_good(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from tarkka.recalls import delivery

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(delivery, "MOST_ATTEMPTS", 1)
    monkeypatch.setattr(delivery, "_mail", fail)
    person = somebody(EMAIL)
    recall = queued(person)
    for _ in range(2):
        deliver(AGAIN_AT_ONCE)
    assert notices(recall, person) == {"email": "trying"}


@pytest.mark.parametrize("answer", ["554 5.7.1 Service unavailable", "550 relaying denied", "550 5.7.26 not authentic"])
def test_refusal_of_us_is_not_of_the_address(postbox: Postbox, answer: str) -> None:
    postbox.answer_to_recipient = answer
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "trying"}


def test_our_own_outage_is_no_attempt(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarkka.recalls.delivery.MOST_ATTEMPTS", 2)
    person = somebody(EMAIL, POST)
    recall = queued(person)
    with override_settings(EMAIL_PORT=9):
        for _ in range(3):
            deliver(AGAIN_AT_ONCE)
    assert attempts(recall, person, "email") == 0
    postbox.answer = "451 later"
    deliver()
    assert notices(recall, person) == {"email": "trying"}


def test_files_of_tries_that_are_over_are_removed(postbox: Postbox, outbox: Path) -> None:
    from tarkka.post import files
    from tarkka.recalls.actions import end_recall
    from tarkka.recalls.delivery import keep_up

    postbox.answer_to_recipient = "550 no such user"
    person, other = somebody(EMAIL), somebody(EMAIL)
    recall, ended = queued(person), queued(other)
    deliver()
    failed = number_of(recall, person, "email")
    with administrator() as admin:
        admin.execute(
            "UPDATE recall_notice SET state = 'trying', failed_why = NULL WHERE recall_id = %s AND state = 'failed'",
            [ended],
        )
    trying = number_of(ended, other, "email")
    for number in (failed, trying, 10**12):
        files.begin(f"recall-{number}.pdf", b"a letter")
    keep_up()
    assert files.begun() == [f"recall-{trying}.pdf"]
    end_recall(ended, reason="a test", acting=an_officer())
    keep_up()
    assert files.begun() == []
    assert [path.name for path in outbox.iterdir()] == [".begun"]


def test_contact_that_was_changed_is_tried_anew(alone: Postbox) -> None:
    from tarkka.people.actions import change_contact, customer
    from tarkka.recalls.delivery import keep_up

    alone.answer_to_recipient = "550 no such user"
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    keep_up()
    assert (notices(recall, person), "recalls.tell" in dict(jobs())) == ({"email": "failed"}, False)
    alone.answer_to_recipient = "250 OK"
    change_contact(person, EMAIL, f"another{person}@example.org", acting=customer(person))
    keep_up()
    deliver()
    assert notices(recall, person) == {"email": "told"}
    assert alone.recipients == [f"another{person}@example.org"]
