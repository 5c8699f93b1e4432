"""What changed between two versions of the register description, in the reader's language.

The comparison finds the changes (`tarkka.description.comparison`); here each kind has its sentence, in which things go
by the names that the descriptions give them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.comparison import WIDENING, Change, Direction, Kind, diff
from tarkka.description.schema import Basis, Document
from tarkka.description.value import Description
from tarkka.rights.words import BASIS
from tarkka.vocabulary import Channel, Language, Level, Part, SubjectKind
from tarkka.wording import formats, words

SUBJECT = {
    SubjectKind.AUDIENCE: msgid("subject.audience"),
    SubjectKind.HOUSEHOLD: msgid("subject.household"),
    SubjectKind.LOOKUP: msgid("subject.lookup"),
    SubjectKind.PERSON: msgid("subject.person"),
    SubjectKind.TRACE: msgid("subject.trace"),
    SubjectKind.TRAIL: msgid("subject.trail"),
}
SECTIONS = {
    "about": msgid("description.about"),
    "collected": msgid("description.collected"),
    "used": msgid("description.used"),
    "choices": msgid("description.choices"),
    "kept": msgid("description.kept"),
    "received": msgid("description.received"),
    "rights": msgid("description.rights"),
    "versions": msgid("description.versions"),
}
"""The sections of the page in their order, by anchor."""

_DIRECTIONS = {
    Direction.FINER: msgid("change.finer"),
    Direction.WIDER: msgid("change.wider"),
    Direction.LONGER: msgid("change.longer"),
    Direction.COARSER: msgid("change.coarser"),
    Direction.NARROWER: msgid("change.narrower"),
    Direction.SHORTER: msgid("change.shorter"),
    Direction.OTHER: msgid("change.other"),
}
_SENTENCES = {
    Kind.COLLECTED: msgid("change.collected %(chains)s %(channel)s %(new)s %(old)s"),
    Kind.COLLECTED_ANEW: msgid("change.collected_anew %(chains)s %(channel)s %(new)s"),
    Kind.COLLECTED_NO_MORE: msgid("change.collected_no_more %(chains)s %(channel)s"),
    Kind.USE_ANEW: msgid("change.use_anew %(purpose)s %(role)s %(subject)s %(new)s"),
    Kind.USE_NO_MORE: msgid("change.use_no_more %(purpose)s %(role)s %(subject)s"),
    Kind.USE_LEVEL: msgid("change.use_level %(purpose)s %(role)s %(subject)s %(new)s %(old)s"),
    Kind.USE_WITH_CASE: msgid("change.use_with_case %(purpose)s %(role)s"),
    Kind.USE_WITHOUT_CASE: msgid("change.use_without_case %(purpose)s %(role)s"),
    Kind.USE_UNDER_RESTRICTION: msgid("change.use_under_restriction %(purpose)s %(role)s"),
    Kind.USE_NOT_UNDER_RESTRICTION: msgid("change.use_not_under_restriction %(purpose)s %(role)s"),
    Kind.OBJECTION_LESS: msgid("change.objection_less %(objection)s %(purpose)s %(new)s %(old)s"),
    Kind.OBJECTION_MORE: msgid("change.objection_more %(objection)s %(purpose)s %(new)s"),
    Kind.OBJECTION_NO_MORE: msgid("change.objection_no_more %(objection)s %(purpose)s"),
    Kind.SITUATION_ANEW: msgid("change.situation_anew %(situation)s"),
    Kind.SITUATION_NO_MORE: msgid("change.situation_no_more %(situation)s"),
    Kind.SITUATION_LEVEL: msgid("change.situation_level %(situation)s %(new)s %(old)s"),
    Kind.SITUATION_SHOWS: msgid("change.situation_shows %(situation)s %(part)s"),
    Kind.SITUATION_SHOWS_NO_MORE: msgid("change.situation_shows_no_more %(situation)s %(part)s"),
    Kind.SITUATION_LONGER: msgid("change.situation_minutes %(situation)s %(new)s %(old)s"),
    Kind.SITUATION_SHORTER: msgid("change.situation_minutes %(situation)s %(new)s %(old)s"),
    Kind.SITUATION_WITHOUT_CUSTOMER: msgid("change.situation_without_customer %(situation)s"),
    Kind.SITUATION_WITH_CUSTOMER: msgid("change.situation_with_customer %(situation)s"),
    Kind.SITUATION_ALL_RECEIPTS: msgid("change.situation_all_receipts %(situation)s"),
    Kind.SITUATION_ONE_RECEIPT: msgid("change.situation_one_receipt %(situation)s"),
    Kind.SITUATION_LOWERED: msgid("change.situation_lowered %(situation)s %(objection)s"),
    Kind.SITUATION_NOT_LOWERED: msgid("change.situation_not_lowered %(situation)s %(objection)s"),
    Kind.KEPT: msgid("change.kept %(level)s %(new)s %(old)s"),
    Kind.RECIPIENT_ANEW: msgid("change.recipient_anew %(recipient)s"),
    Kind.RECIPIENT_NO_MORE: msgid("change.recipient_no_more %(recipient)s"),
    Kind.RECEIVES: msgid("change.receives %(recipient)s %(field)s"),
    Kind.RECEIVES_NO_MORE: msgid("change.receives_no_more %(recipient)s %(field)s"),
    Kind.RECEIVES_FOR: msgid("change.receives_for %(recipient)s %(purpose)s"),
    Kind.RECEIVES_FOR_NO_MORE: msgid("change.receives_for_no_more %(recipient)s %(purpose)s"),
    Kind.LEAD_DAYS: msgid("change.lead_days %(new)s %(old)s"),
    Kind.ANNOUNCED_ALSO: msgid("change.announced_also %(notice_channel)s"),
    Kind.ANNOUNCED_NO_MORE: msgid("change.announced_no_more %(notice_channel)s"),
}
_BASIS_CHANGED = msgid("change.basis %(purpose)s %(new)s %(old)s")
_LAW_CHANGED = msgid("change.law %(thing)s %(new)s %(old)s")
_SAID_OTHERWISE = msgid("change.said %(thing)s")

_SECTION_OF = {
    "chain": "collected",
    "chain_group": "collected",
    "field": "received",
    "ground": "collected",
    "level": "collected",
    "notice": "versions",
    "notice_channel": "versions",
    "objection": "choices",
    "outsiders": "received",
    "place": "choices",
    "purpose": "used",
    "recipient": "received",
    "refusal": "collected",
    "retention": "kept",
    "right": "rights",
    "role": "used",
    "security": "rights",
    "situation": "used",
    "supervision": "used",
    "agreement": "used",
}
"""The section in which a table of the file is told; the others are `about`."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change, or several alike, in words. A widening had to be announced before it took effect (R32)."""

    direction: str
    is_widening: bool
    words: str


