"""Whoever a broken glass is about is told by e-mail, once, in a minute, over a real SMTP server; later if delayed."""

import logging
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from typer.testing import CliRunner

import browsing
from acting import a_mandate
from building import Household, a_household, administrator
from looking import latest_events, own_look
from posting import Postbox, a_postbox
from storing import rows
from tarkka.access import NotAllowed
from tarkka.access.cases import break_glass, delay_look, open_case
from tarkka.people.actions import change_contact, change_language, customer, remove_contact
from tarkka.people.details import ContactKind
from tarkka.vocabulary import Language, Place, Purpose, Role

IN_THE_PAST = timedelta(minutes=1)


@pytest.fixture
def postbox(site: None) -> Iterator[Postbox]:
    """A mail server that takes everything, and nothing due but what the test makes."""
    with administrator() as admin:
        admin.execute(
            "INSERT INTO glass_notice (case_id, person_id) SELECT id, person_id FROM service_case WHERE break_glass"
            " AND person_id IS NOT NULL ON CONFLICT DO NOTHING"
        )
    with a_postbox() as box:
        yield box


@pytest.fixture
def clerk(site: None) -> str:
    user_id = f"clerk-{secrets.token_hex(4)}"
    a_mandate(user_id, Role.CUSTOMER_SERVICE)
    return user_id


@pytest.fixture
def officer(site: None) -> str:
    user_id = f"officer-{secrets.token_hex(4)}"
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    return user_id


def moved(case: int, by: timedelta = IN_THE_PAST) -> int:
    """Move a case into the past, which only a superuser can: the officer had their time."""
    with administrator() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE service_case SET opened_at = opened_at - %s WHERE id = %s", [by, case])
        admin.execute("UPDATE look_delay SET until = until - %s WHERE case_id = %s", [by, case])
    return case


def broken(person: int, clerk: str, by: timedelta = IN_THE_PAST) -> int:
    """Break the glass a while ago."""
    return moved(break_glass(person, "emergency", reason="Pelastuslaitos kysyy", minutes=5, acting=clerk), by)


def tell() -> Any:
    from tarkka.cli.main import main

    return CliRunner().invoke(main, ["glass", "tell", "--once"])


def notices(person: int) -> list[tuple[Any, ...]]:
    return rows("SELECT case_id, is_refused FROM glass_notice WHERE person_id = %s ORDER BY 1", person)


def looks_to_tell(person: int) -> list[Any]:
    with own_look(person):
        return [each for each in latest_events() if each.role is Role.AUTOMATIC and each.purpose is Purpose.OWN_DATA]


def address_of(home: Household) -> str:
    return f"{home.cards[0]}@example.org"


def test_one_round_tells_that_it_was_broken_when_and_where_there_is_more_and_nothing_else(
    postbox: Postbox, clerk: str
) -> None:
    home = a_household(1)
    [person] = home.persons
    case = broken(person, clerk)
    assert (tell().stdout, tell().stdout) == ("Told: 1.\n", "Told: 0.\n")
    [message] = postbox.messages
    assert postbox.recipients == [address_of(home)]
    assert message["From"] == "Register <receipts@example.org>"
    assert message["Subject"] == "Tietosi avattiin poikkeuksellisella perusteella"
    assert message["Auto-Submitted"] == "auto-generated"
    [(opened_at,)] = rows("SELECT opened_at FROM service_case WHERE id = %s", case)
    at = opened_at.astimezone(ZoneInfo("Europe/Helsinki"))
    text = message.get_content().replace("\r\n", "\n").replace("\xa0", " ")
    assert text == (
        "Hei Given0,\n\n"
        "työntekijämme avasi tietosi poikkeuksellisella perusteella, ilman yhteydenottoa sinulta, "
        f"{at.day}.{at.month}.{at.year} klo {at.hour}.{at:%M}. Toinen henkilö tarkastaa, oliko se oikein.\n\n"
        "Lisää näet portaalissa. Kirjaudu sinne kuten yleensä: tässä viestissä ei ole linkkiä.\n"
    )
    for secret in (clerk, "Pelastuslaitos", "Family", "emergency", home.cards[0], "http"):
        assert secret not in text
    assert notices(person) == [(case, False)]
    [look] = looks_to_tell(person)
    assert (look.level.name, look.outcome) == ("TOTAL", "granted")


@pytest.mark.parametrize(
    ("language", "subject"),
    [(Language.SV, "Dina uppgifter öppnades av ett undantagsskäl"), (Language.EN, "Your data was opened on an")],
)
def test_it_is_told_in_the_persons_language(postbox: Postbox, clerk: str, language: Language, subject: str) -> None:
    [person] = a_household(1).persons
    change_language(person, language, acting=customer(person))
    broken(person, clerk)
    assert tell().exit_code == 0
    [message] = postbox.messages
    assert message["Subject"].startswith(subject)
    assert message["Content-Language"] == language


