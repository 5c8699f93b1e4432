"""Telling the people whom a trace found, each by the channels that reach them, exactly once by each (R19; GPSR 35).

A job of the queue is one person's telling. The database says which channel comes next and writes down that it is tried
before anybody is looked at; then a look at the person writes down that they are told, reads how to reach them and hands
the notice over, all committed together. Whoever is stopped in between finds the try on record and tries again: an
e-mail under the same Message-ID, a text message under the same reference, a letter as the same file.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone

from tarkka import access
from tarkka.access import Subject
from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.documents.pdf import pdf
from tarkka.jobs import NotYet
from tarkka.people.details import ContactKind
from tarkka.people.queries import Person, read_contact, read_person
from tarkka.post import files
from tarkka.post.mail import MailServerFailed, NotTaken, RefusedForGood, hand_over, mail_server, message_to
from tarkka.post.texts import FileGateway, TextGateway
from tarkka.recalls import notice
from tarkka.recalls.queries import OwnRecall, read_own_recalls
from tarkka.vocabulary import SubjectKind

ACTOR = "recall notices"
_ISSUE = "SELECT event_id, level, refusal FROM recalls.issue(%s, %s, %s)"
MOST_ATTEMPTS = 10
"""So often one address is tried that is not taken and not refused for good, some six hours; then the next channel."""
TEXTS: TextGateway = FileGateway()

_log = logging.getLogger(__name__)


class Channel(StrEnum):
    """What comes to the person. The portal, where they come themselves, needs no telling."""

    EMAIL = "email"
    LETTER = "letter"
    TEXT = "text"


_KINDS = {Channel.EMAIL: ContactKind.EMAIL, Channel.LETTER: ContactKind.POST, Channel.TEXT: ContactKind.PHONE}


class NotToldYet(NotYet):
    """Some channel is to be tried again later. Quotes nothing and names nobody."""


class _Failed(Exception):
    """The channel failed for good; says by which code."""


@dataclass(frozen=True, slots=True)
class Try:
    """A notice that is to be handed over now, for the `attempts`th time."""

    number: int
    channel: Channel
    use_safety_contact: bool
    attempts: int


def tell(job: int) -> None:
    """Tell the person whom a job of the queue is about by every channel that is left to be tried.

    Raises NotToldYet if one is to be tried again.
    """
    _end_what_was_begun()
    tried: list[int] = []
    is_left = False
    while step := _claim(job, tried):
        tried.append(step.number)
        try:
            _try(step)
        except Exception as error:  # noqa: BLE001  # whatever becomes of one channel, the next ones are not kept waiting
            if isinstance(error, access.Refused) and error.reason == "no_recall":  # it has just been ended
                return
            is_left = True
            kind = type(error).__name__
            _log.warning("Notice %s of a recall was not handed over, and is tried again: %s", step.number, kind)
    if is_left:
        raise NotToldYet


def keep_up() -> None:
    """Queue what is due by itself: whoever is to be told still and has no job, and the daily trace of running recalls.

    The rows of notices tell who is to be told, and a job that was lost is made again from them.
    """
    _end_what_was_begun()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")  # of everybody, and not of a page
        cursor.execute("SELECT recalls.queue_due()")


def _claim(job: int, tried: list[int]) -> Try | None:
    channels = [each for each in Channel if each is not Channel.EMAIL or settings.EMAIL_HOST]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM recalls.claim(%s, %s, %s::bigint[])", [job, channels, tried])
        row = cursor.fetchone()
    if row is None:
        return None
    number, channel, use_safety_contact, attempts = row
    return Try(number, Channel(channel), use_safety_contact, attempts)


def _try(step: Try) -> None:
    # Nobody is looked at before there is a carrier; and who it is, is told at the look alone, whose event is on record.
    look = access.opened_by(_ISSUE, [ACTOR, step.number], Subject(SubjectKind.PERSON))
    with _carrier(step) as mail, look:
        told = _take(step)
        try:
            with transaction.atomic():
                _end(step, None)  # first, for what ends the look meanwhile must not find the message sent
                _hand_over(step, told, mail)
        except _Failed as failed:
            _end(step, str(failed))
            return
    _finish(step.channel, step.number)


@contextmanager
def _carrier(step: Try) -> Iterator[BaseEmailBackend | None]:
    if step.channel is Channel.EMAIL:
        with ExitStack() as stack:
            try:
                mail = stack.enter_context(mail_server())
            except MailServerFailed:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT recalls.give_back(%s)", [step.number])
                raise
            yield mail
    else:
        yield None


@dataclass(frozen=True, slots=True)
class _Told:
    """Who is told of which recall. `token` stands in an e-mail's Message-ID."""

    person_id: int
    recall_id: int
    token: UUID


