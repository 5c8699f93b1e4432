"""Receipts sent by e-mail to whoever wished for them, as finely as their choices allow services (R16, R27).

Each receipt has a look of its own, which the person finds in their trail. In it the sending is claimed, the receipt
read and handed to the mail server, and all of it is committed together: what the server did not take is not claimed
and is sent the next time. Whoever is interrupted between the server's yes and the commit sends it again, under the
same Message-ID.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from tarkka import access
from tarkka.description.queries import load_rulebook
from tarkka.people.details import RECEIPTS_BY_EMAIL, ContactKind
from tarkka.people.queries import Person, read_contact, read_person, read_wishes
from tarkka.purchases.queries import ReceiptDetail, find_receipt
from tarkka.vocabulary import Purpose, Role

ACTOR = "receipts by e-mail"
_FETCHED = 1_000


@contextmanager
def mail_server() -> Iterator[BaseEmailBackend]:
    """Open the connection to the mail server for a whole run. Raises MailServerFailed."""
    mail: BaseEmailBackend = get_connection()
    try:
        mail.open()
    except (OSError, SMTPException) as error:
        raise MailServerFailed(type(error).__name__) from None
    try:
        yield mail
    finally:
        with suppress(OSError, SMTPException):
            mail.close()


class NotTaken(Exception):
    """A message was not sent this time, and nothing of it is on record; others may be. Quotes nothing of it."""


class MailServerFailed(Exception):
    """The mail server cannot be reached or spoken with. Tells what kind of failure it was, and nobody's address."""


class _RefusedForGood(Exception):
    """The mail server will never take a message to this address."""


def due_receipts() -> Iterator[tuple[int, int]]:
    """Yield the ids of person and receipt of each sending that is due, fetched a thousand at a time."""
    last = (0, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id, receipt_id FROM services.due(%s, %s, %s)", [*last, _FETCHED])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        last = rows[-1]


def send_receipt(person_id: int, receipt_id: int, mail: BaseEmailBackend) -> bool:
    """Send the receipt to its purchaser, once; False if it was sent already, is wished for no more or was refused.

    Raises NotTaken if it is to be tried again, MailServerFailed if nothing can be sent now, access.Refused if the
    description allows no such service.
    """
    try:
        return _send(person_id, receipt_id, mail, is_refused=False)
    except _RefusedForGood:
        # Kept so that it is not tried again; the person is told on the page of their details.
        _send(person_id, receipt_id, mail, is_refused=True)
        return False


def _send(person_id: int, receipt_id: int, mail: BaseEmailBackend, *, is_refused: bool) -> bool:
    subject = access.person(person_id)
    with access.opened(role=Role.AUTOMATIC, actor=ACTOR, purpose=Purpose.SERVICES, subject=subject):
        if RECEIPTS_BY_EMAIL not in read_wishes() or not _claim(person_id, receipt_id, is_refused=is_refused):
            return False
        person = read_person(person_id)
        address = read_contact(ContactKind.EMAIL)
        found = find_receipt(receipt_id)
        if person is None or address is None or found is None:
            raise NotTaken("what was to be sent was just changed")
        if not is_refused:
            _hand_over(composed(person, address, found), mail)
    return True


def _claim(person_id: int, receipt_id: int, *, is_refused: bool) -> bool:
    """Whether the sending is ours. Whoever comes second waits for the first to commit, and is told no."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sent_receipt (person_id, receipt_id, is_refused) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
            """,
            [person_id, receipt_id, is_refused],
        )
        return int(cursor.rowcount) == 1


def _hand_over(message: EmailMessage, mail: BaseEmailBackend) -> None:
    try:
        mail.send_messages([message])
    except SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            raise _RefusedForGood from None
        raise NotTaken("the mail server does not take mail to this address now") from None
    except SMTPDataError:
        raise NotTaken("the mail server did not take the message") from None
    except (OSError, SMTPException) as error:  # whose own text may quote the address
        raise MailServerFailed(type(error).__name__) from None


def composed(person: Person, address: str, found: ReceiptDetail) -> EmailMessage:
    """Return the message: the receipt as finely as it was read, in the person's language and the register's time.

    The mail carrier is given the fields that the description names: address, given name, language, message.
    """
    with translation.override(person.language), timezone.override(load_rulebook().time_zone):
        context = {"person": person, "receipt": found.receipt, "detail": found}
        subject = render_to_string("services/receipt_subject.txt", context)
        body = render_to_string("services/receipt.txt", context)
    key = salted_hmac("tarkka.services.receipts", f"{person.id} {found.receipt.id}", algorithm="sha256").hexdigest()
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{key[:40]}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": person.language.value,
        },
    )


def last_was_refused() -> bool:
    """Tell whether the mail server refused the last receipt that was sent to the subject. Inside the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_refused FROM sent_receipt ORDER BY sent_at DESC LIMIT 1")
        row = cursor.fetchone()
    return bool(row and row[0])
