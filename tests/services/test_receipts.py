"""Receipts by e-mail over a real SMTP server: each once, as finely as the purchaser's choices leave, to nobody else."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from typer.testing import CliRunner

from building import Household, a_household, a_receipt, a_return, a_source, administrator, outlet_of, take
from looking import latest_events, own_look
from posting import Postbox, a_postbox
from storing import rows
from tarkka.people.actions import change_contact, change_language, customer, end_wish, make_objection, make_wish
from tarkka.people.details import RECEIPTS_BY_EMAIL, ContactKind
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose, Role


@pytest.fixture
def postbox(database: str) -> Iterator[Postbox]:
    """A mail server that takes everything, and nothing due but what the test makes."""
    with administrator() as admin:
        admin.execute("UPDATE wish SET ended_at = now() WHERE ended_at IS NULL")
    with a_postbox() as box:
        yield box


def a_purchaser() -> Household:
    """Somebody who wished for their receipts a little while ago."""
    home = a_household(1)
    make_wish(home.persons[0], RECEIPTS_BY_EMAIL, acting=customer(home.persons[0]))
    with administrator() as admin:
        admin.execute("UPDATE wish SET wished_at = now() - interval '1 hour' WHERE person_id = %s", [home.persons[0]])
    return home


def buy(home: Household, **changes: Any) -> int:
    """Let them buy something just now, and return the receipt's id."""
    lately = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(timespec="seconds")
    sale = a_receipt(card=home.cards[0], **{"purchased_at": lately} | changes)
    [verdict] = take(a_source(), [sale])
    assert verdict.status == "accepted", verdict
    [(found,)] = rows("SELECT id FROM receipt WHERE source_receipt_id = %s", sale["receipt_id"])
    return found


def send() -> Any:
    from tarkka.cli.main import main

    return CliRunner().invoke(main, ["receipts", "send"])


def sent(person_id: int) -> list[tuple[Any, ...]]:
    return rows("SELECT receipt_id, is_refused FROM sent_receipt WHERE person_id = %s ORDER BY 1", person_id)


def looks_for_services(person_id: int) -> list[Any]:
    with own_look(person_id):
        return [event for event in latest_events() if event.purpose is Purpose.SERVICES]


def test_receipt_is_sent_once_by_product_and_the_person_sees_the_look(postbox: Postbox) -> None:
    home = a_purchaser()
    receipt = buy(home)
    answer = send()
    assert (answer.exit_code, answer.stdout) == (0, "Receipts sent: 1.\n"), answer.output
    assert send().stdout == "Receipts sent: 0.\n"
    [message] = postbox.messages
    assert postbox.recipients == [f"{home.cards[0]}@example.org"]
    assert message["From"] == "Register <receipts@example.org>"
    assert message["Subject"].startswith("Kuittisi: Prisma ")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    text = message.get_content()
    assert "Hei Given0," in text
    assert "Milk (2 kpl): 4,00 €".replace(" €", "\xa0€") in text
    assert "Family" not in text, "the mail carrier is given the given name alone"
    assert home.cards[0] not in text
    assert sent(home.persons[0]) == [(receipt, False)]
    [look] = looks_for_services(home.persons[0])
    assert (look.role, look.level, look.outcome) == (Role.AUTOMATIC, Level.PRODUCT, "granted")


def test_objection_to_services_leaves_product_groups(postbox: Postbox) -> None:
    home = a_purchaser()
    make_objection(home.persons[0], Objection.B, place=Place.PORTAL, acting=customer(home.persons[0]))
    buy(home)
    assert send().exit_code == 0
    text = postbox.messages[0].get_content()
    assert "Milk" not in text
    assert "Bread" not in text
    named = rows("SELECT name_fi FROM product_group WHERE code = 'dairy'")  # if another test registered it
    assert f"{named[0][0] if named else 'dairy'}: 4,00" in text
    assert "Olet kieltänyt tuotetietojen käytön palveluissa" in text
    [look] = looks_for_services(home.persons[0])
    assert look.level is Level.GROUP


def test_vat_is_told_by_rate_with_the_products_alone(postbox: Postbox) -> None:
    """Whoever objects to products in services is sent no VAT either: it is finer than a group's sum."""
    home, other = a_purchaser(), a_purchaser()
    make_objection(other.persons[0], Objection.B, place=Place.PORTAL, acting=customer(other.persons[0]))
    milk, bread = a_receipt()["lines"]
    for each in (home, other):
        buy(each, lines=[milk | {"vat_rate": "13.5"}, bread])
    assert send().stdout == "Receipts sent: 2.\n"
    texts = [message.get_content().replace("\xa0", " ").replace("\r\n", "\n") for message in postbox.messages]
    [mine] = [text for text in texts if "Milk" in text]
    [theirs] = [text for text in texts if "Milk" not in text]
    assert "\n\nALV 13,5 %: 0,48 € (Veroton 3,52 €, Verollinen 4,00 €)\nALV-kanta puuttuu 1 riviltä.\n\n" in mine
    assert "ALV" not in theirs
    assert "\n\n\n" not in mine + theirs


