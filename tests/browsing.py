"""Asking the site in this process, as nobody or as a person. Every function needs the `site` fixture."""

import json
import re
import time
from html import unescape
from typing import Any

from django.conf import settings
from django.test import Client


def anonymous(**options: Any) -> Client:
    """Return a client that has not signed in."""
    return Client(SERVER_NAME="localhost", **options)


def signed_in(person_id: int, *, language: str | None = "en") -> Client:
    """Return a client that signed in as the person at the development provider, in the language if one is given."""
    offer(person_id)
    client = anonymous()
    if language is not None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.post("/sign-in/", {"person": person_id})
    assert answer.status_code == 302, answer.content.decode()
    return client


def offer(*person_ids: int) -> None:
    """Let the development provider offer these people and no others."""
    people = [{"person_id": each, "name": f"Person {each}", "why": {"en": "To be tested"}} for each in person_ids]
    (settings.TARKKA_HOME / "demo-people.json").write_text(json.dumps(people))


def words(answer: Any) -> str:
    """Return what a page says, tags left out and spaces made plain and single."""
    text = re.sub(r"<(?:head|svg)\b.*?</(?:head|svg)>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def wait_until(page: Any, condition: str, *, seconds: float = 10) -> None:
    """Wait until a condition holds in a browser's page. Playwright's own way needs an eval, which pages refuse."""
    latest = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < latest, condition
        page.wait_for_timeout(50)
