"""The compiled description: an immutable value that answers what is collected and how finely it may be used.

`as_of` turns a file with its history into what holds from one day: the content of a published version.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec

from tarkka.description.errors import BeforeFirstVersion, UnknownChain, UnknownUse, choose
from tarkka.description.reading import plain
from tarkka.description.schema import Collection as Rule
from tarkka.description.schema import Document, PurposeRule, Situation
from tarkka.vocabulary import Channel, Level, Objection, Purpose, Role

Pair = tuple[str, Channel]
Changes = tuple[tuple[date, Level], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """One valid description. Built by `load`, `parse` or `as_of`; compare two with `diff`."""

    document: Document
    from_day: date | None = None
    """The day as of which this value was made; it knows nothing of earlier ones. None for a file with its history."""
    _changes: Mapping[Pair, Changes] = field(init=False, compare=False)
    _left: Mapping[tuple[Purpose, Role], tuple[Level, Level, Level, Level]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_changes", _level_changes(self.document, whole_history=self.from_day is None))
        object.__setattr__(self, "_left", _levels_left(self.document))

    def __repr__(self) -> str:
        return f"<Description of {self.document.register.name.en!r}, {self.from_day or 'with its history'}>"

    @property
    def days_of_change(self) -> tuple[date, ...]:
        """The days from which the file's rules of collection hold, the first of them the register's first day."""
        return tuple(sorted({rule.from_ for rule in self.document.collection}))

    @property
    def pairs(self) -> Collection[Pair]:
        """Every chain and channel, in the file's order."""
        return self._changes.keys()

    def today(self) -> date:
        """Return the day that it is in the register's time zone."""
        return datetime.now(ZoneInfo(self.document.register.time_zone)).date()

    def level_at(self, chain: str, channel: Channel, day: date) -> Level:
        """Return the level at which purchases of that day, in the register's time zone, are collected (R1–R4).

        Raises UnknownChain, or BeforeFirstVersion for a day on which nothing was collected yet.
        """
        return self.level_since(chain, channel, day)[1]

    def level_since(self, chain: str, channel: Channel, day: date) -> tuple[date, Level]:
        """Return the day since which the level has held without a break, and the level. Raises as `level_at`."""
        changes = self._changes.get((chain, channel))
        if changes is None:
            raise UnknownChain(chain, self.document.chain)
        if self.from_day is None or day >= self.from_day:
            for change in reversed(changes):
                if change[0] <= day:
                    return change
        raise BeforeFirstVersion(day, self.from_day or changes[0][0])

    def level_left(
        self, purpose: Purpose, role: Role, objections: Collection[Objection] = (), *, situation: str | None = None
    ) -> Level:
        """Return the finest level that a role may use for a purpose, the person's objections in force (R15, R16).

        `situation` narrows customer service to what the case needs (R23); without one, it is the most a case may need.
        Raises UnknownUse if the description does not let the role use the purpose, or has no such situation.
        """
        left = self._left.get((purpose, role))
        if left is None:
            raise UnknownUse(f"the description lets no {role} use data for {purpose}")
        if situation is not None:
            return self._left_in(situation, purpose, left, objections)
        return left[(Objection.A in objections) + 2 * (Objection.B in objections)]

    def _left_in(
        self, name: str, purpose: Purpose, left: tuple[Level, ...], objections: Collection[Objection]
    ) -> Level:
        rule = self.situation(name, purpose)
        lowering = [objection for objection in objections if objection not in rule.kept_under]
        return min(rule.level, left[(Objection.A in lowering) + 2 * (Objection.B in lowering)])

    def situation(self, name: str, purpose: Purpose = Purpose.CUSTOMER_SERVICE) -> Situation:
        """Return a situation of customer service. Raises UnknownUse if there is no such one, or for another purpose."""
        if purpose is not Purpose.CUSTOMER_SERVICE:
            raise UnknownUse(f"only {Purpose.CUSTOMER_SERVICE} has situations, {purpose} has none")
        if name not in self.document.situation:
            raise UnknownUse(f"the description has no situation {name!r}. {choose(name, self.document.situation)}")
        return self.document.situation[name]

    def purpose(self, purpose: Purpose) -> PurposeRule:
        """Return what is said of a purpose. Raises UnknownUse if the description does not declare it."""
        if purpose not in self.document.purpose:
            raise UnknownUse(
                f"the description does not declare the purpose {purpose}. {choose(purpose, self.document.purpose)}"
            )
        return self.document.purpose[purpose]

    def as_of(self, day: date) -> "Description":
        """Return what this file says to hold from that day: one level a chain and channel, and no past announcements.

        Asked about that day or a later one, the result answers as this description does for `day`.
        Raises BeforeFirstVersion for a day on which nothing was collected yet.
        """
        held = sorted((*self.level_since(*pair, day), pair[1], pair[0]) for pair in self.pairs)
        rules = tuple(
            Rule(from_=since, level=level, channels=(channel,), chains=tuple(row[3] for row in rows))
            for (since, level, channel), rows in groupby(held, key=lambda row: row[:3])
        )
        return Description(msgspec.structs.replace(self.document, collection=rules, announcement=()), day)

    def compiled(self) -> str:
        """Return all that the description says as JSON, its layout, comments and past announcements aside."""
        content = plain(msgspec.structs.replace(self.document, announcement=()))
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    def digest(self) -> bytes:
        """Return the SHA-256 of `compiled` (32 bytes): the same for the same content."""
        return hashlib.sha256(self.compiled().encode()).digest()


def _level_changes(document: Document, *, whole_history: bool) -> dict[Pair, Changes]:
    """What no rule names is TOTAL from the first day: the coarsest is the only level that can be taken for granted.

    An `as_of` value names every pair, each with the day since which it holds.
    """
    rules = sorted(document.collection, key=lambda rule: rule.from_)
    changes: dict[Pair, list[tuple[date, Level]]] = {
        (chain, channel): [(rules[0].from_, Level.TOTAL)] if whole_history else []
        for chain in document.chain
        for channel in Channel
    }
    for rule in rules:
        for pair in ((chain, channel) for chain in rule.chains for channel in rule.channels):
            held = changes[pair]
            if held and rule.from_ == held[-1][0]:
                held.pop()
            if not held or held[-1][1] is not rule.level:
                held.append((rule.from_, rule.level))
    return {pair: tuple(held) for pair, held in changes.items()}


def _levels_left(document: Document) -> dict[tuple[Purpose, Role], tuple[Level, Level, Level, Level]]:
    """The level left for every purpose and role under no objection, A, B, and both."""
    left: dict[tuple[Purpose, Role], tuple[Level, Level, Level, Level]] = {}
    for purpose, rule in document.purpose.items():
        by_a, by_b = (lowered_to(document, purpose, objection) or Level.PRODUCT for objection in Objection)
        for use in rule.use:
            top = use.level or rule.level
            for role in use.roles:
                top = max(top, left.get((purpose, role), (Level.TOTAL,))[0])
                left[purpose, role] = (top, min(top, by_a), min(top, by_b), min(top, by_a, by_b))
    return left


def lowered_to(document: Document, purpose: Purpose, objection: Objection) -> Level | None:
    """Return the level that the objection leaves for the purpose, or None if it does not touch it."""
    rule = document.objection.get(objection)
    return None if rule is None else rule.lowers.get(purpose)
