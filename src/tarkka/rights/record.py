"""The record of processing activities that GDPR article 30(1) demands, made from the register description.

What the description says is not said again: the record is its words in the article's order, (a) to (g), and the data
categories of the data map.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.schema import Document, Text
from tarkka.rights.tables import labels
from tarkka.rights.words import BASIS
from tarkka.vocabulary import Category, Language, Role
from tarkka.wording import formats

CATEGORY = {
    Category.ACCOUNT: msgid("record.category.account"),
    Category.CARD: msgid("record.category.card"),
    Category.CHOICE: msgid("record.category.choice"),
    Category.CONTACT: msgid("record.category.contact"),
    Category.EMPLOYEE: msgid("record.category.employee"),
    Category.HOUSEHOLD: msgid("record.category.household"),
    Category.IDENTITY: msgid("record.category.identity"),
    Category.PURCHASE: msgid("record.category.purchase"),
    Category.TRAIL: msgid("record.category.trail"),
}
MEASURES = (
    msgid("record.measure.door"),
    msgid("record.measure.least"),
    msgid("record.measure.staff"),
    msgid("record.measure.trail"),
    msgid("record.measure.keys"),
    msgid("record.measure.minimised"),
)
"""What the program itself does for security, besides what the description says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the record: what it is called, and what is said of it, line by line."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One point of article 30(1)."""

    point: str
    title: str
    entries: tuple[Entry, ...]


def record(document: Document, language: Language) -> tuple[Section, ...]:
    """Return the record in a language, in the article's order: a section for each of its points, (a) to (g)."""
    with translation.override(language):
        return _Record(document, language).sections()


class _Record:
    def __init__(self, document: Document, language: Language) -> None:
        self._document = document
        self._language = language

    def sections(self) -> tuple[Section, ...]:
        return (
            Section("a", gettext("record.controller"), tuple(self._controller())),
            Section("b", gettext("record.purposes"), tuple(self._purposes())),
            Section("c", gettext("record.categories"), tuple(self._categories())),
            Section("d", gettext("record.recipients"), tuple(self._recipients())),
            Section("e", gettext("record.transfers"), (Entry("", (gettext("record.transfers.none"),)),)),
            Section("f", gettext("record.retention"), tuple(self._retention())),
            Section("g", gettext("record.security"), tuple(self._security())),
        )

    def _say(self, text: Text) -> str:
        return text.written_in(self._language)

    def _controller(self) -> Iterator[Entry]:
        document = self._document
        yield Entry(gettext("record.register"), (self._say(document.register.name), self._say(document.register.about)))
        controller, officer = document.controller, document.data_protection_officer
        yield Entry(gettext("record.controller.name"), (self._say(controller.name), self._say(controller.contact)))
        yield Entry(gettext("record.officer"), (self._say(officer.name), self._say(officer.contact)))

    def _purposes(self) -> Iterator[Entry]:
        for rule in self._document.purpose.values():
            law = f"; {rule.law}" if rule.law else ""
            users = dict.fromkeys(role for use in rule.use for role in use.roles)
            lines = [
                self._say(rule.text),
                gettext("record.basis %(basis)s")
                % {"basis": f"{gettext(BASIS[rule.basis])}, GDPR {rule.basis.article}{law}"},
                gettext("record.level %(level)s") % {"level": self._say(self._document.level[rule.level].name)},
                gettext("record.users %(roles)s") % {"roles": ", ".join(map(self._role, users))},
            ]
            if rule.interest:
                lines.insert(2, gettext("record.interest %(interest)s") % {"interest": self._say(rule.interest)})
            yield Entry(self._say(rule.name), tuple(lines))

    def _role(self, role: Role) -> str:
        return self._say(self._document.role[role].name)

    def _categories(self) -> Iterator[Entry]:
        yield Entry(gettext("record.persons"), (gettext("record.persons.customers"), gettext("record.persons.staff")))
        found = {category for table in labels().values() for category in table.columns.values()}
        yield Entry(gettext("record.data"), tuple(gettext(CATEGORY[each]) for each in CATEGORY if each in found))

    def _recipients(self) -> Iterator[Entry]:
        yield Entry("", (self._say(self._document.outsiders.text),))
        for each in self._document.recipient.values():
            fields = ", ".join(self._say(self._document.field[code].name) for code in each.fields)
            lines = [self._say(each.text), gettext("record.fields %(fields)s") % {"fields": fields}]
            yield Entry(self._say(each.name), (*lines, each.law) if each.law else tuple(lines))

    def _retention(self) -> Iterator[Entry]:
        for level, kept in self._document.retention.items():
            time = gettext("record.kept %(time)s") % {"time": formats.quarters(kept.quarters, self._language)}
            yield Entry(self._say(self._document.level[level].name), (time, self._say(kept.text)))

    def _security(self) -> Iterator[Entry]:
        yield Entry("", (self._say(self._document.security.text), self._say(self._document.supervision.text)))
        yield Entry(gettext("record.measures"), tuple(gettext(each) for each in MEASURES))


def as_markdown(document: Document, language: Language) -> str:
    """Return the record as Markdown, its title first."""
    with translation.override(language):
        parts = [f"## {gettext('record.title')}", gettext("record.text")]
    for section in record(document, language):
        parts.append(f"### ({section.point}) {section.title}")
        for entry in section.entries:
            lines = "\n".join(f"- {line}" for line in entry.lines)
            parts.append(f"**{entry.name}**\n\n{lines}" if entry.name else "\n\n".join(entry.lines))
    return "\n\n".join(parts) + "\n"
