"""What is done in supervision: deciding on flags, and taking the telephone system's calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tarkka.access.calling import call


class FlagVerdict(StrEnum):
    """What the data-protection officer decided on a flag."""

    EXPLAINED = "explained"
    MISUSE = "misuse"


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the telephone system tells it: whose of the staff, and aware times. Not with whom."""

    ref: str
    user_id: str
    began_at: datetime
    ended_at: datetime


def decide_flag(flag_id: int, verdict: FlagVerdict, *, words: str, acting: str) -> None:
    """Decide on a flag, once, with words.

    Raises NotAllowed unless a data-protection officer decides, on a flag about somebody else; ValueError if it was
    decided, or without words.
    """
    call("SELECT supervision.decide_flag(%s, %s, %s, %s)", [flag_id, verdict, words, acting])


def take_calls(calls: Iterable[Call]) -> int:
    """Keep calls, and return how many were new. With the owner's rights, which no browser's request has.

    Raises ValueError if one ended before it began.
    """
    columns = list(zip(*((each.ref, each.user_id, each.began_at, each.ended_at) for each in calls), strict=True))
    if not columns:
        return 0
    rows = call("SELECT supervision.take_calls(%s, %s, %s, %s)", [list(column) for column in columns], using="owner")
    return int(rows[0][0])
