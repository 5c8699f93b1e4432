"""Recalls for tests: officers who draft and release them, and short ways to one that runs. Needs `database`."""

import secrets
from datetime import date
from typing import Any

from acting import a_mandate
from tarkka.vocabulary import Language, Role

MILK = "6408430000135"
"""The GTIN of the milk of `building.a_receipt`, whose product group is dairy."""
PERIOD = {"first": date(2024, 3, 1), "last": date(2024, 3, 31)}


def an_officer() -> str:
    """Return the user id of a recall officer with a mandate for a day."""
    user_id = f"recaller-{secrets.token_hex(4)}"
    a_mandate(user_id, Role.RECALL_OFFICER)
    return user_id


def words(**changes: str) -> dict[Language, Any]:
    """Return whole words of a recall, the same in each language but for its name, or as changed in every one."""
    from tarkka.recalls.drafts import Words

    texts = {
        "hazard": "Listeria",
        "instructions": "A",
        "remedy": "B",
        "contact": "010 1234",
    } | changes
    return {language: Words(**{"product": f"Milk {language}"} | texts) for language in Language}


def a_draft(**changes: Any) -> Any:
    """Return a whole draft of a recall of the milk bought in March 2024, or as changed."""
    from tarkka.recalls.drafts import Draft, RecallKind
    from tarkka.vocabulary import gtin14

    usual = {"kind": RecallKind.FOOD, "is_dangerous": True, "gtins": (gtin14(MILK),), "words": words()} | PERIOD
    return Draft(**usual | changes)


def a_recall(**changes: Any) -> int:
    """Draft and release a recall, and return its number."""
    from tarkka.recalls.actions import draft_recall, release_recall
    from tarkka.recalls.queries import read_recall

    author, other = an_officer(), an_officer()
    recall_id = draft_recall(a_draft(**changes), acting=author)
    release_recall(recall_id, draft_id=read_recall(recall_id, acting=other).draft_id, acting=other)
    return recall_id


def a_recall_of(*people: int) -> int:
    """Release a recall whose trace found these, and return its number."""
    from building import administrator

    number = a_recall()
    with administrator() as connection:
        connection.execute(
            "INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)"
            " SELECT %s, p, 1, '2024-03-05', 'bought' FROM unnest(%s::bigint[]) p",
            [number, list(people)],
        )
    return number


def an_ended_recall_of(*people: int) -> int:
    """Release a recall whose trace found these, end it, and return its number."""
    from tarkka.recalls.actions import end_recall

    number = a_recall_of(*people)
    end_recall(number, reason="a test", acting=an_officer())
    return number


def end_all(but: int = 0) -> None:
    """End every recall that other tests left running, but one: what they read of purchases stays, whoever is erased."""
    from building import administrator

    with administrator() as connection:
        connection.execute(
            "INSERT INTO recall_end (recall_id, ended_by, reason)"
            " SELECT recall_id, 'test', 'over' FROM recall_release WHERE recall_id <> %s ON CONFLICT DO NOTHING",
            [but],
        )


def found_for(recall_id: int) -> dict[int, str]:
    """Return whom the recall affects, with the surest certainty of each, as its own trace reads it."""
    from looking import rows
    from tarkka import access
    from tarkka.recalls.tracing import TRACE
    from tarkka.vocabulary import Purpose

    look = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.RECALL, "subject": TRACE}
    with access.opened(**look, case_ref=str(recall_id)) as opened:
        found = dict(rows("SELECT person_id, min(certainty) FROM recall_person GROUP BY 1"))
        opened.cover(found)
    return found
