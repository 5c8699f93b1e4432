"""E-mail that came back: reports that a notice could not be delivered (RFC 3464), by the Message-ID that they quote.

The Message-ID carries the notice's number and its token, which nobody can guess, so a report that somebody made up
fails nobody's channel.
"""

import re
from email import message_from_bytes, message_from_string, policy
from email.message import Message
from enum import StrEnum
from pathlib import Path

from django.db import connection

from tarkka.post.mail import mark_in

MAX_BYTES = 10_000_000


class Bounce(StrEnum):
    """What a report was."""

    CAME_BACK = "came back"
    KNOWN = "known already"
    NO_FAILURE = "no report of failure"
    NOT_OURS = "of no notice"


class Unreadable(ValueError):
    """A file is no message that can be read."""


def take_bounce(report: Path) -> Bounce:
    """Take in a message that came to the sender's address, and queue the next channel if a notice came back.

    Raises Unreadable.
    """
    try:
        if report.stat().st_size > MAX_BYTES:
            raise Unreadable(f"longer than {MAX_BYTES} bytes, which no report is")
        message = message_from_bytes(report.read_bytes(), policy=policy.compat32)
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from None
    status = _failed(message)
    if status is None:
        return Bounce.NO_FAILURE
    mark = re.fullmatch(r"(\d{1,18})\.([0-9a-f]{32})", mark_in(_returned_id(message)), re.ASCII)
    if mark is None:
        return Bounce.NOT_OURS
    with connection.cursor() as cursor:
        cursor.execute("SELECT recalls.bounce(%s, %s, %s)", [int(mark[1]), mark[2], f"came back {status}".strip()])
        [is_new] = cursor.fetchone()
    if is_new is None:
        return Bounce.NOT_OURS
    return Bounce.CAME_BACK if is_new else Bounce.KNOWN


def _failed(message: Message) -> str | None:
    """Return the status code of a delivery that failed for good, empty if it gives none; None if none failed."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.get_payload():
            if isinstance(fields, Message) and str(fields.get("Action", "")).strip().lower() == "failed":
                status = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", str(fields.get("Status", "")))
                return status[0] if status else ""
    return None


def _returned_id(message: Message) -> str:
    """Return the Message-ID of what came back, whole or its headers alone; empty if the report does not quote it."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            return str(message_from_string(str(part.get_payload())).get("Message-ID", ""))
        if kind == "message/rfc822":
            returned = next((each for each in part.get_payload() if isinstance(each, Message)), Message())
            return str(returned.get("Message-ID", ""))
    return ""
