"""Stretches of whole days in the register's own time zone, and the earlier stretch that each is compared with."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` up to `end`, which is no longer one of them, as the time zone counts days."""

    first: date
    end: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        """The aware moment at which the first day begins."""
        return midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The aware moment at which the last day is over."""
        return midnight(self.end, self.zone)

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    @property
    def is_whole(self) -> bool:
        """Whether it is made of whole calendar months."""
        return self.first.day == self.end.day == 1

    def months(self) -> list[date]:
        """Return the first day of every month that has days here, in order."""
        found = [self.first.replace(day=1)]
        while (following := months_later(found[-1], 1)) < self.end:
            found.append(following)
        return found

    def until(self, day: date) -> "Span":
        """Return the part of it up to a day, that day included; all of it if the day is not in it."""
        return Span(self.first, day + timedelta(days=1), self.zone) if self.first <= day < self.end else self

    def earlier(self, months: int, today: date) -> "Span":
        """Return the stretch so many months earlier; of one that is still going on, as many of its days as have begun.

        So a year that has run until 22 November is compared with 1 January to 22 November, and a month that is still
        going on in March's 31st day with the whole of February.
        """
        moved = Span(months_later(self.first, -months), months_later(self.end, -months), self.zone)
        return moved.until(months_later(today, -months)) if self.first <= today < self.end else moved


def year_span(year: int, zone: ZoneInfo) -> Span:
    """Return a calendar year."""
    return Span(date(year, 1, 1), date(year + 1, 1, 1), zone)


def month_span(year: int, month: int, zone: ZoneInfo) -> Span:
    """Return a calendar month, `month` from 1 to 12."""
    first = date(year, month, 1)
    return Span(first, months_later(first, 1), zone)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month (an earlier one if negative), or that month's last if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the aware moment at which a day begins in a time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
