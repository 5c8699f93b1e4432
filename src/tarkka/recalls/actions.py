"""What staff do with recalls: drafting, releasing by somebody else, ending. Each is a sealed row (R19, R22).

The rules stand in `sql/rights.sql`; whoever may not do what is asked gets NotAllowed with the code of the reason:
`no_mandate`, `not_for_yourself`, `already_released`, `changed_meanwhile`, `no_danger`, `not_whole`, `not_running`.
"""

import json
from dataclasses import asdict

from django.db import connection
from psycopg.types.range import DateRange

from tarkka.access.calling import call
from tarkka.description.errors import Problem, choose
from tarkka.recalls.drafts import Draft, DraftInvalid, lacking_in, problems_of
from tarkka.recalls.queries import read_recall


class ReferenceTaken(ValueError):
    """A recall was made of this published notice before."""


def draft_recall(draft: Draft, *, recall_id: int | None = None, acting: str) -> int:
    """Write a draft of a new recall, or the next of one that was not released, and return the recall's number.

    Raises DraftInvalid for what is wrong with it, ReferenceTaken, NotAllowed.
    """
    problems = (*problems_of(draft), *_unknown(draft))
    if problems:
        raise DraftInvalid("the recall", problems)
    period = DateRange(draft.first, draft.last, "[]") if draft.first and draft.last else None
    words = {language.value: asdict(each) for language, each in draft.words.items()}
    try:
        [(made,)] = call(
            """
            SELECT recalls.draft(%s, %s, %s, %s, %s, %s, %s,
                                 (SELECT coalesce(array_agg(id), '{}') FROM outlet WHERE code = ANY (%s)), %s, %s, %s)
            """,
            [
                recall_id,
                draft.reference or None,
                draft.kind,
                draft.is_dangerous,
                list(draft.gtins),
                list(draft.groups),
                list(draft.lots),
                list(draft.outlets),
                period,
                json.dumps(words),
                acting,
            ],
        )
    except ValueError as error:
        if str(error) == "recall_reference_key":
            raise ReferenceTaken(draft.reference) from None
        raise
    return int(made)


def release_recall(recall_id: int, *, draft_id: int, acting: str) -> None:
    """Release a recall as it stands in the draft that was read: from now on it may be traced.

    Raises DraftInvalid for what it lacks, NotAllowed; LookupError if there is no such recall.
    """
    recall = read_recall(recall_id, acting=acting)
    problems = (*problems_of(recall.draft), *_unknown(recall.draft), *lacking_in(recall.draft))
    if problems and recall.released_at is None:
        raise DraftInvalid(f"recall {recall_id}", problems)
    call("SELECT recalls.release(%s, %s, %s)", [recall_id, draft_id, acting])


def queue_trace(recall_id: int, *, acting: str) -> None:
    """Queue the tracing of a running recall, which the worker then begins. Raises NotAllowed."""
    call("SELECT recalls.queue_trace(%s, %s)", [recall_id, acting])


def end_recall(recall_id: int, *, reason: str, acting: str) -> None:
    """End a running recall, and the looks under way for it. Raises NotAllowed; ValueError without a reason."""
    call("SELECT recalls.end_recall(%s, %s, %s)", [recall_id, reason, acting])


def acknowledge_recall(recall_id: int, person_id: int) -> bool:
    """Record that the person read of a recall, once; False if they said so before. Inside their own look."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recall_acknowledgement (recall_id, person_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [recall_id, person_id],
        )
        return int(cursor.rowcount) == 1


_KNOWN = {
    "outlets": "SELECT code FROM outlet",
    "groups": "SELECT code FROM product_group UNION SELECT group_code FROM product",
}


def _unknown(draft: Draft) -> tuple[Problem, ...]:
    """What the register has no outlet or product group of: such a recall would find nobody without a word."""
    found = []
    for place, statement in _KNOWN.items():
        if wanted := getattr(draft, place):
            known = {code for (code,) in call(statement, [])}
            found += [
                Problem(f"{place}[{number}]", f"the register has no {code!r}", choose(code, known).rstrip("."))
                for number, code in enumerate(wanted, 1)
                if code not in known
            ]
    return tuple(found)
