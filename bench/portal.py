"""The portal under fifty customers at once: how long each page takes beside one that reads nothing."""

import http.client
import os
import random
import statistics
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib import import_module

import psycopg
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.test import RequestFactory

from bench.measuring import ADMIN, served, tell

CUSTOMERS = 50
SECONDS = 60
WARMING = 10
NOTHING = "/more/"
"""Signed in like the others, and reads nothing of anybody."""
PAGES = (
    NOTHING,
    "/home/",
    "/purchases/",
    "/purchases/{receipt}/",
    "/spending/",
    "/household/",
    "/choices/",
    "/looks/",
    "/my-data/",
    "/details/",
    "/card/",
    "/description/",
)


def measure(name: str) -> None:
    """Print each page's 95th percentile, its ratio to the page that reads nothing, and requests a second."""
    visitors = _visitors()
    taken: dict[str, list[float]] = defaultdict(list)
    failed: list[str] = []
    with served() as port:
        start = time.monotonic()
        threads = [
            threading.Thread(target=_visit, args=(port, cookie, receipt, start, number, taken, failed))
            for number, (cookie, receipt) in enumerate(visitors)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed, failed[:3]
    print(f"\nThe portal under {len(visitors)} customers at once, {name}")
    least = _p95(taken[NOTHING])
    for page in sorted(PAGES, key=lambda page: _p95(taken[page])):
        tell(
            page,
            f"p95 {_p95(taken[page]) * 1000:.0f} ms, median {statistics.median(taken[page]) * 1000:.0f} ms,"
            f" {_p95(taken[page]) / least:.2f} of {NOTHING}",
        )
    heaviest = max(_p95(taken[page]) for page in PAGES)
    tell("the heaviest page's p95, of the page that reads nothing", f"{heaviest / least:.2f}", "at most 3")
    tell("requests a second, all pages alike", f"{sum(map(len, taken.values())) / (SECONDS - WARMING):.0f}")


def _visitors() -> list[tuple[str, int]]:
    """A session's cookie and a receipt's id of each of fifty customers who shop often."""
    from tarkka.portal.signing_in import sign_in

    with psycopg.connect(os.environ[ADMIN], autocommit=True) as db:
        since = datetime.now(UTC) - timedelta(days=180)
        rows = db.execute(
            "SELECT purchaser_id, max(id) FROM receipt WHERE purchased_at > %s GROUP BY 1"
            " HAVING count(*) BETWEEN 50 AND 150 ORDER BY 1",
            [since],
        ).fetchall()
    visitors = []
    for person_id, receipt_id in random.Random(1).sample(rows, CUSTOMERS):
        request = RequestFactory().get("/")
        request.session = _session_store()
        sign_in(request, person_id, authenticated_at=time.time())
        request.session.save()
        visitors.append((f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}", receipt_id))
    return visitors


def _session_store() -> SessionBase:
    return import_module(settings.SESSION_ENGINE).SessionStore()


def _visit(
    port: int, cookie: str, receipt: int, start: float, number: int, taken: dict[str, list[float]], failed: list[str]
) -> None:
    """Ask for pages in a random order until time is up; what was asked while warming up does not count."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    order = random.Random(number)
    while (now := time.monotonic()) - start < SECONDS:
        page = order.choice(PAGES)
        connection.request("GET", page.format(receipt=receipt), headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            failed.append(f"{page}: {answer.status}")
        if now - start >= WARMING:
            taken[page].append(time.monotonic() - now)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