def tell(before: Description, after: Description, language: Language) -> list[Told]:
    """Return what changed from one version to the next, the widening first, each thing said once."""
    names = _Names((after.document, before.document), language)
    told: dict[tuple[Direction, str], None] = {}
    for change, chains in _alike(diff(before, after)):
        told[change.direction, names.sentence(change, chains)] = None
    return [Told(gettext(_DIRECTIONS[direction]), direction in WIDENING, sentence) for direction, sentence in told]


def _alike(changes: Iterable[Change]) -> Iterator[tuple[Change, list[str]]]:
    """Yield the changes, those of chains that are collected alike as one with all their codes."""
    found: dict[object, tuple[Change, list[str]]] = {}
    for place, change in enumerate(changes):
        chain = change.about.get("chain")
        key = (change.kind, *(change.about.get(key) for key in ("channel", "old", "new"))) if chain else place
        found.setdefault(key, (change, []))[1].append(str(chain))
    yield from found.values()


@dataclass(frozen=True, slots=True)
class _Names:
    """What the newer document calls things, or the older where the newer no longer has them."""

    documents: tuple[Document, ...]
    language: Language

    def sentence(self, change: Change, chains: list[str]) -> str:
        if change.kind in _SENTENCES:
            shown = {key: self.shown(change.kind, key, value) for key, value in change.about.items()}
            if change.about.get("chain"):
                shown["chains"] = ", ".join(self.named("chain", chain) for chain in chains)
            return gettext(_SENTENCES[change.kind]) % shown
        table, *path = change.place.split(".")
        if path[-1:] == ["basis"]:
            values = [gettext(BASIS[Basis(change.about[key])]) for key in ("new", "old")]
            return gettext(_BASIS_CHANGED) % {
                "purpose": self.named(table, path[0]), "new": values[0], "old": values[1],
            }  # fmt: skip
        if path[-1:] == ["law"]:
            laws = {key: change.about[key] or "–" for key in ("new", "old")}
            return gettext(_LAW_CHANGED) % {"thing": self.named(table, path[0]), **laws}
        section = gettext(SECTIONS[_SECTION_OF.get(table, "about")])
        name = self.named(table, path[0]) if path else ""
        return gettext(_SAID_OTHERWISE) % {"thing": f"{section}: {name}" if name else section}

    def shown(self, kind: Kind, key: str, value: Any) -> str:  # noqa: ANN401  # a level, a code, a number, or nothing
        if isinstance(value, Level):
            return self.named("level", value)
        if kind is Kind.KEPT:
            return formats.quarters(value, self.language)
        if kind is Kind.LEAD_DAYS:
            return formats.day_count(value, self.language)
        if key == "channel":
            return gettext(words.CHANNEL[Channel(value)])
        if key == "part":
            return gettext(words.PART[Part(value)])
        if key == "subject":
            return gettext(SUBJECT[SubjectKind(value)])
        return self.named(key, value) if key in Document.__struct_fields__ else str(value)

    def named(self, table: str, key: object) -> str:
        """Return the name of a thing of a table; nothing if the table is none of named things."""
        for document in self.documents:
            things = getattr(document, table)
            found = {_code(code): thing for code, thing in things.items()} if isinstance(things, Mapping) else {}
            if thing := found.get(_code(key)):
                # What is kept has the name of its level.
                return thing.name.written_in(self.language) if hasattr(thing, "name") else self.named("level", key)
        return ""


def _code(key: object) -> str:
    return key.name if isinstance(key, Level) else str(key)
