"""Telling of a recall over a real SMTP server: everybody affected, by every channel that reaches them, once by each."""

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from pypdf import PdfReader

from building import administrator
from looking import own_look, rows
from posting import Postbox
from recalling import a_recall_of, an_officer
from tarkka.jobs.working import Patience
from tarkka.people.actions import change_contact, change_language, customer, make_objection, remove_contact
from tarkka.people.details import ContactKind
from tarkka.vocabulary import Language, Objection, Place, Purpose, Role
from telling import VALUES, attempts, deliver, notices, number_of, progress, queue, queued, rows_of_owner, somebody

EMAIL, PHONE, POST = ContactKind.EMAIL, ContactKind.PHONE, ContactKind.POST
AGAIN_AT_ONCE = Patience(first=0.0, longest=0.0)


def test_everybody_found_is_told_once_in_their_own_language_and_sees_the_look(postbox: Postbox) -> None:
    person = somebody(EMAIL)
    change_language(person, Language.SV, acting=customer(person))
    recall = queued(person)
    deliver()
    queue(recall)
    deliver()
    [message] = postbox.messages
    assert postbox.recipients == [VALUES[EMAIL].format(1_000_000 + person)]
    assert message["Subject"] == "Återkallelse av ett farligt livsmedel: Milk sv"
    assert message["Content-Language"] == "sv"
    body = message.get_content()
    for part in ("Milk sv", "6408430000135", "Listeria", "010 1234", "5\u00a0mars\u00a02024", "finns ingen länk"):
        assert part in body, body
    assert notices(recall, person) == {"email": "told"}
    with own_look(person):
        seen = rows(
            "SELECT purpose, level::text FROM access_event WHERE case_ref = %s AND purpose = 'recall'", str(recall)
        )
    assert seen == [("recall", "TOTAL")]


CHANNELS = [
    # ways to reach them, for safety alone; what each becomes
    ((EMAIL,), (), {"email": "told"}),
    ((PHONE,), (), {"text": "told"}),
    ((POST,), (), {"letter": "told"}),
    ((EMAIL, PHONE, POST), (), {"email": "told", "text": "told"}),
    ((PHONE, POST), (), {"text": "told"}),
    ((), (), {}),
    ((EMAIL,), (EMAIL,), {"safety email": "told"}),
    ((EMAIL,), (PHONE,), {"safety text": "told", "email": "told"}),
    ((EMAIL, POST), (POST,), {"safety letter": "told", "email": "told"}),
    (
        (EMAIL, PHONE, POST),
        (EMAIL, PHONE, POST),
        {"safety email": "told", "safety text": "told", "safety letter": "told"},
    ),
]


@pytest.mark.parametrize(("kinds", "safety", "expected"), CHANNELS)
def test_every_channel_that_reaches_is_used_once_and_a_letter_where_no_other_does(
    postbox: Postbox, kinds: tuple[ContactKind, ...], safety: tuple[ContactKind, ...], expected: dict[str, str]
) -> None:
    person = somebody(*kinds, safety=safety)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == expected
    assert progress(recall).unreachable == (not expected)


def test_whoever_could_not_be_reached_is_told_by_the_next_trace_if_they_can_be_by_then(postbox: Postbox) -> None:
    person = somebody()
    recall = queued(person)
    deliver()
    assert progress(recall).unreachable == 1
    queue(recall)
    assert rows("SELECT FROM jobs.procrastinate_jobs") == [], "nothing has changed"
    change_contact(person, POST, VALUES[POST].format(person), acting=customer(person))
    queue(recall)
    deliver()
    assert notices(recall, person) == {"letter": "told"}
    assert progress(recall).unreachable == 0


def test_ways_for_safety_alone_come_first(postbox: Postbox) -> None:
    person = somebody(EMAIL, PHONE, safety=(PHONE,))
    recall = queued(person)
    deliver()
    order = rows_of_owner(
        "SELECT channel, use_safety_contact FROM recall_notice"
        " WHERE recall_id = %s AND channel <> 'portal' ORDER BY id",
        recall,
    )
    assert order == [("text", True), ("email", False)]


@pytest.mark.parametrize("objections", [(Objection.A,), (Objection.A, Objection.B)])
def test_objector_is_told_of_recall(postbox: Postbox, objections: tuple[Objection, ...]) -> None:
    person = somebody(EMAIL)
    for each in objections:
        make_objection(person, each, place=Place.PORTAL, acting=customer(person))
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_whoever_restricted_the_use_of_their_data_is_told(postbox: Postbox) -> None:
    person = somebody(EMAIL)
    with administrator() as admin:
        admin.execute(
            "INSERT INTO restriction (person_id, request_id, valid, reason)"
            " VALUES (%s, 0, tstzrange(now(), NULL), 'a')",
            [person],
        )
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "told"}


