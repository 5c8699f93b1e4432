"""What changes from one description to another, in words: finer or coarser, wider or narrower, longer or shorter.

A change to finer, wider or longer is a widening, which must be announced before it takes effect (R32). Weakening the
notice rules or an objection is wider too, or either could be undone first and used unannounced afterwards.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar

from tarkka.description.reading import plain
from tarkka.description.schema import Document
from tarkka.description.value import Description, Pair, lowered_to
from tarkka.vocabulary import Level, Objection, Purpose, Role, SubjectKind

_K = TypeVar("_K")
_V = TypeVar("_V")


class Direction(StrEnum):
    """Which way a change goes for the people in the register."""

    FINER = "finer"
    COARSER = "coarser"
    WIDER = "wider"
    NARROWER = "narrower"
    LONGER = "longer"
    SHORTER = "shorter"
    OTHER = "other"


WIDENING = (Direction.FINER, Direction.WIDER, Direction.LONGER)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with its place in the file and a sentence."""

    direction: Direction
    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.direction}: {self.words}"


def diff(before: Description, after: Description) -> tuple[Change, ...]:
    """Return every change from one description to the other, the widening ones first.

    Two files are compared over their whole history, a published version or an `as_of` value as of its day.
    """
    old, new = before.document, after.document
    changes = [
        *_collection(before, after),
        *_uses(old, new),
        *_objections(old, new),
        *_situations(old, new),
        *_retention(old, new),
        *_recipients(old, new),
        *_notice(old, new),
        *_the_rest(old, new),
    ]
    return tuple(
        sorted(
            changes,
            key=lambda change: list(Direction).index(change.direction) if change.direction not in WIDENING else -1,
        )
    )


def is_widening(before: Description, after: Description) -> bool:
    """Tell whether the second collects finer, uses more widely or keeps longer than the first (R32)."""
    return any(change.direction in WIDENING for change in diff(before, after))


def _collection(before: Description, after: Description) -> Iterator[Change]:
    days = _days(before, after)
    for pair in dict.fromkeys([*before.pairs, *after.pairs]):
        levels = [(_level(before, pair, day[0]), _level(after, pair, day[1]), day[2]) for day in days]
        for (old, new), held in groupby(levels, key=lambda level: level[:2]):
            if old is not new:
                yield _collected(pair, old, new, _when([day for _, _, day in held], [day for _, _, day in levels]))


def _days(before: Description, after: Description) -> list[tuple[date, date, date]]:
    """The days to compare on: in the first, in the second, and in words."""
    if before.from_day is None and after.from_day is None:
        return [(day, day, day) for day in sorted({*before.days_of_change, *after.days_of_change})]
    last = [description.from_day or description.days_of_change[-1] for description in (before, after)]
    return [(last[0], last[1], last[1])]


def _level(description: Description, pair: Pair, day: date) -> Level | None:
    if pair not in description.pairs or day < (description.from_day or description.days_of_change[0]):
        return None
    return description.level_at(*pair, day)


def _when(held: list[date], days: list[date]) -> str:
    """`held` are consecutive days of `days`, on each of which the two differ alike until the next."""
    later = [day for day in days if day > held[-1]]
    since = f" from {held[0]}" if len(days) > 1 else ""
    return since + (f" until {later[0] - timedelta(days=1)}" if later else "")


def _collected(pair: Pair, old: Level | None, new: Level | None, when: str) -> Change:
    chain, channel = pair
    place, what = f"chain.{chain}", f"{chain} {channel}"
    if old is None and new is not None:
        return Change(Direction.WIDER, place, f"{what} is new and is collected at {new.name}{when}")
    if old is not None and new is None:
        return Change(Direction.NARROWER, place, f"{what}, collected at {old.name}, is collected no more{when}")
    return _finer_or_coarser(place, f"{what} is collected at", old, new, when)


def _finer_or_coarser(place: str, what: str, old: Level | None, new: Level | None, when: str = "") -> Change:
    if old is None or new is None:
        raise ValueError("a level is compared with a level")
    direction = Direction.FINER if new > old else Direction.COARSER
    return Change(direction, place, f"{what} {new.name} instead of {old.name}{when}")


Used = Mapping[tuple[Purpose, Role, SubjectKind], tuple[Level, bool]]


def _used(document: Document) -> Used:
    return {
        (purpose, role, subject): (use.level or rule.level, use.needs_case)
        for purpose, rule in document.purpose.items()
        for use in rule.use
        for role in use.roles
        for subject in use.subjects
    }


def _uses(before: Document, after: Document) -> Iterator[Change]:
    old, new = _used(before), _used(after)
    for key in dict.fromkeys([*old, *new]):
        purpose, role, subject = key
        place, what = f"purpose.{purpose}.use", f"{purpose} by {role} on {subject}"
        if key not in old:
            yield Change(Direction.WIDER, place, f"{what} is new, at {new[key][0].name}")
        elif key not in new:
            yield Change(Direction.NARROWER, place, f"{what} is allowed no more")
        else:
            if old[key][0] is not new[key][0]:
                yield _finer_or_coarser(place, f"{what} uses", old[key][0], new[key][0])
            if old[key][1] and not new[key][1]:
                yield Change(Direction.WIDER, place, f"{what} no longer needs a case")
            if new[key][1] and not old[key][1]:
                yield Change(Direction.NARROWER, place, f"{what} needs a case")


