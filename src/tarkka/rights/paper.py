"""What the PDF of an extract says, in the person's language: `extract.typ` sets it on paper.

The PDF in a download sums the person's own looks by month, since JSON and CSV have each; on paper, which comes alone,
every look is told.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from tarkka.description.schema import Basis
from tarkka.rights import rows, words
from tarkka.rights.extract import Extract
from tarkka.vocabulary import Level, Outcome, RequestKind, Role
from tarkka.wording import formats
from tarkka.wording.words import CHANNEL, OUTCOME, PAYMENT_METHOD, REQUEST, UNIT

_SEPARATOR = " · "


def paper(extract: Extract, *, address: str | None = None) -> dict[str, object]:
    """Return the data of `extract.typ`; with a postal address, of a letter that tells everything."""
    with translation.override(extract.language):
        writer = _Writer(extract, is_whole=address is not None)
        name = f"{extract.person.given_name} {extract.person.family_name}"
        return {
            "title": gettext("extract.title"),
            "letter": None if address is None else {"name": name, "lines": address.splitlines()},
            "register": extract.about.register.name,
            "lead": gettext("extract.lead %(name)s %(moment)s")
            % {"name": name, "moment": writer.moment(extract.made_at)},
            "empty": gettext("extract.empty"),
            "sections": list(writer.sections()),
            "purchases": writer.purchases(),
            "after": list(writer.after()),
        }


class _Writer:
    def __init__(self, extract: Extract, *, is_whole: bool) -> None:
        self._extract = extract
        self._document = extract.document
        self._tables = extract.tables
        self._is_whole = is_whole
        self._marks: dict[str, int] = {}
        # Figures are told thousands of times, and most of them are the same few.
        self._money = cache(lambda units, currency: formats.money(int(units * 100), currency, extract.language))
        self._amount = cache(lambda units: formats.amount(int(units * 100), extract.language))
        self._number = cache(partial(formats.number, language=extract.language))
        self._day = cache(partial(formats.day, language=extract.language))

    def sections(self) -> Iterator[dict[str, object]]:
        """Yield what comes before the purchases."""
        yield _facts(gettext("extract.person"), self._person())
        yield _table(
            gettext("extract.memberships"),
            [gettext("extract.household"), gettext("extract.as"), gettext("extract.valid")],
            [
                [
                    str(each.household),
                    gettext("extract.main_member") if each.is_main_member else gettext("extract.member"),
                    self._period(each.started_at, each.ended_at),
                ]
                for each in self._tables["memberships"]
            ],
        )
        yield _table(
            gettext("extract.cards"),
            [gettext("extract.number"), gettext("extract.valid")],
            [[each.number, self._period(each.opened_at, each.closed_at)] for each in self._tables["cards"]],
        )
        yield _table(
            gettext("extract.contacts"),
            [gettext("extract.kind"), gettext("extract.value"), gettext("extract.used_for")],
            [
                [
                    gettext(words.CONTACT[each.kind]),
                    each.value,
                    gettext("extract.for_safety_only") if each.for_safety_only else gettext("extract.for_all"),
                ]
                for each in self._tables["contacts"]
            ],
        )
        yield from self._choices()

    def _person(self) -> Iterator[tuple[str, str]]:
        person = self._extract.person
        yield gettext("extract.name"), f"{person.given_name} {person.family_name}"
        yield gettext("extract.identity_code"), person.identity_code
        yield gettext("extract.language"), gettext(words.LANGUAGE[person.language])
        yield gettext("extract.registered"), self.moment(person.registered_at)
        yield gettext("extract.id"), str(person.id)

    def _choices(self) -> Iterator[dict[str, object]]:
        yield _table(
            gettext("extract.objections"),
            [gettext("extract.choice"), gettext("extract.made"), gettext("extract.withdrawn")],
            [
                [
                    self._named(self._document.objection, each.kind),
                    self._act(each.made_at, each.made_place, each.made_version),
                    self._act(each.withdrawn_at, each.withdrawn_place, each.withdrawn_version)
                    or gettext("extract.in_force"),
                ]
                for each in self._tables["objections"]
            ],
        )
        yield _table(
            gettext("extract.wishes"),
            [gettext("extract.purpose"), gettext("extract.kind"), gettext("extract.valid")],
            [
                [
                    self._named(self._document.purpose, each.purpose),
                    gettext(words.CONTACT[each.kind]),
                    self._period(each.wished_at, each.ended_at),
                ]
                for each in self._tables["wishes"]
            ],
        )
        yield _table(
            gettext("extract.sent_receipts"),
            [gettext("extract.purchase_id"), gettext("extract.sent")],
            [
                [
                    str(each.receipt),
                    self.moment(each.sent_at) + ("; " + gettext("extract.undelivered") if each.is_refused else ""),
                ]
                for each in self._tables["sent_receipts"]
            ],
        )
        yield _table(
            gettext("extract.level_caps"),
            [gettext("extract.level"), gettext("extract.valid"), gettext("extract.reason")],
            [
                [self._level(each.level), self._period(each.started_at, each.ended_at), each.reason]
                for each in self._tables["level_caps"]
            ],
        )

    def purchases(self) -> dict[str, object]:
        """Return the receipts by year, each with its lines and the sums of its groups; and what marks stand for.

        What is the same for most receipts is told once, under a mark: a paper of ten years is then shorter by a third.
        """
        lines = _by_receipt(self._tables["receipt_lines"])
        groups = _by_receipt(self._tables["receipt_groups"])
        years = [
            {
                "title": str(year),
                "receipts": [self._receipt(each, lines.get(each.id, ()), groups.get(each.id, ())) for each in receipts],
            }
            for year, receipts in groupby(self._tables["receipts"], key=lambda receipt: receipt.purchased_at.year)
        ]
        return {
            "title": gettext("extract.purchases"),
            "marks": _table(
                gettext("extract.marks"),
                [gettext("extract.mark"), gettext("extract.means")],
                [[f"{number}", text] for text, number in self._marks.items()],
            ),
            "years": years,
        }

    def _receipt(
        self, receipt: rows.Receipt, lines: Iterable[rows.ReceiptLine], groups: Iterable[rows.ReceiptGroup]
    ) -> dict[str, object]:
        head = [self.moment(receipt.purchased_at), receipt.outlet]
        if receipt.kind == "return":
            head.append(gettext("receipt.return"))
        return {
            "head": _SEPARATOR.join(head),
            "total": self._money(receipt.total, receipt.currency),
            "notes": _SEPARATOR.join(self._notes(receipt)),
            "groups": "; ".join(f"{each.group_name or each.group} {self._amount(each.amount)}" for each in groups),
            "lines": [self._line(each) for each in lines],
        }

    def _notes(self, receipt: rows.Receipt) -> Iterator[str]:
        yield gettext("extract.receipt %(number)s") % {"number": receipt.receipt_number}
        yield f"{gettext('extract.id')} {receipt.id}"
        for each in receipt.payments:
            paid = self._word(each.method, PAYMENT_METHOD)
            yield paid if each.amount == receipt.total else f"{paid} {self._money(each.amount, receipt.currency)}"
        yield f"{gettext('receipt.bonus_eligible')} {self._money(receipt.bonus_eligible, receipt.currency)}"
        if receipt.card_benefit:
            yield f"{gettext('receipt.card_benefit')} {self._money(receipt.card_benefit, receipt.currency)}"
        if receipt.refers_to is not None:
            of = self.moment(receipt.refers_to_at) if receipt.refers_to_at else ""
            yield gettext("extract.refers_to %(id)s %(moment)s") % {"id": receipt.refers_to, "moment": of}
        yield gettext("extract.mark %(number)s") % {"number": self._mark(receipt)}

    def _mark(self, receipt: rows.Receipt) -> int:
        said = [
            self._named(self._document.chain, receipt.chain),
            self._word(receipt.channel, CHANNEL),
            self._level(receipt.level),
            self._version(receipt.version),
            f"{gettext('extract.household')} {receipt.household}",
        ]
        if receipt.source:
            said.append(gettext("extract.source %(name)s") % {"name": receipt.source})
        return self._marks.setdefault(_SEPARATOR.join(said), len(self._marks) + 1)

    def _line(self, line: rows.ReceiptLine) -> list[str]:
        parts = [line.name, f"{self._number(line.quantity)} {self._word(line.unit, UNIT)}"]
        parts += [code for code in (line.gtin, line.product_code) if code]
        if line.lot:
            parts.append(gettext("extract.lot %(lot)s") % {"lot": line.lot})
        return [_SEPARATOR.join(parts), self._amount(line.amount)]

    def after(self) -> Iterator[dict[str, object]]:
        """Yield what comes after the purchases: the trail, what was asked, and what the register is."""
        yield self._looks()
        yield _table(
            gettext("extract.extracts"),
            [gettext("extract.way"), gettext("extract.asked"), gettext("extract.made")],
            [
                [
                    gettext(words.WAY[each.way]) + ("; " + gettext("extract.may_cost") if each.may_cost else ""),
                    self.moment(each.asked_at),
                    self.moment(each.made_at) if each.made_at else gettext("extract.not_made"),
                ]
                for each in self._tables["extracts"]
            ],
        )
        yield _table(
            gettext("extract.requests"),
            [gettext("extract.request"), gettext("extract.received"), gettext("extract.answered")],
            [self._request(each) for each in self._tables["requests"]],
        )
        yield from self._about()

    def _looks(self) -> dict[str, object]:
        looks = self._tables["looks"]
        own = [] if self._is_whole else [each for each in looks if each.is_own and not each.refusal]
        others = [each for each in looks if self._is_whole or not each.is_own or each.refusal]
        summed = [
            [
                formats.month(first, self._extract.language),
                gettext("extract.looked %(times)s") % {"times": len(list(same))},
                "",
                "",
            ]
            for first, same in groupby(own, key=lambda look: look.at.date().replace(day=1))
        ]
        return _table(
            gettext("extract.looks"),
            [gettext("looks.when"), gettext("looks.why"), gettext("looks.who"), gettext("looks.level")],
            [self._look(each) for each in others] + summed,
            text=gettext("extract.looks.text"),
        )

    def _look(self, look: rows.Look) -> list[str]:
        why = [self._named(self._document.purpose, look.purpose)]
        if look.basis:
            why.append(self._basis(look.basis))
        if look.case:
            why.append(f"{gettext('looks.case')} {look.case}")
        if look.version is not None:
            why.append(self._version(look.version))
        who = self._named(self._document.role, look.role)
        if look.role == Role.CUSTOMER and not look.is_own:
            who = gettext("looks.household") if look.subject == "household" else gettext("looks.customer")
        elif look.subject != "person":
            who += f" ({gettext(words.SUBJECT[look.subject])})"
        level = self._level(look.level) if look.level else f"{gettext('looks.refused')} ({look.refusal})"
        return [f"{self.moment(look.at)} ({look.id})", _SEPARATOR.join(why), who, level]

    def _basis(self, basis: str) -> str:
        return f"GDPR {Basis(basis).article}"

    def _request(self, request: rows.Request) -> list[str]:
        due = gettext("extract.due %(day)s") % {"day": self._day(request.due_on)}
        received = [f"{self.moment(request.received_at)}, {self._place(request.place)}", due]
        if request.extended_at:
            received.append(
                gettext("extract.extended %(moment)s %(reason)s")
                % {"moment": self.moment(request.extended_at), "reason": request.extension_reason}
            )
        answered = [gettext("extract.waiting")]
        if request.answered_at and request.outcome:
            answered = [
                self.moment(request.answered_at),
                gettext(OUTCOME[Outcome(request.outcome)]),
                request.answer or "",
            ]
        return [
            f"{gettext(REQUEST[RequestKind(request.kind)])} ({request.id})\n{request.text}",
            "\n".join(received),
            "\n".join(answered),
        ]

    def _about(self) -> Iterator[dict[str, object]]:
        about = self._extract.about
        yield _table(
            gettext("extract.not_here"),
            [gettext("extract.why"), gettext("extract.what")],
            [
                [why, "; ".join(f"{each.table}: {', '.join(each.columns)}" for each in same)]
                for why, same in _grouped(about.not_here)
            ],
            text=f"{about.other_registers.text} {about.other_registers.name}.\n{about.other_people}",
        )
        yield _facts(
            gettext("extract.about"),
            [
                (about.register.name, about.register.text),
                (about.controller.name, about.controller.text),
                (about.data_protection_officer.name, about.data_protection_officer.text),
                (gettext("extract.about.ground"), about.ground),
                (gettext("extract.about.categories"), "; ".join(about.categories)),
                (gettext("extract.about.source.title"), about.source),
                (gettext("extract.about.automated.title"), about.automated_decisions),
            ],
        )
        yield _facts(
            gettext("extract.about.uses"),
            [
                (each.name, "\n".join(filter(None, [each.text, each.interest, self._law(each.article, each.law)])))
                for each in about.uses
            ],
        )
        yield _facts(
            gettext("extract.about.receivers"),
            [
                ("", about.outsiders),
                *((each.name, f"{each.text}\n{', '.join(each.fields)}") for each in about.receivers),
            ],
        )
        yield _facts(
            gettext("extract.about.kept"),
            [
                (
                    self._level(each.level),
                    gettext("extract.about.quarters %(quarters)s") % {"quarters": each.quarters} + f" {each.text}",
                )
                for each in about.kept
            ],
        )
        yield _facts(gettext("extract.about.rights"), [(each.name, each.text) for each in about.rights])

    def moment(self, at: datetime) -> str:
        """Return day and time of a time of the register's zone."""
        time = formats.clock(at, self._extract.language)
        return gettext("time.at %(day)s %(time)s") % {"day": self._day(at.date()), "time": time}

    def _word(self, code: str, of: Mapping[Any, str]) -> str:
        """The word for a code; one that has none is shown as the source wrote it."""
        return gettext(of[code]) if code in of else code

    def _law(self, article: str, law: str | None) -> str:
        return f"GDPR {article}" + (f"; {law}" if law else "")

    def _level(self, name: str) -> str:
        return self._named(self._document.level, Level[name])

    def _named(self, table: Mapping[Any, Any], code: object) -> str:
        """What the description calls it; what it no longer has is shown as it is."""
        return table[code].name.written_in(self._extract.language) if code in table else str(code)

    def _place(self, place: str) -> str:
        return self._named(self._document.place, place)

    def _version(self, number: int) -> str:
        return gettext("extract.version %(number)s") % {"number": number}

    def _act(self, at: Any, place: str | None, version: int | None) -> str:  # noqa: ANN401  # a time or None
        if at is None or place is None or version is None:
            return ""
        return _SEPARATOR.join([self.moment(at), self._place(place), self._version(version)])

    def _period(self, start: Any, end: Any) -> str:  # noqa: ANN401
        return f"{self.moment(start)} – {self.moment(end) if end else ''}".rstrip()


def _table(title: str, head: list[str], found: list[list[str]], *, text: str = "") -> dict[str, object]:
    return {"title": title, "head": head, "rows": found, "text": text}


def _facts(title: str, facts: Iterable[tuple[str, str]]) -> dict[str, object]:
    return {"title": title, "facts": [list(each) for each in facts]}


def _by_receipt(found: Iterable[Any]) -> dict[int, list[Any]]:
    parts: dict[int, list[Any]] = {}
    for each in found:
        parts.setdefault(each.receipt, []).append(each)
    return parts


def _grouped(found: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    parts: dict[str, list[Any]] = {}
    for each in found:
        parts.setdefault(each.why, []).append(each)
    return list(parts.items())