def test_everybody_is_told_within_a_minute(postbox: Postbox, clerk: str) -> None:
    from tarkka.services.glass import EVERY, OFFICERS_TIME

    assert sum((OFFICERS_TIME, EVERY), timedelta()) < timedelta(seconds=60)
    [person] = a_household(1).persons
    case = broken(person, clerk, by=OFFICERS_TIME - timedelta(seconds=10))
    assert tell().stdout == "Told: 0.\n", "the officer may still set a delay"
    assert looks_to_tell(person) == [], "nobody is looked at in vain"
    moved(case, timedelta(seconds=10))
    assert tell().stdout == "Told: 1.\n"


def test_whoever_an_officer_delays_is_told_when_the_delay_ends(postbox: Postbox, clerk: str, officer: str) -> None:
    from tarkka.post.mail import mail_server
    from tarkka.services.glass import tell_of_glass

    [person] = a_household(1).persons
    case = break_glass(person, "emergency", reason="a test", minutes=5, acting=clerk)
    delay_look(case, until=datetime.now(UTC) + timedelta(days=20), reason="police", acting=officer)
    moved(case)
    assert tell().stdout == "Told: 0.\n"
    assert looks_to_tell(person) == [], "a look of the program's would tell that there is something"
    with mail_server() as mail:  # somebody had asked who is due before the delay was set
        assert not tell_of_glass(person, case, mail)
    assert (postbox.messages, notices(person)) == ([], [])
    moved(case, timedelta(days=21))
    assert (tell().stdout, tell().stdout) == ("Told: 1.\n", "Told: 0.\n")
    assert len(postbox.messages) == 1


def test_no_delay_is_set_once_the_customer_was_told_or_looked(postbox: Postbox, clerk: str, officer: str) -> None:
    later = {"until": datetime.now(UTC) + timedelta(days=2), "reason": "police", "acting": officer}
    mailed, looked, neither = (a_household(1).persons[0] for _ in range(3))
    cases = [broken(each, clerk) for each in (mailed, looked)]
    assert tell().stdout == "Told: 2.\n"
    with pytest.raises(NotAllowed, match="already_told"):
        delay_look(cases[0], **later)
    again = break_glass(looked, "emergency", reason="once more", minutes=5, acting=clerk)
    client = browsing.signed_in(looked)
    assert "opened without you" in browsing.words(client.get("/home/"))
    with pytest.raises(NotAllowed, match="already_told"):
        delay_look(again, **later)
    assert "opened without you" in browsing.words(client.get("/home/"))
    with own_look(neither):
        pass
    delay_look(break_glass(neither, "emergency", reason="a test", minutes=5, acting=clerk), **later)


def test_whoever_has_no_email_address_is_told_in_the_portal_alone(postbox: Postbox, clerk: str) -> None:
    [person] = a_household(1).persons
    remove_contact(person, ContactKind.EMAIL, acting=customer(person))
    change_contact(person, ContactKind.EMAIL, "s@example.org", for_safety_only=True, acting=customer(person))
    broken(person, clerk)
    assert tell().stdout == "Told: 0.\n"
    assert (postbox.messages, looks_to_tell(person)) == ([], [])
    assert "opened without you" in browsing.words(browsing.signed_in(person).get("/home/"))


def test_a_case_with_the_customer_and_one_of_long_ago_are_not_told(postbox: Postbox, clerk: str) -> None:
    [person] = a_household(1).persons
    moved(open_case(person, "choice_change", place=Place.PHONE, identified_by="questions", acting=clerk))
    broken(person, clerk, by=timedelta(days=32))
    assert tell().stdout == "Told: 0.\n"


def test_a_restriction_does_not_keep_anybody_from_being_told(postbox: Postbox, clerk: str) -> None:
    [person] = a_household(1).persons
    broken(person, clerk)
    with administrator() as admin:
        admin.execute(
            "INSERT INTO restriction (person_id, request_id, valid, reason) VALUES (%s, 0, '[2000-01-01,)', 'x')",
            [person],
        )
    assert tell().stdout == "Told: 1.\n"


@pytest.mark.parametrize("answers", [("answer", "451 later"), ("answer_to_recipient", "450 later")])
def test_what_is_not_taken_now_is_told_the_next_time(postbox: Postbox, clerk: str, answers: tuple[str, str]) -> None:
    [person] = a_household(1).persons
    case = broken(person, clerk)
    setattr(postbox, *answers)
    answer = tell()
    assert (answer.exit_code, "Could not be told this time: 1." in answer.stderr) == (1, True)
    assert notices(person) == []
    setattr(postbox, answers[0], "250 OK")
    assert tell().stdout == "Told: 1.\n"
    assert notices(person) == [(case, False)]