def test_objection_to_targeting_leaves_the_products(postbox: Postbox) -> None:
    home = a_purchaser()
    make_objection(home.persons[0], Objection.A, place=Place.PORTAL, acting=customer(home.persons[0]))
    buy(home)
    send()
    assert "Milk" in postbox.messages[0].get_content()


def test_total_is_sent_where_the_register_has_only_that(postbox: Postbox) -> None:
    home = a_purchaser()
    buy(home, outlet=outlet_of("restaurants"))
    send()
    text = postbox.messages[0].get_content()
    assert "10,00" in text
    assert "Milk" not in text
    assert "dairy" not in text


def test_receipt_is_written_in_the_persons_language_and_the_registers_time(postbox: Postbox) -> None:
    home = a_purchaser()
    change_language(home.persons[0], Language.EN, acting=customer(home.persons[0]))
    noon = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    buy(home, purchased_at=noon.isoformat())
    send()
    [message] = postbox.messages
    assert message["Content-Language"] == "en"
    assert "Hello Given0," in message.get_content()
    assert f"{noon.astimezone(ZoneInfo('Europe/Helsinki')):%H:%M}" in message.get_content()


def test_return_is_sent_as_one(postbox: Postbox) -> None:
    home, source = a_purchaser(), a_source()
    sale = a_receipt(card=home.cards[0], purchased_at=(datetime.now(UTC) - timedelta(days=2)).isoformat())
    verdicts = take(source, [sale])
    verdicts += take(source, [a_return(sale, purchased_at=(datetime.now(UTC) - timedelta(minutes=2)).isoformat())])
    assert [verdict.status for verdict in verdicts] == ["accepted"] * 2
    send()
    [message] = postbox.messages
    assert "tässä on kuitti palautuksestasi" in message.get_content()


def test_nothing_is_sent_that_was_bought_before_the_wish_or_long_ago(postbox: Postbox) -> None:
    home = a_purchaser()
    buy(home, purchased_at=(datetime.now(UTC) - timedelta(hours=2)).isoformat())
    with administrator() as admin:
        admin.execute("UPDATE wish SET wished_at = '2020-1-1' WHERE person_id = %s", [a_purchaser().persons[0]])
    assert send().stdout == "Receipts sent: 0.\n"
    assert postbox.messages == []
    assert looks_for_services(home.persons[0]) == [], "nobody is looked at for nothing"


def test_nothing_is_sent_to_whoever_did_not_wish_or_wishes_no_more(postbox: Postbox) -> None:
    home, other = a_purchaser(), a_household(1)
    buy(home)
    buy(other)
    end_wish(home.persons[0], RECEIPTS_BY_EMAIL, acting=customer(home.persons[0]))
    assert send().stdout == "Receipts sent: 0.\n"
    assert postbox.messages == []


def test_wish_ended_between_is_obeyed(postbox: Postbox) -> None:
    from tarkka.post.mail import mail_server
    from tarkka.services.receipts import send_receipt

    home = a_purchaser()
    receipt = buy(home)
    end_wish(home.persons[0], RECEIPTS_BY_EMAIL, acting=customer(home.persons[0]))
    with mail_server() as mail:
        assert not send_receipt(home.persons[0], receipt, mail)
    assert postbox.messages == []
    assert sent(home.persons[0]) == []


def test_receipt_of_somebody_else_is_not_sent(postbox: Postbox) -> None:
    from tarkka.post.mail import NotTaken, mail_server
    from tarkka.services.receipts import send_receipt

    home, other = a_purchaser(), a_household(1)
    receipt = buy(other)
    with mail_server() as mail, pytest.raises(NotTaken):
        send_receipt(home.persons[0], receipt, mail)
    assert postbox.messages == []
    assert sent(home.persons[0]) == []


def test_contact_for_safety_is_never_sent_a_receipt(postbox: Postbox) -> None:
    home = a_purchaser()
    person = home.persons[0]
    change_contact(
        person, ContactKind.EMAIL, "safety@example.org", for_safety_only=True, acting=customer(person)
    )  # fmt: skip
    with administrator() as admin:  # past the act that would have ended the wish
        admin.execute("DELETE FROM contact WHERE person_id = %s AND NOT for_safety_only", [person])
    buy(home)
    answer = send()
    assert answer.exit_code == 1
    assert postbox.messages == []
    assert sent(person) == []


