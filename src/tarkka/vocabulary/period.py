"""A half-open stretch of time: `start` belongs to it, `end` does not; no `end` means until further notice."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Period:
    """Both ends are aware datetimes. Raises ValueError if the end does not come after the start."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("a period's ends need a time zone")
        if self.end is not None and self.end <= self.start:
            raise ValueError("a period ends after it starts")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Tell whether some moment lies in both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)
