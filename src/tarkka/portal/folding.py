"""A page of looks, the person's own visits folded together so that they do not hide the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from tarkka.access.queries import Event
from tarkka.vocabulary import Level

FEWEST = 3
"""Fewer own looks in a row are told one by one."""
SHOWN = 10
"""How many of its looks a fold opens to show; the rest are a link away."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Own looks with nobody else's between them, newest first."""

    events: Sequence[Event]

    @property
    def id(self) -> int:
        """The id before which older looks begin."""
        return self.earliest.id

    @property
    def latest(self) -> Event:
        """The newest of them."""
        return self.events[0]

    @property
    def earliest(self) -> Event:
        """The oldest of them."""
        return self.events[-1]

    @property
    def level(self) -> Level:
        """The finest level that was seen."""
        return max(event.level or Level.TOTAL for event in self.events)

    @property
    def shown(self) -> Sequence[Event]:
        """Those that it opens to show."""
        return self.events[:SHOWN]

    @property
    def opens_before(self) -> int:
        """The id before which the list of own looks begins with these."""
        return self.latest.id + 1


def fold(events: Iterable[Event], *, this: int) -> Iterator[Event | Fold]:
    """Yield the looks, newest first, with own ones in a row as one; `this` look and refusals stand for themselves."""
    for is_foldable, some in groupby(
        events, lambda event: event.is_own and event.outcome == "granted" and event.id != this
    ):
        run = list(some)
        if is_foldable and len(run) >= FEWEST:
            yield Fold(run)
        else:
            yield from run