def _objections(before: Document, after: Document) -> Iterator[Change]:
    for objection in Objection:
        for purpose in Purpose:
            if purpose not in before.purpose or purpose not in after.purpose:
                continue
            old, new = (lowered_to(document, purpose, objection) for document in (before, after))
            if old is new:
                continue
            place, what = f"objection.{objection}.lowers", f"objection {objection}"
            if new is None or (old is not None and new > old):
                left = "no longer touches" if new is None else f"leaves {new.name}, no longer {_name(old)}, for"
                yield Change(Direction.WIDER, place, f"{what} {left} {purpose}")
            else:
                yield Change(Direction.NARROWER, place, f"{what} leaves only {new.name} for {purpose}")


def _situations(before: Document, after: Document) -> Iterator[Change]:
    for code, old, new in _both(before.situation, after.situation):
        place, what = f"situation.{code}", f"the situation {code}"
        if old is None or new is None:
            yield _came_or_went(place, what, came=old is None)
            continue
        if old.level is not new.level:
            yield _finer_or_coarser(place, f"{what} uses", old.level, new.level)
        if old.one_receipt is not new.one_receipt:
            reach = "one receipt only" if new.one_receipt else "more than one receipt"
            yield Change(Direction.NARROWER if new.one_receipt else Direction.WIDER, place, f"{what} is about {reach}")
        for objection in Objection:
            if (objection in old.kept_under) is not (objection in new.kept_under):
                kept = objection in new.kept_under
                words = f"objection {objection} {'no longer lowers' if kept else 'lowers'} {what}"
                yield Change(Direction.WIDER if kept else Direction.NARROWER, place, words)


def _retention(before: Document, after: Document) -> Iterator[Change]:
    for level, old, new in _both(before.retention, after.retention):
        if old is not None and new is not None and old.quarters != new.quarters:
            direction = Direction.LONGER if new.quarters > old.quarters else Direction.SHORTER
            words = f"{level.name} data is kept {new.quarters} quarters instead of {old.quarters}"
            yield Change(direction, f"retention.{level.name}.quarters", words)


def _recipients(before: Document, after: Document) -> Iterator[Change]:
    for code, old, new in _both(before.recipient, after.recipient):
        place = f"recipient.{code}"
        if old is None or new is None:
            yield _came_or_went(place, f"the recipient {code}", came=old is None)
            continue
        yield from _members(place, f"{code} receives", old.fields, new.fields)
        yield from _members(place, f"{code} receives data for", old.purposes, new.purposes)


def _notice(before: Document, after: Document) -> Iterator[Change]:
    old, new = before.notice.lead_days, after.notice.lead_days
    if old != new:
        direction = Direction.WIDER if new < old else Direction.NARROWER
        yield Change(direction, "notice.lead_days", f"a widening is announced {new} days before instead of {old}")
    for code, was, now in _both(before.notice_channel, after.notice_channel):
        place = f"notice_channel.{code}"
        if now is None:
            yield Change(Direction.WIDER, place, f"a widening is no longer announced by {code}")
        elif was is None:
            yield Change(Direction.NARROWER, place, f"a widening is also announced by {code}")


_COMPARED: tuple[Callable[[tuple[str, ...]], bool], ...] = (
    lambda path: path[0] in ("announcement", "collection"),
    lambda path: path[0] == "purpose" and path[2] in ("level", "use"),
    lambda path: path[0] == "objection" and path[2] == "lowers",
    lambda path: path[0] == "situation" and path[2] in ("level", "one_receipt", "kept_under"),
    lambda path: path[0] == "retention" and path[2] == "quarters",
    lambda path: path[0] == "recipient" and path[2] in ("fields", "purposes"),
    lambda path: path == ("notice", "lead_days"),
)


def _the_rest(before: Document, after: Document) -> Iterator[Change]:
    """Every other difference, so that nothing changes without a word: names, texts, bases, laws, rights."""
    old, new = dict(_leaves(plain(before))), dict(_leaves(plain(after)))
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) == new.get(path) or any(compared(path) for compared in _COMPARED):
            continue
        place = ".".join(path)
        if path[-1] in ("en", "fi", "sv"):
            said = (
                "is said anew" if path not in old else "is no longer said" if path not in new else "is worded otherwise"
            )
            yield Change(Direction.OTHER, place, f"{place} {said}")
        else:
            yield Change(Direction.OTHER, place, f"{place} is {_show(new.get(path))} instead of {_show(old.get(path))}")


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value, 1):
            yield from _leaves(each, (*path, str(number)))
    else:
        yield path, value


def _both(old: Mapping[_K, _V], new: Mapping[_K, _V]) -> Iterator[tuple[_K, _V | None, _V | None]]:
    for key in dict.fromkeys([*old, *new]):
        yield key, old.get(key), new.get(key)


def _members(place: str, what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    old, new = list(old), list(new)
    for name in new:
        if name not in old:
            yield Change(Direction.WIDER, place, f"{what} {name}")
    for name in old:
        if name not in new:
            yield Change(Direction.NARROWER, place, f"{what} {name} no more")


def _came_or_went(place: str, what: str, *, came: bool) -> Change:
    return (
        Change(Direction.WIDER, place, f"{what} is new")
        if came
        else Change(Direction.NARROWER, place, f"{what} is gone")
    )


def _name(level: Level | None) -> str:
    return "nothing" if level is None else level.name


def _show(value: object) -> str:
    return "nothing" if value is None else str(value)
