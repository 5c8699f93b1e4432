"""The portal under fifty customers at once: how long each page takes beside one that reads nothing."""

import http.client
import os
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
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
    "/purchases/?search={search}",
    "/purchases/?year={year}",
    "/purchases/{receipt}/",
    "/spending/",
    "/bonus/",
    "/household/",
    "/choices/",
    "/looks/",
    "/recalls/",
    "/my-data/",
    "/details/",
    "/card/",
    "/description/",
)

Visitor = tuple[str, dict[str, object]]
"""A session's cookie, and what stands in the addresses of the visitor's pages."""


def measure(name: str) -> None:
    """Print each page's 95th percentile, its ratio to the page that reads nothing, and requests a second.

    First as a day goes, each at a page of their own; then the harder question, all of them at one page at once: the
    heaviest that may be asked for so often, which what is searched for may not.
    """
    visitors = _visitors()
    with served() as port:
        taken = _load(port, visitors, PAGES, SECONDS)
        print(f"\nThe portal under {len(visitors)} customers at once, {name}")
        least = _p95(taken[NOTHING])
        for page in sorted(PAGES, key=lambda page: _p95(taken[page])):
            tell(page, f"{_spread(taken[page])}, {_p95(taken[page]) / least:.2f} of {NOTHING}")
        heaviest = max(PAGES, key=lambda page: _p95(taken[page]))
        tell(
            "the heaviest page's p95, of the page that reads nothing",
            f"{_p95(taken[heaviest]) / least:.2f}",
            "at most 3",
        )
        tell("requests a second, all pages alike", f"{sum(map(len, taken.values())) / (SECONDS - WARMING):.0f}")
        most_asked = max((page for page in PAGES if "search" not in page), key=lambda page: _p95(taken[page]))
        for page in (NOTHING, most_asked):
            alone = _load(port, visitors, (page,), SECONDS // 2)[page]
            tell(f"all of them at {page}", f"{_spread(alone)}, {len(alone) / (SECONDS // 2 - WARMING):.0f} a second")


def _load(port: int, visitors: list[Visitor], pages: Sequence[str], seconds: int) -> dict[str, list[float]]:
    """Let every visitor ask for pages in a random order for some seconds, and return how long each answer took."""
    taken: dict[str, list[float]] = defaultdict(list)
    failed: list[str] = []
    start = time.monotonic()
    threads = [
        threading.Thread(
            target=_visit, args=(port, visitor, pages, start, seconds, random.Random(number), taken, failed)
        )
        for number, visitor in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed[:3]
    return taken


def _visitors() -> list[Visitor]:
    """A session's cookie, and what stands in addresses, of each of fifty customers who shop often."""
    from tarkka.portal.searching import keep_search
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
        request = RequestFactory().post("/", {"words": "milk"})
        request.session = _session_store()
        sign_in(request, person_id, authenticated_at=time.time())
        parts = {"receipt": receipt_id, "search": keep_search(request), "year": since.year}
        request.session.save()
        visitors.append((f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}", parts))
    return visitors


def _session_store() -> SessionBase:
    return import_module(settings.SESSION_ENGINE).SessionStore()


def _visit(
    port: int,
    visitor: Visitor,
    pages: Sequence[str],
    start: float,
    seconds: int,
    order: random.Random,
    taken: dict[str, list[float]],
    failed: list[str],
) -> None:
    """Ask until time is up; what was asked while warming up does not count."""
    cookie, parts = visitor
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (now := time.monotonic()) - start < seconds:
        page = order.choice(pages)
        connection.request("GET", page.format(**parts), headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            failed.append(f"{page}: {answer.status}")
        if now - start >= WARMING:
            taken[page].append(time.monotonic() - now)


def _spread(seconds: list[float]) -> str:
    return f"p95 {_p95(seconds) * 1000:.0f} ms, median {statistics.median(seconds) * 1000:.0f} ms"


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
