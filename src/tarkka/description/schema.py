"""The form of a description file: one struct a TOML table, named as there. docs/description.md explains them.

Structs hold what is written. What the parts must be to each other is in `checks`, what follows from them in `value`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from tarkka.vocabulary import Channel, Language, Level, Objection, Part, Place, Purpose, Role, SubjectKind


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
    """Who may receive anything at all. There is no word for an outsider, so nothing can be declared for one (R24)."""

    AUTHORITY = "authority"
    BANK = "bank"
    PROCESSOR = "processor"


class Table(msgspec.Struct, frozen=True):
    """A table of the file."""


class Text(Table, frozen=True):
    """Words for people, in every language that Tarkka speaks."""

    fi: str
    sv: str
    en: str

    def written_in(self, language: Language) -> str:
        """Return the words in one language."""
        return str(getattr(self, language.value))


class Register(Table, frozen=True):
    """What the register is, and where its days begin and its money is counted."""

    name: Text
    about: Text
    time_zone: str
    currency: str


class Contact(Table, frozen=True):
    """Who answers, and how to reach them."""

    name: Text
    contact: Text
    own_choice: bool = False


class Statement(Table, frozen=True):
    """One thing that people are told, with the requirement that it comes from."""

    text: Text
    source: str | None = None


class Named(Table, frozen=True):
    """Something that has a name for people and needs no more said."""

    name: Text


class Chain(Table, frozen=True):
    """One chain, or one kind of outlets that is treated as a chain."""

    name: Text
    group: str


class Described(Table, frozen=True):
    """Something with a name and an explanation."""

    name: Text
    text: Text


class Collection(Table, frozen=True):
    """From a day on, the level at which each of these chains is collected in each of these channels (R1–R4)."""

    from_: date = msgspec.field(name="from")
    level: Level
    chains: tuple[str, ...]
    channels: tuple[Channel, ...]
    source: str | None = None


class UseRule(Table, frozen=True):
    """Which roles may use a purpose's data, on which kinds of subject, up to which level (by default the purpose's).

    `under_restriction`: also the data of somebody whose data is restricted (GDPR 18).
    """

    roles: tuple[Role, ...]
    subjects: tuple[SubjectKind, ...]
    level: Level | None = None
    needs_case: bool = False
    under_restriction: bool = False


class PurposeRule(Table, frozen=True):
    """What data may be used for, on which legal basis, how finely and by whom."""

    name: Text
    text: Text
    basis: Basis
    level: Level
    use: tuple[UseRule, ...]
    interest: Text | None = None
    law: str | None = None
    source: str | None = None


class RoleRule(Table, frozen=True):
    """Who comes to the door. Staff have an account of their own and have signed the agreement (R21, R22)."""

    name: Text
    staff: bool


class Situation(Table, frozen=True):
    """What a case of customer service needs, of one receipt or all, and which objections do not lower it (R20, R23).

    The case ends by itself after `minutes`. `break_glass`: opened without the customer, and reviewed by somebody else.
    """

    name: Text
    shows: tuple[Part, ...]
    level: Level = Level.TOTAL
    minutes: int = 30
    one_receipt: bool = False
    kept_under: tuple[Objection, ...] = ()
    break_glass: bool = False


class Agreement(Table, frozen=True):
    """The confidentiality agreement of everyone who handles customer data; its number rises with its text (R21)."""

    number: int
    text: Text


class ObjectionRule(Table, frozen=True):
    """What an objection is about, the question that it answers, what it changes and what it does not (R15–R19)."""

    name: Text
    topic: Text
    question: Text
    changes: tuple[Text, ...]
    keeps: tuple[Text, ...]
    lowers: Mapping[Purpose, Level]
    source: str | None = None


class Retention(Table, frozen=True):
    """How long data of one level is kept, in whole quarters after the quarter of purchase."""

    quarters: int
    text: Text
    own_choice: bool = False


class Recipient(Table, frozen=True):
    """Who receives exactly which fields, and what for."""

    name: Text
    text: Text
    kind: RecipientKind
    fields: tuple[str, ...]
    purposes: tuple[Purpose, ...] = ()
    law: str | None = None
    own_choice: bool = False


class Notice(Table, frozen=True):
    """How many whole days before it holds a widening must have been announced, in every `notice_channel` (R32)."""

    lead_days: int
    text: Text
    own_choice: bool = False


class NoticeChannel(Table, frozen=True):
    """A way of telling people of a change."""

    name: Text
    kind: NoticeKind


class AnnouncementEntry(Table, frozen=True):
    """An announcement of the past, recorded when an empty register is given its history."""

    effective_on: date
    channels: tuple[str, ...]
    on: date
    own_choice: bool = False


class Document(Table, frozen=True, kw_only=True):
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
    agreement: Agreement
    supervision: Statement
    security: Statement
    other_registers: Statement
    other_register: Mapping[str, Named] = {}