@pytest.mark.parametrize(
    ("kinds", "safety", "expected"),
    [
        ((EMAIL, POST), (), {"email": "failed", "letter": "told"}),
        ((EMAIL, PHONE), (), {"email": "failed", "text": "told"}),
        ((EMAIL,), (), {"email": "failed"}),
    ],
)
def test_channel_that_refuses_for_good_is_followed_by_the_next(
    postbox: Postbox, kinds: tuple[ContactKind, ...], safety: tuple[ContactKind, ...], expected: dict[str, str]
) -> None:
    postbox.answer_to_recipient = "550 no such user"
    person = somebody(*kinds, safety=safety)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == expected
    assert postbox.messages == []
    found = progress(recall)
    assert (found.told, found.unreachable) == ((1, 0) if len(expected) > 1 else (0, 1))
    assert found.failed_by_channel == {"email": 1}


def test_ordinary_address_follows_where_the_one_for_safety_is_refused(postbox: Postbox) -> None:
    person = somebody(EMAIL, safety=(EMAIL,))
    recall = queued(person)
    refused: list[str] = []

    async def refuse_first(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if not refused:
            refused.append(address)
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    postbox.handle_RCPT = refuse_first  # type: ignore[method-assign]
    deliver()
    assert refused == [VALUES[EMAIL].format(5_000_000 + person)]
    assert postbox.recipients == [VALUES[EMAIL].format(1_000_000 + person)]
    assert notices(recall, person) == {"safety email": "failed", "email": "told"}


@pytest.mark.parametrize("where", ["answer", "answer_to_recipient"])
def test_what_is_not_taken_now_is_tried_again_under_the_same_number_and_the_rest_is_told(
    postbox: Postbox, where: str
) -> None:
    setattr(postbox, where, "450 later")
    person = somebody(EMAIL, PHONE)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "trying", "text": "told"}
    assert progress(recall).told == 1
    setattr(postbox, where, "250 OK")
    with administrator() as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    deliver()
    assert notices(recall, person) == {"email": "told", "text": "told"}
    assert attempts(recall, person, "email") == 2
    assert len(postbox.messages) == 1


def test_while_an_email_may_still_be_taken_no_letter_is_made(postbox: Postbox) -> None:
    postbox.answer = "451 later"
    person = somebody(EMAIL, POST)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "trying"}
    assert (progress(recall).waiting, progress(recall).unreachable) == (1, 0)


