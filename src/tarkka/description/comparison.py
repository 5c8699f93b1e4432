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
from tarkka.description.schema import Document, Situation
from tarkka.description.value import Description, Pair, lowered_to
from tarkka.vocabulary import Language, Level, Objection, Purpose, Role, SubjectKind

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


class Kind(StrEnum):
    """What can change, in the order in which it is looked for. `WORDS` says each to operators, pages to customers."""

    COLLECTED = "collected"
    COLLECTED_ANEW = "collected_anew"
    COLLECTED_NO_MORE = "collected_no_more"
    USE_ANEW = "use_anew"
    USE_NO_MORE = "use_no_more"
    USE_LEVEL = "use_level"
    USE_WITH_CASE = "use_with_case"
    USE_WITHOUT_CASE = "use_without_case"
    USE_UNDER_RESTRICTION = "use_under_restriction"
    USE_NOT_UNDER_RESTRICTION = "use_not_under_restriction"
    OBJECTION_LESS = "objection_less"
    OBJECTION_MORE = "objection_more"
    OBJECTION_NO_MORE = "objection_no_more"
    SITUATION_ANEW = "situation_anew"
    SITUATION_NO_MORE = "situation_no_more"
    SITUATION_LEVEL = "situation_level"
    SITUATION_SHOWS = "situation_shows"
    SITUATION_SHOWS_NO_MORE = "situation_shows_no_more"
    SITUATION_LONGER = "situation_longer"
    SITUATION_SHORTER = "situation_shorter"
    SITUATION_WITHOUT_CUSTOMER = "situation_without_customer"
    SITUATION_WITH_CUSTOMER = "situation_with_customer"
    SITUATION_ALL_RECEIPTS = "situation_all_receipts"
    SITUATION_ONE_RECEIPT = "situation_one_receipt"
    SITUATION_LOWERED = "situation_lowered"
    SITUATION_NOT_LOWERED = "situation_not_lowered"
    KEPT = "kept"
    RECIPIENT_ANEW = "recipient_anew"
    RECIPIENT_NO_MORE = "recipient_no_more"
    RECEIVES = "receives"
    RECEIVES_NO_MORE = "receives_no_more"
    RECEIVES_FOR = "receives_for"
    RECEIVES_FOR_NO_MORE = "receives_for_no_more"
    LEAD_DAYS = "lead_days"
    ANNOUNCED_ALSO = "announced_also"
    ANNOUNCED_NO_MORE = "announced_no_more"
    SAID_ANEW = "said_anew"
    SAID_NO_MORE = "said_no_more"
    SAID_OTHERWISE = "said_otherwise"
    SET = "set"


