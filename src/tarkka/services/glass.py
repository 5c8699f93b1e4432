"""Telling people by e-mail, within a minute, that the glass was broken: a case was opened without them (R22, R23).

The portal tells it at once, to whoever comes there. The mail says that it happened, when, and where there is more; it
names nobody and nothing that was seen. Each has a look of its own at its person, which they find in their trail. In it
the telling is claimed, which is refused while an officer's delay holds, and the mail handed over; all of it is
committed together.
"""

import logging
import time
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tarkka import access
from tarkka.description.queries import load_rulebook
from tarkka.people.details import ContactKind
from tarkka.people.queries import Person, read_contact, read_person
from tarkka.post.mail import MailServerFailed, NotTaken, RefusedForGood, hand_over, mail_server, message_to
from tarkka.vocabulary import Level, Purpose, Role

ACTOR = "telling of emergency access"
OFFICERS_TIME = timedelta(seconds=30)
"""So long after the glass was broken the data-protection officer can set a delay before the mail goes."""
EVERY = timedelta(seconds=15)
"""How often it is asked who is to be told. With the officer's time, less than a minute."""
LONGEST_REST = timedelta(hours=1)
"""What could not be told is tried again after EVERY, then after twice as long each time, up to this."""

_log = logging.getLogger(__name__)


class Teller:
    """Tells of broken glasses, round by round. One that could not be told rests, for each try is a look at somebody."""

    def __init__(self) -> None:
        self._rests: dict[int, tuple[float, timedelta]] = {}

    def tell(self) -> tuple[int, int]:
        """Tell of all that is due and does not rest. Return how many were told, and how many could not be.

        Raises MailServerFailed if there is no mail server to speak with, and then nobody was looked at.
        """
        now = time.monotonic()
        due = [each for each in due_glasses() if self._rests.get(each[1], (now,))[0] <= now]
        if not due:
            return 0, 0
        told = left = 0
        with mail_server() as mail:
            for person_id, case_id in due:
                try:
                    told += tell_of_glass(person_id, case_id, mail)
                    self._rests.pop(case_id, None)
                except (NotTaken, MailServerFailed, access.Refused) as error:
                    left += 1
                    _log.warning("Case %s could not be told of by e-mail: %s", case_id, error)
                    rest = min(2 * self._rests.get(case_id, (now, EVERY / 2))[1], LONGEST_REST)
                    self._rests[case_id] = (now + rest.total_seconds(), rest)
        return told, left


def keep_telling() -> None:
    """Tell until this process is ended. What fails is said in the log, and tried again."""
    teller = Teller()
    while True:
        try:
            teller.tell()
        except MailServerFailed as error:
            _log.error("The mail server failed (%s): nobody is told of emergency access until it works", error)
        except DatabaseError:
            _log.exception("A round of telling failed; the next one tries again")
            connection.close()
        time.sleep(EVERY.total_seconds())


def due_glasses() -> list[tuple[int, int]]:
    """Return person and case of each broken glass that is to be told by e-mail now, of people who can be reached."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, case_id FROM services.glasses_due(make_interval(secs => %s))",
            [OFFICERS_TIME.total_seconds()],
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def tell_of_glass(person_id: int, case_id: int, mail: BaseEmailBackend) -> bool:
    """Send the person the mail, once; False if they were told already, are to be told later, or refused it for good.

    Raises NotTaken if it is to be tried again, MailServerFailed if nothing can be sent now, access.Refused if the
    description allows no such look.
    """
    try:
        return _tell(person_id, case_id, mail, is_refused=False)
    except RefusedForGood:
        _tell(person_id, case_id, mail, is_refused=True)  # kept, so that it is not tried again
        return False


def _tell(person_id: int, case_id: int, mail: BaseEmailBackend, *, is_refused: bool) -> bool:
    subject = access.person(person_id)
    with access.opened(
        role=Role.AUTOMATIC, actor=ACTOR, purpose=Purpose.OWN_DATA, subject=subject, at_most=Level.TOTAL
    ):
        broken_at = _claim(case_id, is_refused=is_refused)
        if broken_at is None:
            return False
        person, address = read_person(person_id), read_contact(ContactKind.EMAIL)
        if person is None or address is None:
            raise NotTaken("what was to be sent was just changed")
        if not is_refused:
            hand_over(composed(person, address, case_id, broken_at), mail)
    return True


def _claim(case_id: int, *, is_refused: bool) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT services.claim_glass(%s, %s)", [case_id, is_refused])
        claimed: datetime | None
        [claimed] = cursor.fetchone() or [None]
    return claimed


def composed(person: Person, address: str, case_id: int, broken_at: datetime) -> EmailMessage:
    """Return the message, in the person's language and the register's time. `broken_at` is aware.

    The mail carrier is given the fields that the description names: address, given name, language, message.
    """
    with translation.override(person.language), timezone.override(load_rulebook().time_zone):
        context = {"name": person.given_name, "at": broken_at}
        subject = render_to_string("services/glass_subject.txt", context)
        body = render_to_string("services/glass.txt", context)
    return message_to(
        address,
        subject=subject,
        body=body,
        language=person.language,
        salt="tarkka.services.glass",
        about=str(case_id),
    )
