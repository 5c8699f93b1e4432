"""The form of a description file: one struct a TOML table, named as the file names it. docs/description.md explains each.

Structs hold what is written and nothing more; what the parts must be to each other is in `checks`, what follows from them in `value`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from tarkka.vocabulary import Channel, Language, Level, Objection, Place, Purpose, Role, SubjectKind


class Basis(StrEnum):
    """The legal bases of GDPR article 6(1), by letter from a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"

    @property
    def article(self) -> str:
        """The place in the regulation, for instance `6(1)(f)`."""
        return f"6(1)({'abcdef'[list(Basis).index(self)]})"


class NoticeKind(StrEnum):
    """Whether an announcement goes to each customer or to everybody (R32)."""

    DIRECT = "direct"
    PUBLIC = "public"


class RecipientKind(StrEnum):
    """Who may receive anything at all. There is no word for an outsider, so nothing can be declared to go to one (R24)."""

    AUTHORITY = "authority"
    BANK = "bank"
    PROCESSOR = "processor"


class Table(msgspec.Struct, frozen=True):
    """A table of the file."""


class Text(Table):
    """Words for people, in every language that Tarkka speaks."""

    fi: str
    sv: str
    en: str

    def written_in(self, language: Language) -> str:
        """Return the words in one language."""
        return str(getattr(self, language.value))


class Register(Table):
    """What the register is, and where its days begin and its money is counted."""

    name: Text
    about: Text
    time_zone: str
    currency: str


class Contact(Table):
    """Who answers, and how to reach them."""

    name: Text
    contact: Text
    own_choice: bool = False


class Statement(Table):
    """One thing that people are told, with the requirement or the law that it states."""

    text: Text
    law: str | None = None


class Named(Table):
    """Something that has a name for people and needs no more said."""

    name: Text


class Chain(Table):
    """One chain, or one kind of outlets that is treated as a chain."""

    name: Text
    group: str


class Described(Table):
    """Something with a name and an explanation."""

    name: Text
    text: Text


class Collection(Table):
    """From a day on, the level at which each of these chains is collected in each of these channels (R1–R4)."""

    from_: date = msgspec.field(name="from")
    level: Level
    chains: tuple[str, ...]
    channels: tuple[Channel, ...]
    source: str | None = None


class UseRule(Table):
    """These roles may use this purpose's data, on these kinds of subject, up to this level (the purpose's own if none is named)."""

    roles: tuple[Role, ...]
    subjects: tuple[SubjectKind, ...]
    level: Level | None = None
    needs_case: bool = False


class PurposeRule(Table):
    """What data may be used for, on which legal basis, how finely and by whom."""

    name: Text
    text: Text
    basis: Basis
    level: Level
    use: tuple[UseRule, ...]
    interest: Text | None = None
    law: str | None = None


class RoleRule(Table):
    """Who comes to the door. Staff have an account of their own and have signed the confidentiality agreement (R21, R22)."""

    name: Text
    staff: bool


class Situation(Table):
    """What a case of customer service needs: a level, for one receipt or for all; and which objections do not lower it (R20, R23)."""

    name: Text
    level: Level
    one_receipt: bool = False
    kept_under: tuple[Objection, ...] = ()


class ObjectionRule(Table):
    """What an objection changes, and what it does not (R15–R19)."""

    name: Text
    changes: Text
    keeps: Text
    lowers: Mapping[Purpose, Level]


class Retention(Table):
    """How long data of one level is kept, in whole quarters after the quarter of purchase."""

    quarters: int
    text: Text
    own_choice: bool = False


class Recipient(Table):
    """Who receives exactly which fields, and what for."""

    name: Text
    text: Text
    kind: RecipientKind
    fields: tuple[str, ...]
    purposes: tuple[Purpose, ...] = ()
    law: str | None = None
    own_choice: bool = False


class Notice(Table):
    """How many whole days before a widening holds it must have been announced, in every channel of `notice_channel` (R32)."""

    lead_days: int
    text: Text
    own_choice: bool = False


class NoticeChannel(Table):
    """A way of telling people of a change."""

    name: Text
    kind: NoticeKind


class AnnouncementEntry(Table):
    """An announcement of the past, recorded when an empty register is given its history."""

    effective_on: date
    channels: tuple[str, ...]
    on: date
    own_choice: bool = False


class Document(Table, kw_only=True):
    """A whole description file."""

    format: int
    register: Register
    controller: Contact
    data_protection_officer: Contact
    ground: Statement
    refusal: Statement
    level: Mapping[Level, Described]
    chain_group: Mapping[str, Named]
    chain: Mapping[str, Chain]
    collection: tuple[Collection, ...]
    purpose: Mapping[Purpose, PurposeRule]
    role: Mapping[Role, RoleRule]
    objection: Mapping[Objection, ObjectionRule]
    place: Mapping[Place, Described]
    situation: Mapping[str, Situation] = {}
    retention: Mapping[Level, Retention]
    outsiders: Statement
    field: Mapping[str, Named]
    recipient: Mapping[str, Recipient] = {}
    notice: Notice
    notice_channel: Mapping[str, NoticeChannel]
    announcement: tuple[AnnouncementEntry, ...] = ()
    right: Mapping[str, Described]
    supervision: Statement
    security: Statement
    other_registers: Statement
    other_register: Mapping[str, Named] = {}
