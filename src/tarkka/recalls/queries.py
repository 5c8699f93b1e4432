"""Reading recalls: what staff wrote, how far telling has come, and what a person is told of theirs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any

from django.db import connection

from tarkka.access.calling import call
from tarkka.recalls.drafts import Draft, RecallKind, Words
from tarkka.vocabulary import Gtin, Language


def _sql(name: str) -> str:
    return files("tarkka.recalls").joinpath("sql", f"{name}.sql").read_text()


_ON_DESK, _PUBLISHED = _sql("on_desk"), _sql("published")


class Status(StrEnum):
    """How far a recall has come."""

    DRAFTED = "drafted"
    RELEASED = "released"
    ENDED = "ended"


class Certainty(StrEnum):
    """Whether a person bought what is recalled, or may have."""

    BOUGHT = "bought"
    MAY_HAVE_BOUGHT = "may_have_bought"


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall as staff see it, with the draft that holds: the released one, or the newest. Aware times (UTC)."""

    id: int
    draft_id: int
    draft: Draft
    drafted_by: str
    drafted_at: datetime
    released_by: str | None
    released_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None

    @property
    def status(self) -> Status:
        """Drafted, released or ended."""
        if self.released_at is None:
            return Status.DRAFTED
        return Status.RELEASED if self.ended_at is None else Status.ENDED


@dataclass(frozen=True, slots=True)
class Published:
    """A released recall as everybody may read it. Aware times (UTC)."""

    id: int
    draft: Draft
    released_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """Why a person is told: a purchase of what is recalled, or one that may be of it. `purchased_at` is aware (UTC)."""

    receipt_id: int
    purchased_at: datetime
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class OwnRecall:
    """A recall that affects the subject of the look: what it says, their purchases, and when they said they read it."""

    recall: Published
    purchases: tuple[Purchase, ...]
    acknowledged_at: datetime | None

    @property
    def certainty(self) -> Certainty:
        """Whether any of the purchases is sure."""
        sure = any(each.certainty is Certainty.BOUGHT for each in self.purchases)
        return Certainty.BOUGHT if sure else Certainty.MAY_HAVE_BOUGHT


@dataclass(frozen=True, slots=True)
class Unread:
    """A running recall that the customer has not said they read, with the product's name in each language."""

    id: int
    certainty: Certainty
    products: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far telling has come, in numbers of people. Times run from the release to when each was told.

    `told` came to them by some channel, or they said that they read it; `unreachable` have no channel left but the
    portal, and have not read it there. By channel: whom it told, and whom it failed to tell.
    """

    bought: int
    may_have_bought: int
    told: int
    waiting: int
    unreachable: int
    acknowledged: int
    by_channel: Mapping[str, int]
    failed_by_channel: Mapping[str, int]
    median_to_told: timedelta | None
    last_to_told: timedelta | None

    @property
    def affected(self) -> int:
        """Everybody whom the trace found."""
        return self.bought + self.may_have_bought


def list_recalls(*, acting: str) -> list[Recall]:
    """Return every recall, the newest first. Raises NotAllowed."""
    return [_recall(row) for row in call(_ON_DESK, [None, acting])]


def read_recall(recall_id: int, *, acting: str) -> Recall:
    """Return a recall. Raises NotAllowed, and LookupError if there is none."""
    rows = call(_ON_DESK, [recall_id, acting])
    if not rows:
        raise LookupError(f"there is no recall {recall_id}")
    return _recall(rows[0])


def read_published(recall_ids: Sequence[int] | None = None) -> list[Published]:
    """Return released recalls, or those of these numbers, the newest first: public, and read in any look or none."""
    rows = call(_PUBLISHED, [None if recall_ids is None else list(recall_ids)])
    return [Published(row[0], _draft(True, *row[1:9]), row[9], row[10]) for row in rows]


def published_of(recall: Recall) -> Published:
    """Return a recall as everybody would read it: a draft, to be read before it is released."""
    return Published(recall.id, recall.draft, recall.released_at or recall.drafted_at, recall.ended_at)


def running_recalls() -> list[Published]:
    """Return the recalls that were released and have not ended, the newest first."""
    return [each for each in read_published() if each.ended_at is None]


def read_progress(recall_id: int, *, acting: str) -> Progress:
    """Return how far telling has come. Raises NotAllowed."""
    [row] = call("SELECT * FROM recalls.progress(%s, %s)", [recall_id, acting])
    bought, may_have, told, waiting, unreachable, acknowledged, by_channel, failed, median, last = row
    channels = json.loads(by_channel), json.loads(failed)
    return Progress(bought, may_have, told, waiting, unreachable, acknowledged, *channels, median, last)


def quarters_traced(recall_id: int) -> tuple[int, datetime | None]:
    """Return how many quarters of a recall's days were traced, and when a look for it ended last (UTC)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT quarter), max(at) FROM recall_run WHERE recall_id = %s", [recall_id])
        done, at = cursor.fetchone()
    return done, at


def read_unread() -> list[Unread]:
    """Return the running recalls that the customer whose look it is has yet to read, newest first. Inside the door."""
    return [
        Unread(
            id_,
            Certainty.BOUGHT if is_sure else Certainty.MAY_HAVE_BOUGHT,
            {language: json.loads(texts)[language]["product"] for language in Language},
        )
        for id_, is_sure, texts in call("SELECT id, is_sure, texts FROM recalls.unread()", [])
    ]


def read_own_recalls() -> list[OwnRecall]:
    """Return the recalls that affect the subject, the newest first, of which the look may tell. Inside the door."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.recall_id, p.receipt_id, p.purchased_at, p.certainty,
                   (SELECT a.at FROM recall_acknowledgement a
                    WHERE a.recall_id = p.recall_id AND a.person_id = p.person_id)
            FROM recall_person p ORDER BY p.recall_id, p.purchased_at DESC, p.receipt_id
            """
        )
        rows = cursor.fetchall()
    purchases: dict[int, list[Purchase]] = {}
    acknowledged: dict[int, datetime | None] = {}
    for recall_id, receipt_id, purchased_at, certainty, at in rows:
        purchases.setdefault(recall_id, []).append(Purchase(receipt_id, purchased_at, Certainty(certainty)))
        acknowledged[recall_id] = at
    published = read_published(list(purchases)) if purchases else []
    return [OwnRecall(each, tuple(purchases[each.id]), acknowledged[each.id]) for each in published]


def _recall(row: tuple[Any, ...]) -> Recall:
    id_, reference, draft_id, kind, is_dangerous, gtins, groups, lots, outlets, first, last, texts, *stamps = row
    draft = _draft(is_dangerous, kind, gtins, groups, lots, outlets, first, last, texts, reference or "")
    return Recall(id_, draft_id, draft, *stamps)


def _draft(
    is_dangerous: bool,
    kind: str,
    gtins: list[str],
    groups: list[str],
    lots: list[str],
    outlets: list[str],
    first: date | None,
    last: date | None,
    texts: str,
    reference: str = "",
) -> Draft:
    return Draft(
        kind=RecallKind(kind),
        is_dangerous=is_dangerous,
        gtins=tuple(map(Gtin, gtins)),
        groups=tuple(groups),
        lots=tuple(lots),
        outlets=tuple(outlets),
        first=first,
        last=last,
        words={Language(language): Words(**words) for language, words in json.loads(texts).items()},
        reference=reference,
    )
