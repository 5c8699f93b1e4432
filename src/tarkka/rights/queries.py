"""Reading requests and extracts: a person's own inside the door; what waits, and how many were made, outside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, connections

from tarkka.rights import rows
from tarkka.rights.extract import read_rows


def read_requests() -> list[rows.Request]:
    """Return the subject's requests, the newest first. Inside the door."""
    return read_rows("requests")[::-1]


def read_orders() -> list[rows.MadeExtract]:
    """Return the extracts that the subject ordered on paper, the newest first. Inside the door."""
    return [each for each in read_rows("extracts")[::-1] if each.way == "paper"]


def extracts_made() -> Mapping[int, Mapping[str, int]]:
    """Return how many extracts were made in each year, `online` (served without staff) and on `paper`. (R14)

    Of nobody in particular: asked outside the door.
    """
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT year, way, made FROM rights.extracts_made()")
        for year, way, made in cursor.fetchall():
            found.setdefault(year, {"online": 0, "paper": 0})[way] = made
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter to make or a request to answer: whose it is and by when, and nothing of what it says."""

    id: int
    person_id: int
    kind: str
    due_on: date


def waiting(what: str) -> list[Waiting]:
    """Return what waits, `extract` or `request`, the most urgent first. With the owner's rights."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id, person_id, coalesce(kind, ''), due_on FROM rights.waiting() WHERE what = %s", [what])
        return [Waiting(*row) for row in cursor.fetchall()]
