"""E-mail that comes back: the next channel is tried, once, and a report that is made up changes nothing."""

from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from looking import rows
from posting import Postbox
from tarkka.people.actions import change_contact, customer
from tarkka.people.details import ContactKind
from telling import deliver, notices, number_of, progress, queue, queued, rows_of_owner, somebody

EMAIL, PHONE, POST = ContactKind.EMAIL, ContactKind.PHONE, ContactKind.POST


def a_report(returned: Message, *, action: str = "failed", status: str = "5.1.1", headers_only: bool = False) -> bytes:
    """Return a report as mail servers make it: what happened in words, in fields, and what came back."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["Subject"] = "MAILER-DAEMON@example.org", "Undelivered Mail"
    report.attach(MIMEText("I'm sorry to have to inform you that your message could not be delivered."))
    fields = MIMEBase("message", "delivery-status")
    about_all, about_one = Message(), Message()
    about_all["Reporting-MTA"] = "dns; mail.example.org"
    about_one["Final-Recipient"], about_one["Action"], about_one["Status"] = "rfc822; a@example.org", action, status
    fields.set_payload([about_all, about_one])
    report.attach(fields)
    if headers_only:
        head = MIMEText("".join(f"{name}: {value}\n" for name, value in returned.items()), "rfc822-headers")
        report.attach(head)
    else:
        report.attach(MIMEMessage(returned))
    return report.as_bytes()


def take(folder: Path, *reports: bytes) -> Any:
    from tarkka.cli.main import main

    files = []
    for number, report in enumerate(reports):
        files.append(folder / f"{number}.eml")
        files[-1].write_bytes(report)
    return CliRunner().invoke(main, ["recall", "bounces", *map(str, files)])


def plain(message: EmailMessage) -> Message:
    """What was sent, as a mail server returns it."""
    returned = Message()
    for name in ("From", "To", "Message-ID", "Subject"):
        returned[name] = str(message[name])
    returned.set_payload("as it was")
    return returned


@pytest.mark.parametrize("headers_only", [False, True])
def test_what_came_back_is_followed_by_the_next_channel_once(
    postbox: Postbox, tmp_path: Path, headers_only: bool
) -> None:
    person = somebody(EMAIL, POST)
    recall = queued(person)
    deliver()
    assert notices(recall, person) == {"email": "told"}
    report = a_report(plain(postbox.messages[0]), headers_only=headers_only)
    answer = take(tmp_path, report, report)
    assert (answer.exit_code, answer.stdout) == (
        0,
        "came back: 1; known already: 1; no report of failure: 0; of no notice: 0.\n",
    ), answer.output
    assert (progress(recall).told, progress(recall).by_channel) == (0, {"portal": 1})
    deliver()
    assert notices(recall, person) == {"email": "failed", "letter": "told"}
    assert rows_of_owner("SELECT failed_why FROM recall_notice WHERE person_id = %s AND channel = 'email'", person) == [
        ("came back 5.1.1",)
    ]
    assert len(postbox.messages) == 1


def test_bounce_of_the_last_channel_makes_a_person_unreachable(postbox: Postbox, tmp_path: Path) -> None:
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    take(tmp_path, a_report(plain(postbox.messages[0])))
    assert progress(recall).waiting == 1
    deliver()
    assert (progress(recall).waiting, progress(recall).unreachable) == (0, 1)


def test_no_letter_follows_where_a_text_message_told(postbox: Postbox, tmp_path: Path) -> None:
    person = somebody(EMAIL, PHONE, POST)
    recall = queued(person)
    deliver()
    take(tmp_path, a_report(plain(postbox.messages[0])))
    deliver()
    assert notices(recall, person) == {"email": "failed", "text": "told"}


def test_bounce_of_an_earlier_address_does_not_fail_the_new_one(postbox: Postbox, tmp_path: Path) -> None:
    person = somebody(EMAIL)
    recall = queued(person)
    deliver()
    report = a_report(plain(postbox.messages[0]))
    take(tmp_path, report)
    deliver()
    change_contact(person, EMAIL, f"another{person}@example.org", acting=customer(person))
    queue(recall)
    deliver()
    assert notices(recall, person) == {"email": "told"}
    assert "of no notice: 1" in take(tmp_path, report).stdout
    assert notices(recall, person) == {"email": "told"}


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_report_of_anything_but_failure_changes_nothing(postbox: Postbox, tmp_path: Path, action: str) -> None:
    person = somebody(EMAIL, POST)
    recall = queued(person)
    deliver()
    answer = take(tmp_path, a_report(plain(postbox.messages[0]), action=action, status="4.4.1"))
    assert "no report of failure: 1" in answer.stdout
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_report_that_is_made_up_or_no_report_changes_nothing(postbox: Postbox, tmp_path: Path) -> None:
    person = somebody(EMAIL, POST)
    recall = queued(person)
    deliver()
    ours = plain(postbox.messages[0])
    [number, mark] = str(ours["Message-ID"]).strip("<>").split("@")[0].split(".")
    forged = []
    for wrong in (f"{int(number) + 1}.{mark}", f"{number}.{'0' * 32}", number, mark, "", "x"):
        returned = plain(postbox.messages[0])
        returned.replace_header("Message-ID", f"<{wrong}@example.org>")
        forged.append(a_report(returned))
    unnamed = plain(postbox.messages[0])
    del unnamed["Message-ID"]
    answer = take(tmp_path, *forged, a_report(unnamed), b"Subject: hello\n\nI am away.\n", b"", b"\xff\x00")
    assert answer.exit_code == 0, answer.output
    assert "came back: 0; known already: 0; no report of failure: 3; of no notice: 7" in answer.stdout
    deliver()
    assert notices(recall, person) == {"email": "told"}


def test_file_that_cannot_be_read_is_told_and_the_others_taken(postbox: Postbox, tmp_path: Path) -> None:
    from tarkka.cli.main import main

    person = somebody(EMAIL)
    queued(person)
    deliver()
    good = tmp_path / "good.eml"
    good.write_bytes(a_report(plain(postbox.messages[0])))
    answer = CliRunner().invoke(main, ["recall", "bounces", str(tmp_path / "missing.eml"), str(good)])
    assert answer.exit_code == 1
    assert "missing.eml: No such file" in answer.stderr
    assert "came back: 1" in answer.stdout


def test_login_can_neither_make_up_a_bounce_nor_leave_words_of_its_own(postbox: Postbox) -> None:
    from uuid import UUID

    from django.db import DatabaseError

    person = somebody(EMAIL, POST)
    recall = queued(person)
    deliver()
    number = number_of(recall, person, "email")
    assert rows("SELECT recalls.bounce(%s, %s, 'came back')", number, UUID(int=0)) == [(None,)]
    [(token,)] = rows_of_owner("SELECT token FROM recall_notice WHERE id = %s", number)
    with pytest.raises(DatabaseError, match="failed_why"):
        rows("SELECT recalls.bounce(%s, %s, 'because I say so')", number, token)
    deliver()
    assert notices(recall, person) == {"email": "told"}
