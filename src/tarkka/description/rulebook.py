"""All published versions together: which one was in force at a moment of purchase, and what it collects (R4, R6)."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tarkka.description.errors import BeforeFirstVersion
from tarkka.description.value import Description
from tarkka.vocabulary import Channel, Level, midnight


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version as published: in force from the midnight that begins `effective_on`, in its register's time zone."""

    number: int
    effective_on: date
    description: Description

    @property
    def starts_at(self) -> datetime:
        """The aware moment from which the version holds."""
        zone = ZoneInfo(self.description.document.register.time_zone)
        return midnight(self.effective_on, zone)


class Rulebook:
    """The published versions in the order of their days. Immutable; a version published later needs a new one."""

    __slots__ = ("_levels", "_starts", "versions")

    def __init__(self, versions: Iterable[PublishedVersion]) -> None:
        self.versions = tuple(sorted(versions, key=lambda version: version.effective_on))
        self._starts = [version.starts_at.timestamp() for version in self.versions]
        self._levels = [
            {pair: version.description.level_at(*pair, version.effective_on) for pair in version.description.pairs}
            for version in self.versions
        ]

    def __bool__(self) -> bool:
        return bool(self.versions)

    @property
    def time_zone(self) -> ZoneInfo:
        """The register's own time zone, the same in every version. Raises BeforeFirstVersion if none was published."""
        if not self.versions:
            raise BeforeFirstVersion(None, None)
        return ZoneInfo(self.versions[-1].description.document.register.time_zone)

    def level_at(self, chain: str, channel: Channel, moment: datetime) -> tuple[Level, int]:
        """Return the level for a purchase at an aware moment, and the number of the version that decides it.

        Raises BeforeFirstVersion if nothing was collected yet, UnknownChain for a chain that the version does not name,
        ValueError for a moment without a time zone.
        """
        place = self._place(moment)
        level = self._levels[place].get((chain, channel))
        version = self.versions[place]
        if level is None:
            level = version.description.level_at(chain, channel, version.effective_on)
        return level, version.number

    def in_force(self, moment: datetime) -> PublishedVersion:
        """Return the version in force at an aware moment. Raises BeforeFirstVersion before there was one."""
        return self.versions[self._place(moment)]

    def on(self, day: date) -> PublishedVersion:
        """Return the version in force on a day of the register's time zone. Raises BeforeFirstVersion if none was."""
        place = bisect_right([version.effective_on for version in self.versions], day) - 1
        if place < 0:
            raise BeforeFirstVersion(day, self.versions[0].effective_on if self.versions else None)
        return self.versions[place]

    def level_since(self, chain: str, channel: Channel, day: date) -> tuple[Level, date, int]:
        """Return a day's level, the first day of the versions that held it without a break, and the day's version.

        Raises BeforeFirstVersion and UnknownChain as `level_at`.
        """
        version = self.on(day)
        level = version.description.level_at(chain, channel, version.effective_on)
        since = version.effective_on
        for place in range(self.versions.index(version) - 1, -1, -1):
            if self._levels[place].get((chain, channel)) is not level:
                break
            since = self.versions[place].effective_on
        return level, since, version.number

    def _place(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            raise ValueError("the moment of a purchase needs a time zone")
        place = bisect_right(self._starts, moment.timestamp()) - 1
        if place < 0:
            raise BeforeFirstVersion(moment, self.versions[0].effective_on if self.versions else None)
        return place
