"""E-mail to people: what every message has, and what becomes of it at the mail server.

Whoever sends claims the sending in the database first and commits it with the server's yes: what the server did not
take is not claimed. Whoever is interrupted between the two sends again, under the same Message-ID.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from tarkka.vocabulary import Language

_OURS = re.compile(rb"\b5\.7\.\d|relay", re.IGNORECASE)
"""What a server says that refuses us and not the address: its policy, which somebody mends (RFC 3463, X.7)."""


class NotTaken(Exception):
    """A message was not sent this time, and nothing of it is on record; others may be. Quotes nothing of it."""


class MailServerFailed(Exception):
    """The mail server cannot be reached or spoken with. Tells what kind of failure it was, and nobody's address."""


class RefusedForGood(Exception):
    """The mail server will never take a message to this address."""


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


def message_to(
    address: str, *, subject: str, body: str, language: Language, salt: str = "", about: str = "", mark: str = ""
) -> EmailMessage:
    """Return a plain message in a language. `salt` and `about` make its Message-ID, the same each time it is sent.

    Or `mark` stands in it, by which a message that comes back tells what it was: `mark_in`.
    """
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{mark or _mark(salt, about)}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language.value,
        },
    )


def mark_in(message_id: str) -> str:
    """Return the mark in the Message-ID of a message that came back."""
    return message_id.strip().strip("<>").rpartition("@")[0]


def _mark(salt: str, about: str) -> str:
    return salted_hmac(salt, about, algorithm="sha256").hexdigest()[:40]


def hand_over(message: EmailMessage, mail: BaseEmailBackend) -> None:
    """Give a message to the mail server. Raises RefusedForGood, NotTaken, MailServerFailed."""
    try:
        mail.send_messages([message])
    except SMTPRecipientsRefused as error:
        if all(code >= 500 and not _OURS.search(said) for code, said in error.recipients.values()):
            raise RefusedForGood from None
        raise NotTaken("the mail server does not take mail to this address now") from None
    except SMTPDataError:
        raise NotTaken("the mail server did not take the message") from None
    except (OSError, SMTPException) as error:  # whose own text may quote the address
        raise MailServerFailed(type(error).__name__) from None
    except ValueError:
        if all(map(_is_address, message.to)):
            raise
        raise RefusedForGood from None


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