WORDS = {
    Kind.COLLECTED: "{chain} {channel} is collected at {new} instead of {old}{when}",
    Kind.COLLECTED_ANEW: "{chain} {channel} is new and is collected at {new}{when}",
    Kind.COLLECTED_NO_MORE: "{chain} {channel}, collected at {old}, is collected no more{when}",
    Kind.USE_ANEW: "{purpose} by {role} on {subject} is new, at {new}",
    Kind.USE_NO_MORE: "{purpose} by {role} on {subject} is allowed no more",
    Kind.USE_LEVEL: "{purpose} by {role} on {subject} uses {new} instead of {old}",
    Kind.USE_WITH_CASE: "{purpose} by {role} on {subject} needs a case",
    Kind.USE_WITHOUT_CASE: "{purpose} by {role} on {subject} no longer needs a case",
    Kind.USE_UNDER_RESTRICTION: "{purpose} by {role} on {subject} goes on while somebody's data is restricted",
    Kind.USE_NOT_UNDER_RESTRICTION: "{purpose} by {role} on {subject} stops while somebody's data is restricted",
    Kind.OBJECTION_LESS: "objection {objection} leaves {new}, no longer {old}, for {purpose}",
    Kind.OBJECTION_MORE: "objection {objection} leaves only {new} for {purpose}",
    Kind.OBJECTION_NO_MORE: "objection {objection} no longer touches {purpose}",
    Kind.SITUATION_ANEW: "the situation {situation} is new",
    Kind.SITUATION_NO_MORE: "the situation {situation} is gone",
    Kind.SITUATION_LEVEL: "the situation {situation} uses {new} instead of {old}",
    Kind.SITUATION_SHOWS: "the situation {situation} shows {part}",
    Kind.SITUATION_SHOWS_NO_MORE: "the situation {situation} shows {part} no more",
    Kind.SITUATION_LONGER: "the situation {situation} lasts {new} minutes instead of {old}",
    Kind.SITUATION_SHORTER: "the situation {situation} lasts {new} minutes instead of {old}",
    Kind.SITUATION_WITHOUT_CUSTOMER: "the situation {situation} is opened without the customer",
    Kind.SITUATION_WITH_CUSTOMER: "the situation {situation} is no longer opened without the customer",
    Kind.SITUATION_ALL_RECEIPTS: "the situation {situation} is about more than one receipt",
    Kind.SITUATION_ONE_RECEIPT: "the situation {situation} is about one receipt only",
    Kind.SITUATION_LOWERED: "objection {objection} lowers the situation {situation}",
    Kind.SITUATION_NOT_LOWERED: "objection {objection} no longer lowers the situation {situation}",
    Kind.KEPT: "{level} data is kept {new} quarters instead of {old}",
    Kind.RECIPIENT_ANEW: "the recipient {recipient} is new",
    Kind.RECIPIENT_NO_MORE: "the recipient {recipient} is gone",
    Kind.RECEIVES: "{recipient} receives {field}",
    Kind.RECEIVES_NO_MORE: "{recipient} receives {field} no more",
    Kind.RECEIVES_FOR: "{recipient} receives data for {purpose}",
    Kind.RECEIVES_FOR_NO_MORE: "{recipient} receives data for {purpose} no more",
    Kind.LEAD_DAYS: "a widening is announced {new} days before instead of {old}",
    Kind.ANNOUNCED_ALSO: "a widening is also announced by {notice_channel}",
    Kind.ANNOUNCED_NO_MORE: "a widening is no longer announced by {notice_channel}",
    Kind.SAID_ANEW: "{place} is said anew",
    Kind.SAID_NO_MORE: "{place} is no longer said",
    Kind.SAID_OTHERWISE: "{place} is worded otherwise",
    Kind.SET: "{place} is {new} instead of {old}",
}
"""A sentence for an operator, with the names that the file gives things."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: which way it goes, its place in the file, what changed, and the things and values that it is about.

    The keys of `about` are those in the braces of its sentence. Levels are `Level`s, things go by their codes.
    """

    direction: Direction
    place: str
    kind: Kind
    about: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The change in a sentence for an operator."""
        shown = {key: _show(value) for key, value in self.about.items()}
        return WORDS[self.kind].format(place=self.place, **shown)

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
    place, about = f"chain.{chain}", {"chain": chain, "channel": channel, "old": old, "new": new, "when": when}
    if old is None:
        return Change(Direction.WIDER, place, Kind.COLLECTED_ANEW, about)
    if new is None:
        return Change(Direction.NARROWER, place, Kind.COLLECTED_NO_MORE, about)
    return Change(_to(old, new), place, Kind.COLLECTED, about)


def _to(old: Level, new: Level) -> Direction:
    return Direction.FINER if new > old else Direction.COARSER


Used = Mapping[tuple[Purpose, Role, SubjectKind], tuple[Level, bool, bool]]


def _used(document: Document) -> Used:
    return {
        (purpose, role, subject): (use.level or rule.level, use.needs_case, use.under_restriction)
        for purpose, rule in document.purpose.items()
        for use in rule.use
        for role in use.roles
        for subject in use.subjects
    }


def _uses(before: Document, after: Document) -> Iterator[Change]:
    old, new = _used(before), _used(after)
    for key in dict.fromkeys([*old, *new]):
        purpose, role, subject = key
        place, about = f"purpose.{purpose}.use", {"purpose": purpose, "role": role, "subject": subject}
        if key not in old:
            yield Change(Direction.WIDER, place, Kind.USE_ANEW, about | {"new": new[key][0]})
        elif key not in new:
            yield Change(Direction.NARROWER, place, Kind.USE_NO_MORE, about)
        else:
            (was, was_case, went_on), (level, needs_case, goes_on) = old[key], new[key]
            if was is not level:
                yield Change(_to(was, level), place, Kind.USE_LEVEL, about | {"old": was, "new": level})
            if was_case and not needs_case:
                yield Change(Direction.WIDER, place, Kind.USE_WITHOUT_CASE, about)
            if needs_case and not was_case:
                yield Change(Direction.NARROWER, place, Kind.USE_WITH_CASE, about)
            if goes_on and not went_on:
                yield Change(Direction.WIDER, place, Kind.USE_UNDER_RESTRICTION, about)
            if went_on and not goes_on:
                yield Change(Direction.NARROWER, place, Kind.USE_NOT_UNDER_RESTRICTION, about)


def _objections(before: Document, after: Document) -> Iterator[Change]:
    for objection in Objection:
        for purpose in Purpose:
            if purpose not in before.purpose or purpose not in after.purpose:
                continue
            old, new = (lowered_to(document, purpose, objection) for document in (before, after))
            if old is new:
                continue
            place = f"objection.{objection}.lowers"
            about = {"objection": objection, "purpose": purpose, "old": old, "new": new}
            if new is None:
                yield Change(Direction.WIDER, place, Kind.OBJECTION_NO_MORE, about)
            elif old is not None and new > old:
                yield Change(Direction.WIDER, place, Kind.OBJECTION_LESS, about)
            else:
                yield Change(Direction.NARROWER, place, Kind.OBJECTION_MORE, about)


def _situations(before: Document, after: Document) -> Iterator[Change]:
    for code, old, new in _both(before.situation, after.situation):
        place, about = f"situation.{code}", {"situation": code}
        if old is None or new is None:
            yield _came_or_went(place, about, Kind.SITUATION_ANEW if old is None else Kind.SITUATION_NO_MORE)
            continue
        if old.level is not new.level:
            levels = {"old": old.level, "new": new.level}
            yield Change(_to(old.level, new.level), place, Kind.SITUATION_LEVEL, about | levels)
        if old.minutes != new.minutes:
            is_longer = new.minutes > old.minutes
            kind = Kind.SITUATION_LONGER if is_longer else Kind.SITUATION_SHORTER
            minutes = {"old": old.minutes, "new": new.minutes}
            yield Change(Direction.LONGER if is_longer else Direction.SHORTER, place, kind, about | minutes)
        was, reaches = list(_reach(old)), list(_reach(new))
        for came, _, what in _added(was, reaches):
            yield Change(Direction.WIDER, place, came, about | dict(what))
        for _, went, what in _added(reaches, was):
            yield Change(Direction.NARROWER, place, went, about | dict(what))


def _reach(rule: Situation) -> Iterator[tuple[Kind, Kind, tuple[tuple[str, object], ...]]]:
    """Yield all that a situation lets be seen, with what is said if it is new and if it is gone, and of what."""
    for part in rule.shows:
        yield Kind.SITUATION_SHOWS, Kind.SITUATION_SHOWS_NO_MORE, (("part", part),)
    if rule.break_glass:
        yield Kind.SITUATION_WITHOUT_CUSTOMER, Kind.SITUATION_WITH_CUSTOMER, ()
    if not rule.one_receipt:
        yield Kind.SITUATION_ALL_RECEIPTS, Kind.SITUATION_ONE_RECEIPT, ()
    for objection in rule.kept_under:
        yield Kind.SITUATION_NOT_LOWERED, Kind.SITUATION_LOWERED, (("objection", objection),)


def _retention(before: Document, after: Document) -> Iterator[Change]:
    for level, old, new in _both(before.retention, after.retention):
        if old is not None and new is not None and old.quarters != new.quarters:
            direction = Direction.LONGER if new.quarters > old.quarters else Direction.SHORTER
            about = {"level": level, "old": old.quarters, "new": new.quarters}
            yield Change(direction, f"retention.{level.name}.quarters", Kind.KEPT, about)


def _recipients(before: Document, after: Document) -> Iterator[Change]:
    for code, old, new in _both(before.recipient, after.recipient):
        place, about = f"recipient.{code}", {"recipient": code}
        if old is None or new is None:
            yield _came_or_went(place, about, Kind.RECIPIENT_ANEW if old is None else Kind.RECIPIENT_NO_MORE)
            continue
        for field in _added(old.fields, new.fields):
            yield Change(Direction.WIDER, place, Kind.RECEIVES, about | {"field": field})
        for field in _added(new.fields, old.fields):
            yield Change(Direction.NARROWER, place, Kind.RECEIVES_NO_MORE, about | {"field": field})
        for purpose in _added(old.purposes, new.purposes):
            yield Change(Direction.WIDER, place, Kind.RECEIVES_FOR, about | {"purpose": purpose})
        for purpose in _added(new.purposes, old.purposes):
            yield Change(Direction.NARROWER, place, Kind.RECEIVES_FOR_NO_MORE, about | {"purpose": purpose})


def _notice(before: Document, after: Document) -> Iterator[Change]:
    old, new = before.notice.lead_days, after.notice.lead_days
    if old != new:
        direction = Direction.WIDER if new < old else Direction.NARROWER
        yield Change(direction, "notice.lead_days", Kind.LEAD_DAYS, {"old": old, "new": new})
    for code, was, now in _both(before.notice_channel, after.notice_channel):
        place, about = f"notice_channel.{code}", {"notice_channel": code}
        if now is None:
            yield Change(Direction.WIDER, place, Kind.ANNOUNCED_NO_MORE, about)
        elif was is None:
            yield Change(Direction.NARROWER, place, Kind.ANNOUNCED_ALSO, about)


_COMPARED: tuple[Callable[[tuple[str, ...]], bool], ...] = (
    lambda path: path[0] in ("announcement", "collection"),
    lambda path: path[0] == "purpose" and path[2] in ("level", "use"),
    lambda path: path[0] == "objection" and path[2] == "lowers",
    lambda path: path[0] == "situation" and path[2] != "name",
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
        if path[-1] in list(Language):
            said = path in old, path in new
            kind = {(False, True): Kind.SAID_ANEW, (True, False): Kind.SAID_NO_MORE}.get(said, Kind.SAID_OTHERWISE)
            yield Change(Direction.OTHER, place, kind, {})
        else:
            about = {"old": old.get(path), "new": new.get(path)}
            yield Change(Direction.OTHER, place, Kind.SET, about)


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


def _added(old: Iterable[_K], new: Iterable[_K]) -> list[_K]:
    """Return what is new, in its order."""
    return [each for each in new if each not in tuple(old)]


def _came_or_went(place: str, about: Mapping[str, Any], kind: Kind) -> Change:
    came = kind in (Kind.SITUATION_ANEW, Kind.RECIPIENT_ANEW)
    return Change(Direction.WIDER if came else Direction.NARROWER, place, kind, about)


def _show(value: object) -> str:
    return "nothing" if value is None else value.name if isinstance(value, Level) else str(value)
