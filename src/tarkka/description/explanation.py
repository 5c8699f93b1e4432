"""Why the register does what it does: the level of a purchase, and the level left for a use, each with its reason.

Both tables of the rulings come out of here cell by cell. The words are for operators; pages have their own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from tarkka.description.rulebook import Rulebook
from tarkka.description.value import Description, lowered_to
from tarkka.vocabulary import Channel, Level, Objection, Part, Purpose, Role


@dataclass(frozen=True, slots=True)
class LevelExplained:
    """The level of a chain and channel on a day, since when without a break, and the published version that decides it.

    `version` is None if a file was asked and not the register.
    """

    level: Level
    since: date
    version: int | None

    def as_json(self) -> dict[str, object]:
        """Return plain values: `{"level": "GROUP", "since": "2014-05-01", "version": 1}`."""
        return {"level": self.level.name, "since": self.since.isoformat(), "version": self.version}


@dataclass(frozen=True, slots=True)
class UseExplained:
    """The level that is left for a purpose, and why. `situations` says it for each situation of customer service."""

    purpose: Purpose
    objections: tuple[Objection, ...]
    level: Level
    reason: str
    situations: Mapping[str, Level]

    def as_json(self) -> dict[str, object]:
        """Return plain values; `situations` only where there are any."""
        made: dict[str, object] = {
            "purpose": self.purpose.value,
            "objections": [objection.value for objection in self.objections],
            "level": self.level.name,
            "reason": self.reason,
        }
        if self.situations:
            made["situations"] = {name: level.name for name, level in self.situations.items()}
        return made


def explain_level(source: Description | Rulebook, chain: str, channel: Channel, day: date) -> LevelExplained:
    """Explain at which level a day's purchases are collected (R1–R4). The day is one of the register's own time zone.

    Raises UnknownChain, or BeforeFirstVersion for a day on which nothing was collected yet.
    """
    if isinstance(source, Rulebook):
        level, since, version = source.level_since(chain, channel, day)
        return LevelExplained(level, since, version)
    since, level = source.level_since(chain, channel, day)
    return LevelExplained(level, since, None)


def explain_use(
    description: Description,
    purpose: Purpose,
    objections: Collection[Objection] = (),
    *,
    role: Role | None = None,
    situation: str | None = None,
) -> UseExplained:
    """Explain which level objections leave for a purpose (R15–R20), for one role or the one that may use most.

    Raises UnknownUse for a purpose, role or situation that the description does not have.
    """
    roles = _roles(description, purpose) if role is None else (role,)
    made = tuple(objection for objection in Objection if objection in objections)
    top = max(description.level_left(purpose, each) for each in roles)
    level = max(description.level_left(purpose, each, made, situation=situation) for each in roles)
    situations = {}
    if purpose is Purpose.CUSTOMER_SERVICE and situation is None:
        situations = {
            name: max(description.level_left(purpose, each, made, situation=name) for each in roles)
            for name, rule in description.document.situation.items()
            if Part.PURCHASES in rule.shows
        }
    reasons = [
        _top_reason(description, purpose, top, situation),
        *_objection_reasons(description, purpose, top, made, situation),
    ]
    if situations:
        reasons.append(
            "at most: the situation decides, " + ", ".join(f"{name} {each.name}" for name, each in situations.items())
        )
    return UseExplained(purpose, made, level, "; ".join(reasons), situations)


def _roles(description: Description, purpose: Purpose) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(role for use in description.purpose(purpose).use for role in use.roles))


def _top_reason(description: Description, purpose: Purpose, top: Level, situation: str | None) -> str:
    if situation is None:
        return f"{purpose} uses {top.name} at most"
    rule = description.situation(situation, purpose)
    of_one = " of the one receipt that the customer asks about" if rule.one_receipt else ""
    return f"the situation {situation} needs {rule.level.name}{of_one}"


def _objection_reasons(
    description: Description, purpose: Purpose, top: Level, made: tuple[Objection, ...], situation: str | None
) -> list[str]:
    if not made:
        return ["no objection is made"]
    kept_under = () if situation is None else description.situation(situation, purpose).kept_under
    reasons = []
    for objection in made:
        left = lowered_to(description.document, purpose, objection)
        if objection in kept_under:
            reasons.append(f"objection {objection} does not lower it in this situation")
        elif left is None or left >= top:
            reasons.append(f"objection {objection} does not touch {purpose}")
        else:
            reasons.append(f"objection {objection} leaves {left.name}")
    return reasons
