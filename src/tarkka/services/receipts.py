"""Receipts sent by e-mail to whoever wished for them, as finely as their choices allow services (R16, R27).

Each receipt has a look of its own, which the person finds in their trail. In it the sending is claimed, the receipt
read and handed to the mail server, and all of it is committed together: what the server did not take is not claimed
and is sent the next time.
"""

from collections.abc import Iterator

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tarkka import access
from tarkka.description.queries import load_rulebook
from tarkka.people.details import RECEIPTS_BY_EMAIL, ContactKind
from tarkka.people.queries import Person, read_contact, read_person, read_wishes
from tarkka.post.mail import NotTaken, RefusedForGood, hand_over, message_to
from tarkka.purchases.queries import ReceiptDetail, find_receipt
from tarkka.vocabulary import Purpose, Role

ACTOR = "receipts by e-mail"
_FETCHED = 1_000


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
    except RefusedForGood:
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
            hand_over(composed(person, address, found), mail)
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


def composed(person: Person, address: str, found: ReceiptDetail) -> EmailMessage:
    """Return the message: the receipt as finely as it was read, in the person's language and the register's time.

    The mail carrier is given the fields that the description names: address, given name, language, message.
    """
    with translation.override(person.language), timezone.override(load_rulebook().time_zone):
        context = {"person": person, "receipt": found.receipt, "detail": found}
        subject = render_to_string("services/receipt_subject.txt", context)
        body = render_to_string("services/receipt.txt", context)
    return message_to(
        address,
        subject=subject,
        body=body,
        language=person.language,
        salt="tarkka.services.receipts",
        about=f"{person.id} {found.receipt.id}",
    )


def last_was_refused() -> bool:
    """Tell whether the mail server refused the last receipt that was sent to the subject. Inside the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_refused FROM sent_receipt ORDER BY sent_at DESC LIMIT 1")
        row = cursor.fetchone()
    return bool(row and row[0])
