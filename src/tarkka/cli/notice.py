"""A description as plain text in one language, for `tarkka description show`. Headings are the operator's English."""

from collections.abc import Iterator

from tarkka.description.schema import Document, Text
from tarkka.description.value import Description
from tarkka.vocabulary import Language, Part


def notice(description: Description, language: Language) -> str:
    """Return all that an `as_of` value says, its texts in the language; what the source does not give is marked."""
    return "\n".join(_Notice(description, language).lines())


class _Notice:
    def __init__(self, description: Description, language: Language) -> None:
        self._description = description
        self._document: Document = description.document
        self._language = language

    def lines(self) -> Iterator[str]:
        document = self._document
        yield self._say(document.register.name).upper()
        yield self._say(document.register.about)
        yield f"{self._say(document.controller.name)}: {self._say(document.controller.contact)}"
        officer = document.data_protection_officer
        yield f"{self._say(officer.name)}: {self._say(officer.contact)}{_own(officer.own_choice)}"
        yield from self._collection()
        yield from self._purposes()
        yield from self._choices()
        yield from self._kept_and_received()
        yield from self._rights()

    def _say(self, text: Text) -> str:
        return text.written_in(self._language)

    def _collection(self) -> Iterator[str]:
        document = self._document
        yield f"\nWHAT IS COLLECTED ({document.register.currency}, {document.register.time_zone})"
        for level, explained in document.level.items():
            yield f"{level.name}: {self._say(explained.name)}. {self._say(explained.text)}"
        day = self._description.from_day or self._description.days_of_change[-1]
        for chain, channel in self._description.pairs:
            since, level = self._description.level_since(chain, channel, day)
            yield f"  {self._say(document.chain[chain].name)} ({chain}), {channel}: {level.name} since {since}"
        yield self._say(document.ground.text)
        yield self._say(document.refusal.text)

    def _purposes(self) -> Iterator[str]:
        yield "\nWHAT IT IS USED FOR, AND BY WHOM"
        for purpose, rule in self._document.purpose.items():
            law = f"; {rule.law}" if rule.law else ""
            yield f"{self._say(rule.name)} ({purpose}): {rule.level.name}. GDPR {rule.basis.article}, {rule.basis}{law}"
            yield f"  {self._say(rule.text)}"
            if rule.interest is not None:
                yield f"  {self._say(rule.interest)}"
            for use in rule.use:
                roles = ", ".join(self._say(self._document.role[role].name) for role in use.roles)
                case = ", with a case" if use.needs_case else ""
                on = ", also restricted data" if use.under_restriction else ""
                yield f"  {roles}: {', '.join(use.subjects)} at {(use.level or rule.level).name}{case}{on}"
        for code, situation in self._document.situation.items():
            kept = f", whatever objection {', '.join(situation.kept_under)}" if situation.kept_under else ""
            one = ", that one receipt" if situation.one_receipt else ""
            level = f", purchases at {situation.level.name}{one}{kept}" if Part.PURCHASES in situation.shows else ""
            alone = ", without the customer and reviewed afterwards" if situation.break_glass else ""
            shows = ", ".join(part for part in situation.shows if part is not Part.PURCHASES)
            yield f"  {self._say(situation.name)} ({code}, {situation.minutes} min): {shows}{level}{alone}"

    def _choices(self) -> Iterator[str]:
        yield "\nWHAT YOU CAN CHOOSE"
        for objection, rule in self._document.objection.items():
            yield f"{objection}: {self._say(rule.name)}"
            yield f"  {self._say(rule.topic)}. {self._say(rule.question)}"
            for text in (*rule.changes, *rule.keeps):
                yield f"  {self._say(text)}"
            lowered = ", ".join(
                f"{self._say(self._document.purpose[purpose].name)} {level.name}"
                for purpose, level in rule.lowers.items()
            )
            yield f"  Leaves: {lowered}"
        for place in self._document.place.values():
            yield f"  {self._say(place.name)}: {self._say(place.text)}"

    def _kept_and_received(self) -> Iterator[str]:
        document = self._document
        yield "\nHOW LONG IT IS KEPT"
        for level, kept in document.retention.items():
            yield f"{level.name}: {kept.quarters} quarters{_own(kept.own_choice)}. {self._say(kept.text)}"
        yield "\nWHO RECEIVES IT"
        yield self._say(document.outsiders.text)
        for recipient in document.recipient.values():
            law = f", {recipient.law}" if recipient.law else ""
            yield f"{self._say(recipient.name)} ({recipient.kind}{law}){_own(recipient.own_choice)}"
            yield f"  {self._say(recipient.text)}"
            yield f"  {', '.join(self._say(document.field[code].name) for code in recipient.fields)}"

    def _rights(self) -> Iterator[str]:
        document = self._document
        yield "\nHOW CHANGES ARE TOLD"
        yield f"{self._say(document.notice.text)}{_own(document.notice.own_choice)}"
        yield "  " + ", ".join(
            f"{self._say(channel.name)} ({channel.kind})" for channel in document.notice_channel.values()
        )
        yield "\nYOUR RIGHTS"
        for right in document.right.values():
            yield f"{self._say(right.name)}. {self._say(right.text)}"
        yield f"\n{self._say(document.supervision.text)}"
        yield self._say(document.security.text)
        yield self._say(document.other_registers.text)
        yield "  " + ", ".join(self._say(other.name) for other in document.other_register.values())


def _own(own_choice: bool) -> str:
    return " [this description's own choice]" if own_choice else ""
