"""Customer service at work, for tests: a clerk signed in, a customer found, a case opened on the pages.

Every function needs the `site` fixture.
"""

import re
from typing import Any

from django.test import Client

import staffing
from tarkka.vocabulary import Role

OPEN = "/console/cases/open/"
HOW = {"place": "phone", "identified_by": "questions", "call_ref": "C-7"}


def a_clerk() -> Client:
    """Return a client signed in as somebody of customer service, whose user id is its attribute `user_id`."""
    user_id = staffing.an_account(Role.CUSTOMER_SERVICE)
    client = staffing.signed_in(user_id)
    client.user_id = user_id  # type: ignore[attr-defined]
    return client


def find(client: Client, terms: object) -> Any:
    """Send a lookup."""
    return client.post("/console/cases/", {"terms": terms})


def token_on(answer: Any) -> str:
    """Return the first person's token on a page of those found."""
    return re.findall(r'name="found" value="([^"]+)"', answer.content.decode())[0]


def open_case(client: Client, person_id: int, situation: str, **changes: str) -> str:
    """Open a case through the pages, and return its address."""
    token = token_on(find(client, person_id))
    answer = client.post(OPEN, {"found": token, "situation_of": person_id, "situation": situation} | HOW | changes)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])