def test_what_is_never_taken_ends_with_the_next_channel(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarkka.recalls.delivery.MOST_ATTEMPTS", 3)
    postbox.answer = "451 later"
    person = somebody(EMAIL, POST)
    recall = queued(person)
    for _ in range(3):
        deliver(AGAIN_AT_ONCE)
    assert notices(recall, person) == {"email": "failed", "letter": "told"}


def test_server_that_is_down_fails_nobody_for_good_and_nobody_is_looked_at(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarkka.recalls.delivery.MOST_ATTEMPTS", 1)
    person = somebody(EMAIL)
    recall = queued(person)
    with override_settings(EMAIL_PORT=9):
        for _ in range(2):
            deliver(AGAIN_AT_ONCE)
    assert notices(recall, person) == {"email": "trying"}
    with own_look(person):
        assert rows("SELECT FROM access_event WHERE purpose = 'recall'") == []
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_installation_without_a_mail_server_tells_by_the_others(postbox: Postbox) -> None:
    reachable, other = somebody(EMAIL, POST), somebody(EMAIL)
    recall = queued(reachable, other)
    with override_settings(EMAIL_HOST=""):
        deliver()
    assert (notices(recall, reachable), notices(recall, other)) == ({"letter": "told"}, {})
    assert progress(recall).unreachable == 1


def test_recall_that_has_ended_tells_nobody_more(postbox: Postbox) -> None:
    from tarkka.recalls.actions import end_recall

    person = somebody(EMAIL)
    recall = queued(person)
    end_recall(recall, reason="a test", acting=an_officer())
    deliver()
    assert notices(recall, person) == {}
    assert postbox.messages == []


def test_recall_that_ends_under_way_is_not_tried_again(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from tarkka.recalls import delivery
    from tarkka.recalls.actions import end_recall

    person = somebody(EMAIL)
    recall = queued(person)
    claim = delivery._claim

    def claim_and_end(*arguments: Any) -> Any:
        found = claim(*arguments)
        end_recall(recall, reason="a test", acting=an_officer())
        return found

    monkeypatch.setattr(delivery, "_claim", claim_and_end)
    deliver()
    assert rows("SELECT FROM jobs.procrastinate_jobs") == []
    assert postbox.messages == []


def test_letter_and_text_are_files_once_and_nothing_else_is_left(postbox: Postbox, outbox: Path) -> None:
    person = somebody(PHONE, safety=(POST,))
    recall = queued(person)
    deliver()
    letter, text = (outbox / f"recall-{number_of(recall, person, each)}" for each in ("letter", "text"))
    assert {path.name for path in outbox.iterdir()} == {".begun", f"{letter.name}.pdf", f"{text.name}.json"}
    assert list((outbox / ".begun").iterdir()) == []
    paper = "\n".join(page.extract_text() for page in PdfReader(f"{letter}.pdf").pages)
    for part in (
        "Given0 Family",
        f"Street {5_000_000 + person}",
        "Vaarallisen elintarvikkeen takaisinveto",
        "Listeria",
    ):
        assert part in paper, paper
    sent = json.loads(Path(f"{text}.json").read_text())
    assert sent.keys() == {"reference", "to", "text"}
    assert sent["to"] == VALUES[PHONE].format(1_000_000 + person)
    assert "Milk fi" in sent["text"]
    assert len(sent["text"]) <= 450


def test_letter_of_a_process_stopped_after_the_commit_is_handed_over_and_not_made_again(
    postbox: Postbox, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(POST)
    recall = queued(person)

    def stop(*_: object) -> None:
        raise OSError("stopped here")

    monkeypatch.setattr("tarkka.recalls.delivery._finish", stop)
    deliver()
    monkeypatch.undo()
    monkeypatch.setattr("tarkka.post.files.outbox", lambda: outbox)
    assert notices(recall, person) == {"letter": "told"}
    assert [path.name for path in outbox.iterdir()] == [".begun"]
    [begun] = (outbox / ".begun").iterdir()
    written = begun.stat().st_mtime_ns
    with administrator() as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    deliver()
    assert (outbox / begun.name).stat().st_mtime_ns == written


def test_email_repeated_after_an_interruption_is_the_same_message(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tarkka.recalls import delivery

    person = somebody(EMAIL)
    recall = queued(person)
    hand_over = delivery._hand_over

    def stop(*arguments: Any) -> None:
        hand_over(*arguments)
        raise OSError("stopped between the server's yes and the commit")

    monkeypatch.setattr(delivery, "_hand_over", stop)
    deliver()
    monkeypatch.setattr(delivery, "_hand_over", hand_over)
    with administrator() as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    deliver()
    first, second = (message["Message-ID"] for message in postbox.messages)
    assert first == second
    assert re.fullmatch(rf"<{number_of(recall, person, 'email')}\.[0-9a-f]{{32}}@example\.org>", first)
    assert attempts(recall, person, "email") == 2


def test_several_at_the_same_notice_hand_it_over_once(postbox: Postbox) -> None:
    """As when a worker that was taken for dead goes on."""
    from django.db import connection

    from tarkka.recalls.delivery import NotToldYet, tell

    person = somebody(EMAIL, PHONE)
    recall = queued(person)
    [(job,)] = rows_of_owner("UPDATE jobs.procrastinate_jobs SET status = 'doing' RETURNING id")
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        try:
            with suppress(NotToldYet):  # to whoever came second
                tell(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(run) for _ in range(4)]:
            each.result()
    assert len(postbox.messages) == 1
    assert notices(recall, person) == {"email": "told", "text": "told"}
    with administrator() as admin:
        admin.execute("DELETE FROM jobs.procrastinate_jobs")


@pytest.mark.parametrize(("when", "looks"), [("hand_over", 1), ("_take", 2)])
def test_choice_made_meanwhile_ends_the_look_and_tells_nobody_twice_or_never(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch, when: str, looks: int
) -> None:
    """Committing an objection revokes the tickets of the person's looks under way (rulings: Objections)."""
    from django.db import connection

    from tarkka.recalls import delivery

    person = somebody(EMAIL)
    recall = queued(person)
    go_on = getattr(delivery, when)

    def object_meanwhile() -> None:
        try:
            make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
        finally:
            connection.close()

    def interrupted(*arguments: Any) -> None:
        go_on(*arguments)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(object_meanwhile).result()

    monkeypatch.setattr(delivery, when, interrupted)
    deliver()
    monkeypatch.undo()
    monkeypatch.setattr("tarkka.post.files.outbox", lambda: Path(os.environ["TARKKA_HOME"]))
    with administrator() as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    deliver()
    assert notices(recall, person) == {"email": "told"}
    assert attempts(recall, person, "email") == looks
    assert len(postbox.messages) == 1


def test_contact_taken_away_meanwhile_is_followed_by_the_next(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tarkka.recalls import delivery

    person = somebody(EMAIL, POST)
    recall = queued(person)
    claim = delivery._claim

    def claim_and_lose(job: int, tried: list[int]) -> Any:
        found = claim(job, tried)
        if found and found.channel == "email":
            remove_contact(person, EMAIL, acting=customer(person))
        return found

    monkeypatch.setattr(delivery, "_claim", claim_and_lose)
    deliver()
    assert notices(recall, person) == {"email": "failed", "letter": "told"}


def test_nothing_personal_is_logged(postbox: Postbox, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own, in this process for the test alone
    postbox.answer = "451 sorry"
    person = somebody(EMAIL)
    queued(person)
    deliver()
    assert "is tried again" in caplog.text
    for personal in (VALUES[EMAIL].format(1_000_000 + person), "Given0", "Family", "Milk fi"):
        assert personal not in caplog.text


def test_progress_is_counted_from_the_release(postbox: Postbox) -> None:
    told, nobody, reader = somebody(EMAIL), somebody(), somebody()
    recall = queued(told, nobody, reader)
    assert (progress(recall).waiting, progress(recall).told, progress(recall).median_to_told) == (3, 0, None)
    deliver()
    found = progress(recall)
    assert (found.bought, found.told, found.waiting, found.unreachable, found.acknowledged) == (3, 1, 0, 2, 0)
    assert found.by_channel == {"portal": 3, "email": 1}
    with own_look(reader):
        rows("INSERT INTO recall_acknowledgement (recall_id, person_id) VALUES (%s, %s) RETURNING 1", recall, reader)
    found = progress(recall)
    assert (found.told, found.unreachable, found.acknowledged) == (2, 1, 1)
    assert found.median_to_told is not None
    assert found.last_to_told is not None
    assert found.last_to_told >= found.median_to_told


def test_progress_is_told_to_officers_alone(database: str) -> None:
    from tarkka.access import NotAllowed
    from tarkka.recalls.queries import read_progress

    with pytest.raises(NotAllowed):
        read_progress(1, acting="nobody")


def test_contact_for_safety_is_read_for_recalls_own_data_and_upkeep_alone(database: str) -> None:
    """At every purpose for which the program or the person may look at a person."""
    from tarkka import access
    from tarkka.people.queries import read_contacts

    person = somebody(safety=(EMAIL,))
    recall = a_recall_of(person)
    seen = {}
    for purpose in (Purpose.OWN_DATA, Purpose.RECALL, Purpose.REGISTER_UPKEEP, Purpose.SERVICES):
        with access.opened(
            role=Role.AUTOMATIC, actor="test", purpose=purpose, subject=access.person(person), case_ref=str(recall)
        ):
            seen[purpose] = len(read_contacts())
    assert seen == {Purpose.OWN_DATA: 1, Purpose.RECALL: 1, Purpose.REGISTER_UPKEEP: 1, Purpose.SERVICES: 0}


CLAIM = "SELECT * FROM recalls.claim(%s, '{email,text,letter}', '{}')"


def test_login_learns_of_nobody_but_at_a_look_that_they_see(postbox: Postbox) -> None:
    from django.db import DatabaseError

    person = somebody(EMAIL)
    recall = queued(person)
    [(job,)] = rows("SELECT id FROM jobs.procrastinate_jobs")
    assert rows(CLAIM, job) == [], "a job that nobody has begun"
    rows("UPDATE jobs.procrastinate_jobs SET status = 'doing' RETURNING 1")  # as the login may
    [(number, *rest)] = rows(CLAIM, job)
    assert rest == ["email", False, 1], "a number and a channel, of nobody known"
    issued = rows("SELECT event_id FROM recalls.issue('\\x00', 'anybody', %s)", number)
    with own_look(person):
        assert rows("SELECT id FROM access_event WHERE purpose = 'recall' AND case_ref = %s", str(recall)) == issued
    rows("UPDATE jobs.procrastinate_jobs SET status = 'todo' RETURNING 1")
    deliver()
    for guess in (job, job + 1, number_of(recall, person, "portal")):
        assert rows(CLAIM, guess) == []
    for over in (number, number_of(recall, person, "portal")):
        with pytest.raises(DatabaseError, match="no_notice"):
            rows("SELECT FROM recalls.issue('\\x00', 'anybody', %s)", over)


def test_days_of_the_notice_are_the_registers_own(postbox: Postbox) -> None:
    from tarkka.recalls.notice import why
    from tarkka.recalls.queries import Certainty

    _, said = why(Certainty.MAY_HAVE_BOUGHT, [date(2024, 3, 5), date(2024, 3, 5)], Language.EN)
    assert said.startswith("According to our register you may have bought the product: 5\u00a0Mar\u00a02024. We")