def test_server_that_is_down_loses_nothing(postbox: Postbox) -> None:
    home = a_purchaser()
    receipt = buy(home)
    with override_settings(EMAIL_PORT=9):
        answer = send()
    assert answer.exit_code == 1
    assert "The mail server failed (ConnectionRefusedError)" in answer.stderr
    assert sent(home.persons[0]) == []
    assert looks_for_services(home.persons[0]) == [], "nobody is looked at before there is a server"
    assert send().stdout == "Receipts sent: 1.\n"
    assert sent(home.persons[0]) == [(receipt, False)]
    assert len(postbox.messages) == 1


@pytest.mark.parametrize("answers", [("answer", "451 later"), ("answer_to_recipient", "450 later")])
def test_what_is_not_taken_now_is_sent_the_next_time_and_the_others_now(
    postbox: Postbox, answers: tuple[str, str]
) -> None:
    homes = [a_purchaser(), a_purchaser()]
    for home in homes:
        buy(home)
    setattr(postbox, *answers)
    answer = send()
    assert answer.exit_code == 1
    assert "Not taken by the mail server this time: 2." in answer.stderr
    setattr(postbox, answers[0], "250 OK")
    assert send().stdout == "Receipts sent: 2.\n"
    assert send().stdout == "Receipts sent: 0.\n"
    assert sorted(postbox.recipients) == sorted(f"{home.cards[0]}@example.org" for home in homes)


def test_address_that_is_refused_for_good_is_not_tried_again_and_the_person_can_be_told(postbox: Postbox) -> None:
    from tarkka.services.receipts import last_was_refused

    home = a_purchaser()
    receipt = buy(home)
    postbox.answer_to_recipient = "550 no such user"
    assert send().stdout == "Receipts sent: 0.\n"
    assert sent(home.persons[0]) == [(receipt, True)]
    with own_look(home.persons[0]):
        assert last_was_refused()
    postbox.answer_to_recipient = "250 OK"
    assert send().stdout == "Receipts sent: 0.\n"
    buy(home)
    assert send().stdout == "Receipts sent: 1.\n"
    with own_look(home.persons[0]):
        assert not last_was_refused()


def test_two_runs_at_once_send_each_receipt_once(postbox: Postbox) -> None:
    from tarkka.post.mail import mail_server
    from tarkka.services.receipts import due_receipts, send_receipt

    home = a_purchaser()
    for _ in range(6):
        buy(home)
    due = list(due_receipts())
    assert len(due) == 6

    def run() -> int:
        from django.db import connection

        try:
            with mail_server() as mail:
                return sum(send_receipt(person, receipt, mail) for person, receipt in due)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(run) for _ in range(3)]
        assert sum(each.result() for each in runs) == 6
    assert len(postbox.messages) == 6
    assert len({message["Message-ID"] for message in postbox.messages}) == 6


def test_interrupted_sending_is_repeated_under_the_same_message_id(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tarkka.post import mail
    from tarkka.services import receipts

    home = a_purchaser()
    buy(home)
    hand_over = receipts.hand_over

    def interrupted(*arguments: Any) -> None:
        hand_over(*arguments)
        raise KeyboardInterrupt

    [(person, receipt)] = list(receipts.due_receipts())
    monkeypatch.setattr(receipts, "hand_over", interrupted)
    with mail.mail_server() as server, pytest.raises(KeyboardInterrupt):
        receipts.send_receipt(person, receipt, server)
    monkeypatch.undo()
    assert send().stdout == "Receipts sent: 1.\n"
    assert len(postbox.messages) == 2
    assert len({message["Message-ID"] for message in postbox.messages}) == 1


def test_nothing_personal_is_logged_or_printed(postbox: Postbox, caplog: pytest.LogCaptureFixture) -> None:
    home = a_purchaser()
    buy(home)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own, in this process for the test alone
    postbox.answer = "451 sorry"
    outputs = [send().output]
    postbox.answer = "250 OK"
    postbox.answer_to_recipient = "550 not here"
    outputs.append(send().output)
    for text in (*outputs, caplog.text):
        for personal in (home.cards[0], "Given0", "Family", "Milk"):
            assert personal not in text


def test_every_way_of_writing_a_mail_server_is_understood() -> None:
    program = (
        "from django.conf import settings as s;"
        "print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"
    )
    for address, told in {
        "": " 25   False False",
        "smtp://relay": "relay 25   False False",
        "smtps://me:p%40ss@mail.example.org": "mail.example.org 465 me p@ss False True",
        "smtp+starttls://me:x@mail.example.org:2525": "mail.example.org 2525 me x True False",
    }.items():
        environment = os.environ | {"TARKKA_MAIL_URL": address}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.rstrip("\n") == told