def _take(step: Try) -> _Told:
    """Hold the notice's row. Whoever comes second waits here until the first has committed. Raises NotTaken then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, recall_id, token FROM recall_notice WHERE id = %s AND state = 'trying' FOR UPDATE",
            [step.number],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotTaken("somebody else has just ended this try, or the look has ended")
    return _Told(*row)


def _end(step: Try, failed: str | None) -> None:
    """Write down that the person is told, or why the channel failed for good. Raises NotTaken if the look has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE recall_notice SET state = CASE WHEN %s::text IS NULL THEN 'told' ELSE 'failed' END,
                   told_at = CASE WHEN %s::text IS NULL THEN clock_timestamp() END, failed_why = %s
            WHERE id = %s
            """,
            [failed, failed, failed, step.number],
        )
        if cursor.rowcount != 1:
            raise NotTaken("the look has ended: the person has just changed their choices")


def _hand_over(step: Try, told: _Told, mail: BaseEmailBackend | None) -> None:
    """Hand the notice over. Raises _Failed if the channel failed for good, whatever else if it is to be tried again."""
    person = read_person(told.person_id)
    contact = read_contact(_KINDS[step.channel], for_safety_only=step.use_safety_contact)
    found = next((each for each in read_own_recalls() if each.recall.id == told.recall_id), None)
    if person is None or contact is None or found is None:
        raise _Failed("no_contact")
    try:
        if mail is not None:
            _mail(f"{step.number}.{told.token.hex}", person, contact, found, mail)
        elif step.channel is Channel.TEXT:
            TEXTS.begin(_reference(step.number), contact, notice.text_message(found.recall, person.language))
        else:
            files.begin(f"{_reference(step.number)}.pdf", _letter(person, contact, found))
    except RefusedForGood:
        raise _Failed("refused") from None
    except (MailServerFailed, OSError):
        raise
    except Exception:
        if step.attempts >= MOST_ATTEMPTS:
            raise _Failed("never_taken") from None
        raise


def _mail(mark: str, person: Person, address: str, found: OwnRecall, mail: BaseEmailBackend) -> None:
    said, parts = _said(person, found)
    body = "\n\n".join([*(f"{name.upper()}\n{text}" for name, text in parts), *said.below])
    hand_over(
        message_to(
            address,
            subject=f"{said.title}: {parts[0][1].splitlines()[0]}",
            body=body,
            language=person.language,
            mark=mark,
        ),
        mail,
    )


def _letter(person: Person, address: str, found: OwnRecall) -> bytes:
    said, parts = _said(person, found)
    data = {
        "title": said.title,
        "name": f"{person.given_name} {person.family_name}",
        "address": address.splitlines(),
        "register": _document().register.name.written_in(person.language),
        "parts": [list(each) for each in parts],
        "below": list(said.below),
    }
    return pdf("recalls/letter.typ", data, person.language)


def _said(person: Person, found: OwnRecall) -> tuple[notice.Notice, tuple[tuple[str, str], ...]]:
    """Return the notice in the person's language, and its parts with the one that tells why they are told."""
    zone = load_rulebook().time_zone
    days = [timezone.localtime(each.purchased_at, zone).date() for each in found.purchases]
    said = notice.notice(found.recall, person.language, sellers=notice.sellers(found.recall.draft, person.language))
    return said, (*said.parts, notice.why(found.certainty, days, person.language))


def _document() -> Document:
    return load_rulebook().in_force(timezone.now()).description.document


def _reference(number: int) -> str:
    return f"recall-{number}"


def _finish(channel: Channel, number: int) -> None:
    if channel is Channel.TEXT:
        TEXTS.finish(_reference(number))
    elif channel is Channel.LETTER:
        files.finish(f"{_reference(number)}.pdf")


def _end_what_was_begun() -> None:
    """Hand over what a process that was stopped had committed as told, and remove the files of tries that are over."""
    begun = {int(match[1]): name for name in files.begun() if (match := re.fullmatch(r"recall-(\d+)\.\w+", name))}
    if not begun:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, told FROM recalls.over_among(%s::bigint[])", [list(begun)])
        for number, is_told in cursor.fetchall():
            (files.finish if is_told else files.drop)(begun[number])
