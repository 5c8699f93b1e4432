"""What the PDF of an extract says, in the person's language: `extract.typ` sets it on paper.

The PDF in a download sums the person's own looks by month, since JSON and CSV have each; on paper, which comes alone,
every look is told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from tarkka.description.schema import Basis
from tarkka.rights import rows, words
from tarkka.rights.extract import Extract
from tarkka.rights.phrases import SEPARATOR, Phrases, table
from tarkka.rights.purchases import purchases
from tarkka.vocabulary import Act, Outcome, Purpose, RequestKind, Role
from tarkka.wording import formats
from tarkka.wording.words import ACT, HOLD, IDENTIFIED, OUTCOME, REQUEST


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
            % {"name": name, "moment": writer.say.moment(extract.made_at)},
            "empty": gettext("extract.empty"),
            "sections": list(writer.sections()),
            "purchases": purchases(extract.tables, writer.say),
            "after": list(writer.after()),
        }


class _Writer:
    def __init__(self, extract: Extract, *, is_whole: bool) -> None:
        self._extract = extract
        self._document = extract.document
        self._tables = extract.tables
        self._is_whole = is_whole
        self.say = Phrases(extract.language, extract.document)

    def sections(self) -> Iterator[dict[str, object]]:
        """Yield what comes before the purchases."""
        yield _facts(gettext("extract.person"), self._person())
        yield table(
            gettext("extract.memberships"),
            [gettext("extract.household"), gettext("extract.as"), gettext("extract.valid")],
            [
                [
                    str(each.household),
                    gettext("extract.main_member") if each.is_main_member else gettext("extract.member"),
                    self.say.period(each.started_at, each.ended_at),
                ]
                for each in self._tables["memberships"]
            ],
        )
        yield table(
            gettext("extract.cards"),
            [gettext("extract.number"), gettext("extract.valid")],
            [[each.number, self.say.period(each.opened_at, each.closed_at)] for each in self._tables["cards"]],
        )
        yield table(
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
        yield table(
            gettext("extract.payout_accounts"),
            [gettext("extract.account"), gettext("extract.given")],
            [[each.iban, self.say.moment(each.set_at)] for each in self._tables["payout_accounts"]],
        )
        yield table(
            gettext("extract.payouts"),
            [gettext("extract.payout"), gettext("extract.amount"), gettext("extract.account")],
            [
                ["\n".join(self._paid(each)), self.say.amount(each.amount), each.iban]
                for each in self._tables["payouts"]
            ],
        )
        yield from self._choices()

    def _paid(self, payout: rows.Payout) -> Iterator[str]:
        yield formats.month(payout.month, self._extract.language)
        yield self.say.moment(payout.paid_at)
        if payout.returned_at:
            yield gettext("extract.payout.returned %(moment)s") % {"moment": self.say.moment(payout.returned_at)}

    def _person(self) -> Iterator[tuple[str, str]]:
        person = self._extract.person
        yield gettext("extract.name"), f"{person.given_name} {person.family_name}"
        yield gettext("extract.identity_code"), person.identity_code
        yield gettext("extract.language"), gettext(words.LANGUAGE[person.language])
        yield gettext("extract.registered"), self.say.moment(person.registered_at)
        yield gettext("extract.id"), str(person.id)

    def _choices(self) -> Iterator[dict[str, object]]:
        yield table(
            gettext("extract.objections"),
            [gettext("extract.choice"), gettext("extract.made"), gettext("extract.withdrawn")],
            [
                [
                    self.say.named(self._document.objection, each.kind),
                    self.say.act(each.made_at, each.made_place, each.made_version),
                    self.say.act(each.withdrawn_at, each.withdrawn_place, each.withdrawn_version)
                    or gettext("extract.in_force"),
                ]
                for each in self._tables["objections"]
            ],
        )
        yield table(
            gettext("extract.wishes"),
            [gettext("extract.purpose"), gettext("extract.kind"), gettext("extract.valid")],
            [
                [
                    self.say.named(self._document.purpose, each.purpose),
                    gettext(words.CONTACT[each.kind]),
                    self.say.period(each.wished_at, each.ended_at),
                ]
                for each in self._tables["wishes"]
            ],
        )
        yield table(
            gettext("extract.sent_receipts"),
            [gettext("extract.purchase_id"), gettext("extract.sent")],
            [
                [str(each.receipt), self._sent(each.sent_at, is_refused=each.is_refused)]
                for each in self._tables["sent_receipts"]
            ],
        )
        yield table(
            gettext("extract.recalls"),
            [gettext("extract.recall"), gettext("extract.purchase_id"), gettext("extract.found")],
            [
                [
                    f"{each.product or ''} ({each.recall})\n{gettext(words.CERTAINTY[each.certainty])}",
                    f"{each.receipt}\n{self.say.moment(each.purchased_at)}",
                    self.say.moment(each.found_at),
                ]
                for each in self._tables["recalls"]
            ],
        )
        yield table(
            gettext("extract.recall_notices"),
            [gettext("extract.recall"), gettext("extract.kind"), gettext("extract.sent")],
            [
                [str(each.recall), gettext(words.CHANNEL[each.channel]), self._noticed(each)]
                for each in self._tables["recall_notices"]
            ],
        )
        yield table(
            gettext("extract.recalls_read"),
            [gettext("extract.recall"), gettext("extract.when")],
            [[str(each.recall), self.say.moment(each.at)] for each in self._tables["recalls_read"]],
        )
        yield table(
            gettext("extract.restrictions"),
            [gettext("extract.valid"), gettext("extract.reason")],
            [
                [
                    self.say.period(each.started_at, each.ended_at),
                    "\n".join(filter(None, [each.reason, each.end_reason])),
                ]
                for each in self._tables["restrictions"]
            ],
        )
        yield table(
            gettext("extract.level_caps"),
            [gettext("extract.level"), gettext("extract.valid"), gettext("extract.reason")],
            [
                [self.say.level(each.level), self.say.period(each.started_at, each.ended_at), each.reason]
                for each in self._tables["level_caps"]
            ],
        )

    def _sent(self, at: datetime, *, is_refused: bool) -> str:
        return self.say.moment(at) + ("; " + gettext("extract.undelivered") if is_refused else "")

    def _noticed(self, notice: rows.RecallNotice) -> str:
        state = gettext(words.NOTICE[notice.state])
        told = [state, self.say.moment(notice.told_at or notice.begun_at), str(notice.attempts), notice.failed_why]
        if notice.use_safety_contact:
            told.append(gettext("extract.for_safety_only"))
        if notice.is_only_way:
            told.append(gettext("extract.only_way"))
        return "; ".join(filter(None, told))

    def after(self) -> Iterator[dict[str, object]]:
        """Yield what comes after the purchases: what of them is held, the trail, what was asked, the register."""
        yield table(
            gettext("extract.held"),
            [gettext("extract.purchase_id"), gettext("extract.held.what"), gettext("extract.held.for")],
            list(self._held()),
            text=gettext("extract.held.text"),
        )
        yield self._looks()
        yield table(
            gettext("extract.cases"),
            [gettext("extract.case"), gettext("extract.identified"), gettext("extract.valid")],
            [
                [
                    f"{self.say.named(self._document.situation, each.situation)} ({each.id})",
                    ", ".join(filter(None, self._customer_of(each))),
                    self.say.period(each.opened_at, each.closes_at),
                ]
                for each in self._tables["cases"]
            ],
        )
        yield table(
            gettext("extract.glass_notices"),
            [gettext("extract.case"), gettext("extract.sent")],
            [
                [str(each.case), self._sent(each.sent_at, is_refused=each.is_refused)]
                for each in self._tables["glass_notices"]
            ],
        )
        yield table(
            gettext("extract.acts"),
            [gettext("extract.act"), gettext("extract.look"), gettext("extract.when")],
            [[gettext(ACT[Act(each.act)]), str(each.look), self.say.moment(each.at)] for each in self._tables["acts"]],
        )
        yield table(
            gettext("extract.extracts"),
            [gettext("extract.way"), gettext("extract.asked"), gettext("extract.made")],
            [
                [
                    gettext(words.WAY[each.way]) + ("; " + gettext("extract.may_cost") if each.may_cost else ""),
                    self.say.moment(each.asked_at),
                    self.say.moment(each.made_at) if each.made_at else gettext("extract.not_made"),
                ]
                for each in self._tables["extracts"]
            ],
        )
        yield table(
            gettext("extract.requests"),
            [gettext("extract.request"), gettext("extract.received"), gettext("extract.answered")],
            [self._request(each) for each in self._tables["requests"]],
        )
        yield table(
            gettext("extract.erasures"),
            [gettext("extract.request"), gettext("extract.made"), gettext("extract.erased")],
            [[str(each.request), self.say.moment(each.at), each.counts] for each in self._tables["erasures"]],
        )
        yield table(
            gettext("extract.breaches"),
            [gettext("extract.found"), gettext("extract.told")],
            [[self.say.moment(each.found_at), each.told] for each in self._tables["breaches"]],
        )
        yield from self._about()

    def _held(self) -> Iterator[list[str]]:
        for each in self._tables["held_receipts"]:
            what = f"{each.outlet}\n{self.say.money(each.total, each.currency)}"
            yield [f"{each.id}\n{self.say.moment(each.purchased_at)}", what, self._held_for(each)]
        for each in (*self._tables["held_receipt_groups"], *self._tables["held_receipt_lines"]):
            name = each.name if isinstance(each, rows.HeldReceiptLine) else each.group_name or each.group
            what = f"{name}\n{self.say.amount(each.amount)}"
            yield [f"{each.receipt}\n{self.say.moment(each.purchased_at)}", what, self._held_for(each)]

    def _held_for(self, each: rows.HeldReceipt | rows.HeldReceiptGroup | rows.HeldReceiptLine) -> str:
        return f"{self.say.word(each.held_for, HOLD)} ({each.held_for_number})"

    def _looks(self) -> dict[str, object]:
        looks = sorted(self._tables["looks"], key=lambda look: look.at)
        return {
            "title": gettext("extract.looks"),
            "text": gettext("extract.looks.text"),
            "months": [
                {"title": month, "lines": "\n".join(self._looks_of(list(some)))}
                for month, some in groupby(looks, key=lambda look: self.say.month(look.at))
            ],
        }

    def _looks_of(self, looks: list[rows.Look]) -> Iterator[str]:
        own = [] if self._is_whole else [each for each in looks if each.is_own and not each.refusal]
        if own:
            yield gettext("extract.looked %(times)s") % {"times": len(own)}
        for each in looks:
            if self._is_whole or not each.is_own or each.refusal:
                yield SEPARATOR.join(self._look(each))

    def _look(self, look: rows.Look) -> Iterator[str]:
        yield f"{self.say.moment(look.at)} ({look.id})"
        who = self.say.named(self._document.role, look.role)
        if look.role == Role.CUSTOMER and not look.is_own:
            who = gettext("looks.household") if look.subject == "household" else gettext("looks.customer")
        elif look.subject != "person":
            who += f" ({gettext(words.SUBJECT[look.subject])})"
        yield who
        yield self.say.named(self._document.purpose, look.purpose)
        if look.basis:
            yield f"GDPR {Basis(look.basis).article}"
        if look.case:
            about = gettext("looks.recall") if look.purpose == Purpose.RECALL else gettext("looks.case")
            yield f"{about} {look.case}"
        yield self.say.level(look.level) if look.level else f"{gettext('looks.refused')} ({look.refusal})"
        if look.version is not None:
            yield self.say.version(look.version)

    def _customer_of(self, case: rows.Case) -> Iterator[str | None]:
        yield gettext("extract.break_glass") if case.break_glass else None
        yield self.say.place(case.place) if case.place else None
        yield case.identified_by and gettext(IDENTIFIED.get(case.identified_by, case.identified_by))
        yield case.call_ref

    def _request(self, request: rows.Request) -> list[str]:
        due = gettext("extract.due %(day)s") % {"day": self.say.day(request.due_on)}
        received = [f"{self.say.moment(request.received_at)}, {self.say.place(request.place)}", due]
        if request.extended_at:
            received.append(
                gettext("extract.extended %(moment)s %(reason)s")
                % {"moment": self.say.moment(request.extended_at), "reason": request.extension_reason}
            )
        answered = [gettext("extract.waiting")]
        if request.answered_at and request.outcome:
            answered = [
                self.say.moment(request.answered_at),
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
        yield table(
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
                (each.name, "\n".join(filter(None, [each.text, each.interest, self.say.law(each.article, each.law)])))
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
                    self.say.level(each.level),
                    gettext("extract.about.quarters %(quarters)s") % {"quarters": each.quarters} + f" {each.text}",
                )
                for each in about.kept
            ],
        )
        yield _facts(gettext("extract.about.rights"), [(each.name, each.text) for each in about.rights])


def _facts(title: str, facts: Iterable[tuple[str, str]]) -> dict[str, object]:
    return {"title": title, "facts": [list(each) for each in facts]}


def _grouped(found: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    parts: dict[str, list[Any]] = {}
    for each in found:
        parts.setdefault(each.why, []).append(each)
    return list(parts.items())
