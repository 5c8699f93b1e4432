"""The rules by which supervision flags: each a name, a file of `sql/rules/` that says what it looks for, and a test.

A rule tells what is unusual, never that it is wrong: that is for the data-protection officer to decide. All read the
trail inside a look at it, and yield findings in figures; pages put them into words.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from tarkka.supervision.robust import PAST_DAYS, Day, Hour, unusual_days, unusual_hours
from tarkka.vocabulary import midnight


class Rule(StrEnum):
    """Every rule, in alphabetical order."""

    AGAIN = "again"
    CALL = "call"
    COLLEAGUE = "colleague"
    HOURS = "hours"
    HOUSEHOLD = "household"
    NO_CASE = "no_case"
    NO_REASON = "no_reason"
    OWN = "own"
    SEARCHES = "searches"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Judged:
    """The time that is judged, its end left out: aware times, and the register's time zone."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    def days(self) -> list[date]:
        """Return the whole days of the register that ended in it."""
        first = self.since.astimezone(self.zone).date()
        last = self.until.astimezone(self.zone).date()
        return [first + timedelta(days=each) for each in range((last - first).days)]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw: whose doing, when (aware), in which case if it is about one, why in figures, which events."""

    actor: str
    first_at: datetime
    last_at: datetime
    case_id: int | None
    figures: dict[str, Any]
    events: list[int]


def find(rule: Rule, judged: Judged) -> Iterator[Finding]:
    """Yield what a rule finds in the time that is judged. Inside a look at the trail."""
    return _FINDING.get(rule, _by_itself)(rule, judged)


def _by_itself(rule: Rule, judged: Judged) -> Iterator[Finding]:
    """What the rule's statement says is all there is to it."""
    asked = {"since": judged.since, "until": judged.until, "zone": judged.zone.key}
    for actor, first_at, last_at, case_id, figures, events in _rows(rule, asked):
        yield Finding(actor, first_at, last_at, case_id, json.loads(figures), events)


def _by_day(least: int) -> Callable[[Rule, Judged], Iterator[Finding]]:
    """The rule's statement counts by day, and a day far above the usual is found, of at least so many."""

    def found(rule: Rule, judged: Judged) -> Iterator[Finding]:
        days = judged.days()
        if days:
            for each in unusual_days((Day(*row) for row in _rows(rule, _with_past(judged, days))), days, least=least):
                figures = {"amount": each.day.amount, "usual": each.usual, "most": each.most}
                yield Finding(each.day.actor, each.day.first_at, each.day.last_at, None, figures, list(each.day.events))

    return found


def _by_hour(rule: Rule, judged: Judged) -> Iterator[Finding]:
    """The rule's statement counts by hour; a day's unusual hours are found together."""
    days = judged.days()
    if not days:
        return
    found: dict[tuple[str, date], list[Hour]] = defaultdict(list)
    for each in unusual_hours((Hour(*row) for row in _rows(rule, _with_past(judged, days))), days):
        found[each.actor, each.day].append(each)
    for (actor, _), hours in found.items():
        figures = {"looks": sum(each.amount for each in hours), "hours": sorted(each.hour for each in hours)}
        first, last = min(each.first_at for each in hours), max(each.last_at for each in hours)
        yield Finding(actor, first, last, None, figures, [event for each in hours for event in each.events])


_FINDING: dict[Rule, Callable[[Rule, Judged], Iterator[Finding]]] = {
    Rule.HOURS: _by_hour,
    # Below these a day is not worth a question, however idle others are.
    Rule.NO_CASE: _by_day(8),
    Rule.SEARCHES: _by_day(20),
    Rule.VOLUME: _by_day(20),
}


def _with_past(judged: Judged, days: list[date]) -> dict[str, Any]:
    return {
        "past": midnight(days[0] - timedelta(days=PAST_DAYS), judged.zone),
        "end": midnight(days[-1] + timedelta(days=1), judged.zone),
        "zone": judged.zone.key,
    }


def _rows(rule: Rule, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    statement = files("tarkka.supervision").joinpath("sql", "rules", f"{rule}.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
