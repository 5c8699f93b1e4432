"""How fast the telling of a recall is queued, and how fast people are told over a mail server on the same machine."""

import os
import socket
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from aiosmtpd.controller import Controller
from django.conf import settings

from bench.measuring import ADMIN, tell
from tarkka import access
from tarkka.jobs.working import work
from tarkka.people.registering import NewHousehold, NewPerson, register_households
from tarkka.recalls import delivery
from tarkka.vocabulary import Language, Purpose, Role, SubjectKind

QUEUED = 100_000
TOLD = 1_000
RECALL = """
WITH made AS (INSERT INTO recall DEFAULT VALUES RETURNING id),
drafted AS (
    INSERT INTO recall_draft
        (recall_id, kind, is_dangerous, gtins, group_codes, lots, outlets, period, texts, drafted_by)
    SELECT id, 'food', true, '{06408430000135}', '{}', '{}', '{}', '[2024-03-01,2024-03-31]',
           (SELECT jsonb_object_agg(l, '{"product": "Milk", "hazard": "Listeria", "instructions": "Bring it back",
                                         "remedy": "Your money", "contact": "010 1234"}'::jsonb)
            FROM unnest('{fi,sv,en}'::text[]) l), 'bench' FROM made RETURNING recall_id, id)
INSERT INTO recall_release (recall_id, draft_id, released_by)
SELECT recall_id, id, 'another' FROM drafted RETURNING recall_id
"""
FOUND = """
INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)
SELECT %s, p, p, '2024-03-05', 'bought' FROM unnest(%s::bigint[]) p
"""
BARE = """
CREATE TEMP TABLE bare_notice (recall_id bigint, person_id bigint, at timestamptz, PRIMARY KEY (recall_id, person_id));
CREATE TEMP TABLE bare_job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, args jsonb)
"""


def measure() -> None:
    """Print the rates."""
    print("\nTelling of a recall")
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as admin:
        _queueing(admin)
        _telling(admin)


def _queueing(admin: psycopg.Connection[Any]) -> None:
    people = list(range(10**12, 10**12 + QUEUED))
    recall = _recall_of(admin, people)
    admin.execute(BARE)
    started = time.perf_counter()
    with admin.transaction():
        admin.execute("INSERT INTO bare_notice SELECT 1, p, now() FROM unnest(%s::bigint[]) p", [people])
        admin.execute("INSERT INTO bare_job (args) SELECT jsonb_build_object('notice', person_id) FROM bare_notice")
    bare = time.perf_counter() - started
    seconds = _queue(recall)
    tell(f"{QUEUED:,} notices written and queued, in one look", f"{seconds:.1f} s, {QUEUED / seconds:,.0f} a second")
    tell("the bare rows and jobs, without events and notifications", f"{bare:.1f} s, {QUEUED / bare:,.0f} a second")
    admin.execute("DELETE FROM jobs.procrastinate_jobs")


def _telling(admin: psycopg.Connection[Any]) -> None:
    since = datetime(2014, 5, 1, tzinfo=UTC)
    homes = [
        NewHousehold(
            since,
            (
                NewPerson(
                    key=str(number), identity_code=_identity_code(number), given_name="Given", family_name="Family",
                    language=Language.FI, is_main_member=True, cards=(), email=f"p{number}@example.org",
                ),
            ),
        )
        for number in range(TOLD)
    ]  # fmt: skip
    recall = _recall_of(admin, list(register_households(homes).values()))
    _queue(recall)
    box = _Box()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        started = time.perf_counter()
        work({"recalls.tell": delivery.tell}, until_empty=True)
        seconds = time.perf_counter() - started
    finally:
        server.stop()
    assert box.taken == TOLD, box.taken
    tell(f"{TOLD:,} people told by e-mail, by one worker of two threads", f"{TOLD / seconds:,.0f} a second")


class _Box:
    """A mail server that takes everything and keeps nothing."""

    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: ARG002, N802  # its interface
        self.taken += 1
        return "250 OK"


def _recall_of(admin: psycopg.Connection[Any], people: list[int]) -> int:
    row = admin.execute(RECALL).fetchone()
    assert row
    admin.execute(FOUND, [row[0], people])
    return int(row[0])


def _queue(recall: int) -> float:
    from django.db import connection

    started = time.perf_counter()
    with access.opened(
        role=Role.AUTOMATIC, actor="bench", purpose=Purpose.RECALL, subject=access.Subject(SubjectKind.TRACE),
        case_ref=str(recall),
    ) as look, connection.cursor() as cursor:  # fmt: skip
        cursor.execute("SELECT recalls.tell_found()")
        look.cover([])
    return time.perf_counter() - started


def _identity_code(number: int) -> str:
    """Return the valid identity code of one of a thousand invented people born in 1912."""
    number, individual = divmod(number, 897)
    digits = f"{1 + number:02d}0112{individual + 2:03d}"
    return f"{digits[:6]}-{digits[6:]}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(digits) % 31]}"
