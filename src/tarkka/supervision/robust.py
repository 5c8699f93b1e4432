"""What is unusual, against one's own past and one's role's: medians, which a few wild days do not move.

Amounts of a day are first set against how busy the whole role was on it, so that a campaign week is nobody's oddity.
The spread is the median absolute deviation, times 1.4826 to compare with a standard deviation where days are normal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
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
"""How many spreads above the median a day is unusual: with 4 the simulated quarter had half as many false alarms again,
with 6 it hid misuse (docs/supervision.md)."""
OWN_SHARE = 0.1
"""An hour is one's own usual if one worked around it on this share of one's days of the kind."""
ROLE_SHARE = 0.2
"""An hour is the role's usual if somebody else worked around it on this share of the days of the kind."""


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
            # A count varies by its root at least, however even the past days happen to be.
            spread = max(1.4826 * median(abs(one - middle) for one in mine), sqrt(middle), 1.0)
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
    """Yield the hours among the judged days around which neither their doer nor anybody else in the role works.

    Around an hour are those beside it too; days are of three kinds: working days, Saturdays, Sundays. What was flagged
    and not explained is no past. Nothing is judged before the role has worked on OWN_DAYS days.
    """
    of_role: dict[str, list[Hour]] = defaultdict(list)
    for each in hours:
        of_role[each.role].append(each)
    for judged_day in judged:
        for found in of_role.values():
            today = [each for each in found if each.day == judged_day]
            if today:
                past = _past_hours(found, judged_day)
                yield from (each for each in today if past is not None and not past.is_usual(each))


@dataclass(frozen=True, slots=True)
class _PastHours:
    """Of a role's past days of one kind: all, each member's own, and who worked around which hour of which."""

    days: set[date]
    own_days: dict[str, set[date]]
    around: dict[int, dict[date, set[str]]]

    def is_usual(self, hour: Hour) -> bool:
        """Tell whether somebody works at such an hour."""
        found = self.around[hour.hour]
        own = sum(hour.actor in actors for actors in found.values())
        others = sum(bool(actors - {hour.actor}) for actors in found.values())
        of_own, of_role = OWN_SHARE * len(self.own_days[hour.actor]), ROLE_SHARE * len(self.days)
        return own >= max(1, of_own) or others >= max(1, of_role)


def _past_hours(hours: Sequence[Hour], judged: date) -> _PastHours | None:
    """Return the past of a role before a day, of days of its kind; None if there is too little to tell."""
    past = _PastHours(set(), defaultdict(set), defaultdict(lambda: defaultdict(set)))
    every_day = set()
    for each in hours:
        if judged - timedelta(days=PAST_DAYS) <= each.day < judged and each.unsuspected:
            every_day.add(each.day)
            if _kind(each.day) == _kind(judged):
                past.days.add(each.day)
                past.own_days[each.actor].add(each.day)
                for hour in (each.hour - 1, each.hour, each.hour + 1):
                    past.around[hour % 24][each.day].add(each.actor)
    return past if len(every_day) >= OWN_DAYS else None


def _kind(day: date) -> int:
    """Working days are of one kind, Saturdays and Sundays of their own."""
    return max(day.isoweekday(), 5)
