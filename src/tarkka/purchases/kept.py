"""What is left of purchases once retention has let levels go, quarter by quarter (UTC). None of it is personal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection

from tarkka.vocabulary import Level, months_later


@dataclass(frozen=True, slots=True)
class Dropped:
    """A level of a quarter, told by its first day (UTC), that was let go at an aware moment under a version."""

    level: Level
    quarter: date
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of every quarter."""

    dropped: Mapping[date, tuple[Dropped, ...]] = field(default_factory=dict)
    """What was let go of each quarter, the finest level first."""

    def left(self, moment: datetime) -> Level | None:
        """Return the finest level that is left of purchases of an aware moment; None once their totals are gone."""
        gone = self.of(moment)
        if not gone:
            return Level.PRODUCT
        coarsest = gone[-1].level
        return Level(coarsest - 1) if coarsest > Level.TOTAL else None

    def from_day(self, level: Level) -> date | None:
        """Return the first day after all that was let go of a level, None if nothing was."""
        gone = [quarter for quarter, each in self.dropped.items() if any(one.level is level for one in each)]
        return months_later(max(gone), 3) if gone else None

    def of(self, moment: datetime) -> tuple[Dropped, ...]:
        """Return what was let go of the quarter that an aware moment is in, the finest level first."""
        return self.dropped.get(quarter_of(moment), ()) if self.dropped else ()


EVERYTHING = Kept()


def quarter_of(moment: datetime) -> date:
    """Return the first day of the quarter (UTC) that an aware moment is in."""
    day = moment.astimezone(UTC).date()
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def load_kept() -> Kept:
    """Return what is left. Inside a look and outside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, quarter, at, version FROM retention_drop ORDER BY level DESC")
        return _kept(Dropped(Level[level], *row) for level, *row in cursor.fetchall())


def _kept(found: Iterable[Dropped]) -> Kept:
    dropped: dict[date, tuple[Dropped, ...]] = {}
    for each in found:
        dropped[each.quarter] = (*dropped.get(each.quarter, ()), each)
    return Kept(dropped)
