"""What is unusual, against one's own past and one's role's: medians, which a few wild days do not move.

Amounts of a day are first set against how busy the whole role was on it, so that a campaign week is nobody's oddity.
The spread is the median absolute deviation, times 1.4826 to compare with a standard deviation where days are normal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

PAST_DAYS = 56
"""Eight weeks: long enough for a median, short enough to follow a change of task."""
OWN_DAYS = 10
"""So many days of one's own make a past; with fewer the role's counts."""
ROLE_DAYS = 30
"""So many days of all in the role make its past; with fewer nothing is judged."""
COLLEAGUES = 5
"""So many others at work on a day tell how busy it was."""
SPREADS = 5.0
"""How many spreads above the median a day is unusual. With days as in tests/supervision, 3 gave an alarm a day."""
LEAST_SPREAD = 0.2
"""The spread is at least this share of the median: who is very even may be a little less so."""
RARE = 0.005
"""An hour is unusual if fewer than this share of all looks were made around it."""
OWN_LOOKS = 100
"""So many looks of one's own make a past of hours."""
ROLE_LOOKS = 500
"""So many looks of others in the role make its past of hours."""


@dataclass(frozen=True, slots=True)
class Day:
    """What somebody did on one day (of the register's time zone). `is_suspected`: flagged and not explained."""

    actor: str
    role: str
    day: date
    amount: int
    first_at: datetime
    last_at: datetime
    events: Sequence[int]
    is_suspected: bool = False


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day that is: its amount, the usual of such a day, and the most that would not be unusual."""

    day: Day
    usual: int
    most: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What somebody did in one hour, 0–23, of one day; `unsuspected` is the part that counts as a past."""

    actor: str
    role: str
    day: date
    hour: int
    amount: int
    unsuspected: int
    first_at: datetime
    last_at: datetime
    events: Sequence[int]


def unusual_days(days: Iterable[Day], judged: Iterable[date], *, least: int) -> Iterator[Unusual]:
    """Yield the days among the judged on which somebody did far more than usual, and at least `least`.

    Days that were flagged and not explained are no past.
    """
    of_role: dict[str, list[Day]] = defaultdict(list)
    for each in days:
        of_role[each.role].append(each)
    for judged_day in judged:
        for found in of_role.values():
            yield from _unusual(found, judged_day, least)


def _unusual(days: Sequence[Day], judged: date, least: int) -> Iterator[Unusual]:
    since = judged - timedelta(days=PAST_DAYS)
    past = [each for each in days if since <= each.day < judged and not each.is_suspected]
    today = [each for each in days if each.day == judged]
    own: dict[str, list[Day]] = defaultdict(list)
    for each in past:
        own[each.actor].append(each)
    usual = {actor: median(each.amount for each in found) for actor, found in own.items() if len(found) >= OWN_DAYS}
    busy = _busyness([*past, *today], usual)
    if len(past) >= ROLE_DAYS:
        role_past = [each.amount / busy[each.day] for each in past]
        for each in today:
            has_own = len(own[each.actor]) >= OWN_DAYS
            mine = [one.amount / busy[one.day] for one in own[each.actor]] if has_own else role_past
            middle = median(mine)
            spread = max(1.4826 * median(abs(one - middle) for one in mine), LEAST_SPREAD * middle, 1.0)
            most = (middle + SPREADS * spread) * busy[judged]
            if each.amount > most and each.amount >= least:
                yield Unusual(each, round(middle * busy[judged]), int(most))


def _busyness(days: Iterable[Day], usual: dict[str, float]) -> dict[date, float]:
    """Return how busy each day was: the median of how many times their own usual everybody did; 1 where few worked."""
    shares: dict[date, list[float]] = defaultdict(list)
    for each in days:
        shares[each.day]  # a day without anybody whose usual is known is there too
        if usual.get(each.actor):
            shares[each.day].append(each.amount / usual[each.actor])
    return {day: max(median(found), 0.25) if len(found) >= COLLEAGUES else 1.0 for day, found in shares.items()}


def unusual_hours(hours: Iterable[Hour], judged: Iterable[date]) -> Iterator[Hour]:
    """Yield the hours among the judged days at which neither their doer nor others in the role ever work.

    With the hours beside it, and on days of the same kind: working days, Saturdays, Sundays. Who has no past of their
    own is judged by the role's, who is alone in a role by their own; nobody by neither.
    """
    found = list(hours)
    for judged_day in judged:
        since = judged_day - timedelta(days=PAST_DAYS)
        own: dict[str, int] = defaultdict(int)
        role: dict[str, int] = defaultdict(int)
        own_around: dict[tuple[str, int], int] = defaultdict(int)
        role_around: dict[tuple[str, int], int] = defaultdict(int)
        for each in found:
            if since <= each.day < judged_day:
                own[each.actor] += each.unsuspected
                role[each.role] += each.unsuspected
                if _kind(each.day) == _kind(judged_day):
                    for hour in (each.hour - 1, each.hour, each.hour + 1):
                        own_around[each.actor, hour % 24] += each.unsuspected
                        role_around[each.role, hour % 24] += each.unsuspected
        for each in found:
            if each.day == judged_day:
                mine, others = own[each.actor], role[each.role] - own[each.actor]
                at_it = own_around[each.actor, each.hour]
                others_at_it = role_around[each.role, each.hour] - at_it
                tells_own, tells_role = mine >= OWN_LOOKS, others >= ROLE_LOOKS
                if (tells_own or tells_role) and not (
                    (tells_own and at_it >= RARE * mine) or (tells_role and others_at_it >= RARE * others)
                ):
                    yield each


def _kind(day: date) -> int:
    """Working days are of one kind, Saturdays and Sundays of their own."""
    return max(day.isoweekday(), 5)
