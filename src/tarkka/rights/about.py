"""What an extract says of the register (GDPR 15(1)(a)–(h)): the description's words, and what is left out and why."""

from collections.abc import Mapping
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from msgspec import Meta

from tarkka.description.schema import Document, Text
from tarkka.rights.rows import Row
from tarkka.rights.tables import labels, not_told
from tarkka.vocabulary import Category, Language, LeftOut

WHY = {
    LeftOut.EMPLOYEE: msgid("extract.left_out.employee"),
    LeftOut.HOUSEHOLD: msgid("extract.left_out.household"),
    LeftOut.KEY: msgid("extract.left_out.key"),
    LeftOut.NOBODY: msgid("extract.left_out.nobody"),
    LeftOut.PASSING: msgid("extract.left_out.passing"),
    LeftOut.REPEATED: msgid("extract.left_out.repeated"),
}
CATEGORY = {
    Category.ACCOUNT: msgid("extract.category.account"),
    Category.CARD: msgid("extract.category.card"),
    Category.CHOICE: msgid("extract.category.choice"),
    Category.CONTACT: msgid("extract.category.contact"),
    Category.HOUSEHOLD: msgid("extract.category.household"),
    Category.IDENTITY: msgid("extract.category.identity"),
    Category.PURCHASE: msgid("extract.category.purchase"),
    Category.TRAIL: msgid("extract.category.trail"),
}


class Said(Row, frozen=True):
    """A name and what is said of it."""

    name: str
    text: str


class Use(Row, frozen=True):
    """A purpose of the register, and its legal basis."""

    purpose: Annotated[str, Meta(description="The purpose's code, as the looks have it.")]
    name: str
    text: str
    basis: str
    article: Annotated[str, Meta(description="The point of GDPR article 6.")]
    law: str | None
    interest: str | None
    level: Annotated[str, Meta(description="At most how finely: TOTAL, GROUP or PRODUCT.")]


class Receiver(Row, frozen=True):
    """Who receives exactly which fields."""

    name: str
    kind: Annotated[str, Meta(description="processor, bank or authority.")]
    text: str
    fields: tuple[str, ...]


class Kept(Row, frozen=True):
    """How long purchases of a level are kept, in quarters of a year after the one of purchase."""

    level: str
    quarters: int
    text: str


class NotHere(Row, frozen=True):
    """Columns of a table of the register that are not in this extract, and why."""

    table: str
    columns: tuple[str, ...]
    why: str


class About(Row, frozen=True):
    """The register, in the extract's language."""

    register: Said
    controller: Said
    data_protection_officer: Said
    ground: str
    uses: tuple[Use, ...]
    categories: tuple[str, ...]
    source: str
    outsiders: str
    receivers: tuple[Receiver, ...]
    kept: tuple[Kept, ...]
    rights: tuple[Said, ...]
    automated_decisions: str
    other_people: str
    other_registers: Said
    not_here: tuple[NotHere, ...]


def about(document: Document, language: Language) -> About:
    """Return what the description in force says, in the language, which must be the active one too."""

    def say(text: Text) -> str:
        return text.written_in(language)

    def names(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(say(document.field[code].name) for code in codes)

    return About(
        register=Said(say(document.register.name), say(document.register.about)),
        controller=Said(say(document.controller.name), say(document.controller.contact)),
        data_protection_officer=Said(
            say(document.data_protection_officer.name), say(document.data_protection_officer.contact)
        ),
        ground=say(document.ground.text),
        uses=tuple(
            Use(
                purpose, say(rule.name), say(rule.text), rule.basis, rule.basis.article, rule.law,
                say(rule.interest) if rule.interest else None, rule.level.name,
            )
            for purpose, rule in document.purpose.items()
        ),
        categories=tuple(gettext(CATEGORY[category]) for category in _categories()),
        source=gettext("extract.about.source"),
        outsiders=say(document.outsiders.text),
        receivers=tuple(
            Receiver(say(each.name), each.kind, say(each.text), names(each.fields))
            for each in document.recipient.values()
        ),
        kept=tuple(Kept(level.name, kept.quarters, say(kept.text)) for level, kept in document.retention.items()),
        rights=tuple(Said(say(right.name), say(right.text)) for right in document.right.values()),
        automated_decisions=gettext("extract.about.automated"),
        other_people=gettext("extract.about.others"),
        other_registers=Said(_names(document.other_register, language), say(document.other_registers.text)),
        not_here=tuple(
            NotHere(each.table, each.columns, gettext(WHY[each.why])) for each in not_told() if each.why is not None
        ),
    )  # fmt: skip


def _categories() -> list[Category]:
    found = {category for table in labels().values() for category in table.columns.values()}
    return [category for category in CATEGORY if category in found]


def _names(named: Mapping[str, object], language: Language) -> str:
    return ", ".join(each.name.written_in(language) for each in named.values())  # type: ignore[attr-defined]
