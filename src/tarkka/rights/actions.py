"""What a person asks of their data, and what is done about it: one named act each, through the door.

Who acts is a `people.actions.Actor`: the customer in the portal, an operator at the register's upkeep, and
`program_for` where the program makes the letter that somebody ordered.
"""

import unicodedata
from datetime import datetime

from django.db import connection

from tarkka.description.queries import load_rulebook
from tarkka.people.actions import Actor, act_on
from tarkka.people.details import ContactKind
from tarkka.people.queries import read_contact
from tarkka.vocabulary import Act, Outcome, Place, Purpose, RequestKind, Role

LONGEST = 2000
"""Characters of what somebody writes: a request, an answer, an entry about a breach."""


class NotPlainText(ValueError):
    """A text that is empty, too long, or holds characters that cannot be seen. `reason` is the code of which."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the text is not as it should be: {reason}")
        self.reason = reason


class NoPostalAddress(ValueError):
    """A letter was asked for by somebody who has no postal address for other than safety notices."""


def program_for(extract_id: int) -> Actor:
    """Return the actor of scheduled work that makes the letter of an order."""
    return Actor(Role.AUTOMATIC, "tarkka extracts print", Purpose.OWN_DATA, f"extract {extract_id}")


def plain_text(text: str) -> str:
    """Return a text as it is kept: lines ended by a newline, nothing around it.

    Raises NotPlainText: `empty`, `too_long`, or `unseen` for control characters and those that turn the direction of
    writing, by which a text can be shown otherwise than it is.
    """
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not kept:
        raise NotPlainText("empty")
    if len(kept) > LONGEST:
        raise NotPlainText("too_long")
    # Joiners are of many scripts and of emoji; whatever else has no shape of its own is not of a letter to an office.
    if any(
        unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn") and each not in "\n\t\u200c\u200d" for each in kept
    ):
        raise NotPlainText("unseen")
    return kept


def record_download() -> None:
    """Record, at a look at the person's own data, that they take an extract online (R14). It is in that extract."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO register_extract (person_id, way, made_at) SELECT id, 'online', now() FROM person")


def order_extract(person_id: int, *, acting: Actor) -> int:
    """Order an extract on paper and return the order's id. One that waits is not ordered again: its id comes back.

    Free once in twelve months, whatever was taken online; a further one is ordered all the same (R8; GDPR 12(5)).
    Raises NoPostalAddress.
    """
    with act_on(person_id, acting, Act.EXTRACT_ORDERED) as raw:
        if read_contact(ContactKind.POST) is None:
            raise NoPostalAddress("there is no postal address to send it to")
        waiting = raw.execute("SELECT id FROM register_extract WHERE made_at IS NULL ORDER BY id LIMIT 1").fetchone()
        ordered = (
            waiting
            or raw.execute(
                """
            INSERT INTO register_extract (person_id, way, may_cost)
            SELECT %s, 'paper', EXISTS (
                SELECT FROM register_extract WHERE way = 'paper' AND asked_at > now() - interval '12 months')
            RETURNING id
            """,
                [person_id],
            ).fetchone()
        )
        assert ordered is not None  # noqa: S101  # a row was found or made
        return int(ordered[0])


def make_request(person_id: int, kind: RequestKind, text: str, *, place: Place, acting: Actor) -> int:
    """Take a request in and return its id; it is answered within a month of today. Raises NotPlainText.

    The same in the same words, while it waits, is not another: its id comes back. (R33; GDPR 12(3), 16–18, 21(1))
    """
    kept = plain_text(text)
    received_on = datetime.now(load_rulebook().time_zone).date()
    with act_on(person_id, acting, Act.REQUEST_MADE) as raw:
        waiting = raw.execute(
            "SELECT id FROM request WHERE kind = %s AND text = %s AND answered_at IS NULL ORDER BY id LIMIT 1",
            [kind, kept],
        ).fetchone()
        made = (
            waiting
            or raw.execute(
                """
            INSERT INTO request (person_id, kind, text, place, taken_by, received_on) VALUES (%s, %s, %s, %s, %s, %s)
            RETURNING id
            """,
                [person_id, kind, kept, place, acting.id, received_on],
            ).fetchone()
        )
        assert made is not None  # noqa: S101  # a row was found or made
        return int(made[0])


def extend_request(person_id: int, request_id: int, reason: str, *, acting: Actor) -> None:
    """Give the answer two further months, told with the reason within the first (GDPR 12(3)). Raises NotPlainText.

    Raises ValueError if there is no such open request, if it was extended before, or if its first month is over.
    """
    kept = plain_text(reason)
    today = datetime.now(load_rulebook().time_zone).date()
    with act_on(person_id, acting, Act.REQUEST_EXTENDED) as raw:
        extended = raw.execute(
            """
            UPDATE request SET extended_at = now(), extension_reason = %s, extended_by = %s
            WHERE id = %s AND answered_at IS NULL AND extended_at IS NULL AND due_on >= %s
            """,
            [kept, acting.id, request_id, today],
        )
        if not extended.rowcount:
            raise ValueError("the person has no open request of that id that is in its first month")


def answer_request(person_id: int, request_id: int, outcome: Outcome, answer: str, *, acting: Actor) -> None:
    """Answer a request, once. Raises NotPlainText, or ValueError if there is no such open request."""
    kept = plain_text(answer)
    with act_on(person_id, acting, Act.REQUEST_ANSWERED) as raw:
        answered = raw.execute(
            """
            UPDATE request SET answered_at = now(), outcome = %s, answer = %s, answered_by = %s
            WHERE id = %s AND answered_at IS NULL
            """,
            [outcome, kept, acting.id, request_id],
        )
        if not answered.rowcount:
            raise ValueError("the person has no open request of that id")
