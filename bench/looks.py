"""Who has looked, of somebody with ten thousand events among half a million of others': each view in this process."""

import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.test import Client, RequestFactory

from bench.measuring import ADMIN, tell

EVENTS = 10_000
ROUNDS = 40
# Every fiftieth event is the person's, and of theirs one in five is of a group that they were in.
_EVENTS = """
INSERT INTO access_event (id, at, role, actor, purpose, basis, subject_kind, subject_id, level, version, refusal)
SELECT n + %(first)s, now() - make_interval(mins => (500000 - n) * 5), role,
       CASE role WHEN 'customer' THEN subject::text ELSE 'bench' END, purpose, 'contract', kind,
       CASE kind WHEN 'person' THEN subject END,
       CASE WHEN refusal IS NULL THEN 'TOTAL'::level END, 1, refusal
FROM (
    SELECT n, CASE WHEN n %% 250 = 0 THEN 'trace' ELSE 'person' END AS kind,
           CASE WHEN n %% 50 = 0 THEN %(person)s ELSE %(person)s + 1 + n %% 1000 END AS subject,
           CASE WHEN n %% 250 = 0 THEN 'automatic' WHEN n %% 5000 = 50 THEN 'customer_service'
                WHEN n %% 300 = 0 THEN 'automatic' ELSE 'customer' END AS role,
           CASE WHEN n %% 250 = 0 THEN 'statistics' WHEN n %% 5000 = 50 THEN 'customer_service'
                WHEN n %% 300 = 0 THEN 'services' ELSE 'own_data' END AS purpose,
           CASE WHEN n %% 10000 = 50 THEN 'no_case' END AS refusal
    FROM generate_series(1, 500000) n
) e
"""
_GROUPS = """
INSERT INTO access_event_person (person_id, event_id)
SELECT %(person)s, n + %(first)s FROM generate_series(250, 500000, 250) n
"""


def measure() -> None:
    """Print the time of the page, of each filter and of the download, and how many events each reads at most."""
    call_command("collectstatic", interactive=False, verbosity=0)
    client = _visitor(_watched())
    month = datetime.now(UTC).date() - timedelta(days=1_000)
    views = {
        "the page": "/looks/",
        "staff": "/looks/?by=staff",
        "refusals": "/looks/?refused=1",
        "a purpose that never was": "/looks/?purpose=supervision",
        "a month three years ago": f"/looks/?from={month}&to={month + timedelta(days=30)}",
        "me": "/looks/?by=me",
    }
    print(f"\nWho has looked, of somebody with {EVENTS:,} events among 500,000")
    for name, address in views.items():
        tell(name, _told(client, address), "under 50 ms")
    tell("the download of all", _told(client, "/looks/download/", 5))  # more often a minute is refused


def _watched() -> int:
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        [person] = db.execute("SELECT max(id) FROM person").fetchone() or [0]
        [first] = db.execute("SELECT setval('access_event_id_seq', nextval('access_event_id_seq') + 500001)").fetchone()
        names = {"person": person, "first": first - 500_001}
        db.execute(_EVENTS, names)
        db.execute(_GROUPS, names)
        db.execute("VACUUM ANALYZE access_event")
        db.execute("VACUUM ANALYZE access_event_person")
    return int(person)


def _visitor(person: int) -> Client:
    from tarkka.portal.signing_in import sign_in

    request = RequestFactory().get("/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    sign_in(request, person, authenticated_at=time.time())
    request.session.save()
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def _told(client: Client, address: str, rounds: int = ROUNDS) -> str:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        answer = client.get(address)
        size = len(b"".join(answer))
        seconds.append(time.perf_counter() - start)
        assert answer.status_code == 200, address
    ninth = statistics.quantiles(seconds, n=10)[-1]
    return f"{statistics.median(seconds) * 1000:.1f} ms ({min(seconds) * 1000:.1f}–{ninth * 1000:.1f}), {size >> 10} kB"