def test_a_server_that_is_down_loses_nothing_and_nobody_is_looked_at(postbox: Postbox, clerk: str) -> None:
    [person] = a_household(1).persons
    broken(person, clerk)
    with override_settings(EMAIL_PORT=9):
        answer = tell()
    assert answer.exit_code == 1
    assert "The mail server failed (ConnectionRefusedError)" in answer.stderr
    assert looks_to_tell(person) == []
    assert tell().stdout == "Told: 1.\n"


def test_an_address_that_is_refused_for_good_is_not_tried_again(postbox: Postbox, clerk: str) -> None:
    [person] = a_household(1).persons
    case = broken(person, clerk)
    postbox.answer_to_recipient = "550 no such user"
    assert tell().stdout == "Told: 0.\n"
    assert notices(person) == [(case, True)]
    postbox.answer_to_recipient = "250 OK"
    assert tell().stdout == "Told: 0.\n"


def test_what_could_not_be_told_rests_longer_each_time_and_holds_nobody_up(
    postbox: Postbox, clerk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tarkka.services import glass

    clock = [1000.0]
    monkeypatch.setattr(glass.time, "monotonic", lambda: clock[0])
    [person] = a_household(1).persons
    broken(person, clerk)
    postbox.answer = "451 later"
    teller, tried = glass.Teller(), []
    for _ in range(4 * 60 * 4):  # four hours
        if teller.tell() == (0, 1):
            tried.append(clock[0])
        clock[0] += glass.EVERY.total_seconds()
    waited = [int(later - earlier) for earlier, later in pairwise(tried)]
    assert waited == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    postbox.answer = "250 OK"
    broken(a_household(1).persons[0], clerk)
    assert teller.tell() == (1, 0)
    clock[0] += glass.LONGEST_REST.total_seconds()
    assert teller.tell() == (1, 0)


def test_two_at_once_tell_once(postbox: Postbox, clerk: str) -> None:
    from tarkka.post.mail import mail_server
    from tarkka.services.glass import tell_of_glass

    [person] = a_household(1).persons
    case = broken(person, clerk)

    def run() -> bool:
        from django.db import connection

        try:
            with mail_server() as mail:
                return tell_of_glass(person, case, mail)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(run) for _ in range(3)]
        assert sum(each.result() for each in runs) == 1
    assert len(postbox.messages) == 1


def test_only_the_programs_look_at_ones_own_data_claims(postbox: Postbox, clerk: str) -> None:
    person, other = a_household(2).persons
    case = broken(person, clerk)
    claim = "SELECT services.claim_glass(%s, false)"
    from looking import rows as seen

    own = {"role": Role.AUTOMATIC, "actor": "x", "purpose": Purpose.OWN_DATA}
    for whose, look in ((person, {}), (person, own | {"purpose": Purpose.SERVICES}), (other, own)):
        with own_look(whose, **look):
            assert seen(claim, case) == [(None,)]
    assert notices(person) == []


def test_nothing_personal_is_logged_or_printed(postbox: Postbox, clerk: str, caplog: pytest.LogCaptureFixture) -> None:
    home = a_household(1)
    broken(home.persons[0], clerk)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own, in this process for the test alone
    outputs = []
    for postbox.answer, postbox.answer_to_recipient in (("451 no", "250 OK"), ("250 OK", "550 not here")):
        outputs.append(tell().output)
    for text in (*outputs, caplog.text):
        for personal in (home.cards[0], "Given0", "Family", clerk):
            assert personal not in text


def test_an_event_is_on_the_customers_page_at_once(site: None, clerk: str) -> None:
    """Under a minute from the event, because nothing lies between: the page reads what the door has committed."""
    from django.db import connection

    [person] = a_household(1).persons
    client = browsing.signed_in(person)
    case = break_glass(person, "emergency", reason="a test", minutes=5, acting=clerk)
    assert f"Case {case}" not in browsing.words(client.get("/looks/?by=staff"))
    begun, was_seen = Event(), Event()

    def look() -> None:
        by = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
        try:
            with own_look(person, **by, case_ref=str(case)):
                begun.set()
                was_seen.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as employee:
        looking = employee.submit(look)
        begun.wait(60)
        told = browsing.words(client.get("/looks/?by=staff")), browsing.words(client.get("/home/"))
        was_seen.set()
        looking.result()
    assert f"Emergency access Case {case}" in told[0], "while it is still looked at"
    assert "It was looked at." in told[1]
