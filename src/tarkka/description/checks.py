"""What the parts of a description must be to each other.

Each check names the tables that it reads, so that a fault in one table does not hide those in the others.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tarkka.description.errors import Problem, choose
from tarkka.description.schema import Basis, Document, NoticeKind, PurposeRule, UseRule
from tarkka.vocabulary import Level, Objection, Part, Purpose, Role, SubjectKind

FORMAT = 1
_CODE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_OUTSIDE_STAFF = (Role.AUTOMATIC, Role.CUSTOMER)


def problems_of(document: Document, sound: frozenset[str]) -> list[Problem]:
    """Return every problem between the sound tables of a document, in the order of the checks below."""
    return [problem for needs, check in _CHECKS if sound.issuperset(needs) for problem in check(document)]


def _register(document: Document) -> Iterator[Problem]:
    zone = document.register.time_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem(
            "register.time_zone",
            f"{zone!r} is no time zone",
            "Name one as the IANA database does, for instance Europe/Helsinki.",
        )
    if not re.fullmatch("[A-Z]{3}", document.register.currency):
        yield Problem(
            "register.currency",
            f"{document.register.currency!r} is no currency code",
            "Write its three letters, for instance EUR.",
        )


def _format(document: Document) -> Iterator[Problem]:
    if document.format != FORMAT:
        yield Problem(
            "format", f"this is format {document.format}", f"Write format {FORMAT}, which docs/description.md explains."
        )


def _chains(document: Document) -> Iterator[Problem]:
    if not document.chain:
        yield Problem("chain", "no chain is named", "Add a table [chain.CODE] for each chain.")
    for code, chain in document.chain.items():
        if not _CODE.fullmatch(code):
            yield Problem(
                f"chain.{code}",
                "the code is not lowercase letters, digits and hyphens",
                "Choose a code such as s-market.",
            )
        yield from _unknown(f"chain.{code}.group", [chain.group], document.chain_group)


def _collection(document: Document) -> Iterator[Problem]:
    if not document.collection:
        yield Problem(
            "collection",
            "no rule says from which day purchases are collected",
            "Add a [[collection]] with from, level, chains and channels.",
        )
    named: dict[tuple[object, ...], int] = {}
    for number, rule in enumerate(document.collection, 1):
        place = f"collection[{number}]"
        yield from _unknown(f"{place}.chains", rule.chains, document.chain)
        yield from _filled(f"{place}.chains", rule.chains)
        yield from _filled(f"{place}.channels", rule.channels)
        for chain in dict.fromkeys(rule.chains):
            for channel in dict.fromkeys(rule.channels):
                first = named.setdefault((rule.from_, chain, channel), number)
                if first != number:
                    yield Problem(
                        place,
                        f"{chain} {channel} from {rule.from_} already has a level in collection[{first}]",
                        "Name each chain and channel once a day.",
                    )


def _levels(document: Document) -> Iterator[Problem]:
    for level in Level:
        if level not in document.level:
            yield Problem(
                f"level.{level.name}", "this level is not explained", f"Add [level.{level.name}] with name and text."
            )


def _purposes(document: Document) -> Iterator[Problem]:
    for purpose, rule in document.purpose.items():
        place = f"purpose.{purpose}"
        if (rule.basis is Basis.LEGITIMATE_INTERESTS) != (rule.interest is not None):
            if rule.interest is None:
                yield Problem(
                    f"{place}.interest", "the legitimate interest is not stated", "Say which it is (GDPR 13(1)(d))."
                )
            else:
                yield Problem(
                    f"{place}.interest",
                    f"an interest is stated, but the basis is {rule.basis}",
                    "Take it out, or change the basis.",
                )
        if rule.basis is Basis.LEGAL_OBLIGATION and rule.law is None:
            yield Problem(f"{place}.law", "the law that obliges is not named", "Name it, for instance GDPR 15.")
        yield from _uses(document, purpose, rule, place)


def _uses(document: Document, purpose: Purpose, rule: PurposeRule, place: str) -> Iterator[Problem]:
    yield from _filled(f"{place}.use", rule.use)
    if rule.use and max(use.level or rule.level for use in rule.use) < rule.level:
        yield Problem(
            f"{place}.level",
            f"no use reaches {rule.level.name}",
            "Lower it to the finest level that some role may use.",
        )
    named: set[tuple[Role, SubjectKind]] = set()
    for number, use in enumerate(rule.use, 1):
        here = f"{place}.use[{number}]"
        yield from _filled(f"{here}.roles", use.roles)
        yield from _filled(f"{here}.subjects", use.subjects)
        yield from _unknown(f"{here}.roles", use.roles, document.role)
        for pair in ((role, subject) for role in dict.fromkeys(use.roles) for subject in dict.fromkeys(use.subjects)):
            if pair in named:
                yield Problem(
                    here, f"{pair[0]} on {pair[1]} is named twice for this purpose", "Name each role and subject once."
                )
            named.add(pair)
        yield from _use(document, rule, use, here)
        if purpose is Purpose.OWN_DATA and Role.CUSTOMER in use.roles and not use.under_restriction:
            yield Problem(
                f"{here}.under_restriction",
                "a restriction would keep people from their own data (GDPR 15, 18)",
                "Write under_restriction = true.",
            )


def _use(document: Document, rule: PurposeRule, use: UseRule, here: str) -> Iterator[Problem]:
    level = use.level or rule.level
    staff = [role for role in use.roles if role in document.role and document.role[role].staff]
    if level > rule.level:
        yield Problem(
            f"{here}.level",
            f"{level.name} is finer than the purpose's own {rule.level.name}",
            "Name that level or a coarser one.",
        )
    if SubjectKind.HOUSEHOLD in use.subjects and level > Level.TOTAL:
        yield Problem(
            f"{here}.level",
            "a household is seen at TOTAL only (R10, R12)",
            'Write level = "TOTAL" here, or take household out.',
        )
    if Role.CUSTOMER in use.roles and {SubjectKind.TRACE, SubjectKind.AUDIENCE}.intersection(use.subjects):
        yield Problem(
            f"{here}.subjects",
            "a customer is let see a group of others (R13)",
            "Customers see a person (themselves) or their household.",
        )
    if staff and level > Level.TOTAL and SubjectKind.PERSON in use.subjects and not use.needs_case:
        yield Problem(
            f"{here}.needs_case",
            "staff see one person finer than TOTAL without a case that needs it (R20, R23)",
            "Write needs_case = true.",
        )
    if use.needs_case and len(staff) < len(use.roles):
        yield Problem(
            f"{here}.needs_case", "only staff have cases", "Give the customer and the program a use of their own."
        )


def _roles(document: Document) -> Iterator[Problem]:
    for role, rule in document.role.items():
        if rule.staff == (role in _OUTSIDE_STAFF):
            yield Problem(
                f"role.{role}.staff",
                f"{role} {'is no member of staff' if rule.staff else 'is staff'}",
                f"Write staff = {str(not rule.staff).lower()}.",
            )


def _objections(document: Document) -> Iterator[Problem]:
    for objection in Objection:
        if objection not in document.objection:
            yield Problem(
                f"objection.{objection}", "this objection is not described", f"Add [objection.{objection}] (R15, R16)."
            )
    for objection, rule in document.objection.items():
        yield from _filled(f"objection.{objection}.changes", rule.changes)
        yield from _filled(f"objection.{objection}.keeps", rule.keeps)
        for purpose, level in rule.lowers.items():
            place = f"objection.{objection}.lowers.{purpose}"
            declared = document.purpose.get(purpose)
            if declared is None:
                yield Problem(place, "the description does not declare this purpose", choose(purpose, document.purpose))
            elif declared.basis is Basis.LEGAL_OBLIGATION:
                yield Problem(
                    place, "the law obliges to this purpose, so an objection cannot lower it (R19)", "Take it out."
                )
            elif level >= declared.level:
                yield Problem(
                    place,
                    f"{level.name} lowers nothing: the purpose uses {declared.level.name}",
                    "Name a coarser level, or take it out.",
                )
            elif any(SubjectKind.TRACE in use.subjects for use in declared.use):
                yield Problem(
                    place,
                    "a trace has no place for objections",
                    "Let the purpose use an audience, which leaves objectors out.",
                )


def _situations(document: Document) -> Iterator[Problem]:
    service = document.purpose.get(Purpose.CUSTOMER_SERVICE)
    for code, rule in document.situation.items():
        place = f"situation.{code}"
        if service is None or rule.level > service.level:
            top = "not declared" if service is None else service.level.name
            yield Problem(
                f"{place}.level",
                f"{rule.level.name} is finer than customer_service, which is {top}",
                "Lower it, or raise the purpose.",
            )
        yield from _filled(f"{place}.shows", rule.shows)
        if Part.PURCHASES not in rule.shows and (rule.level > Level.TOTAL or rule.one_receipt):
            yield Problem(
                f"{place}.shows",
                "purchases are not shown, so they have no level and no one receipt",
                'Add "purchases", or take level and one_receipt out.',
            )
        if not 1 <= rule.minutes <= 480:
            yield Problem(
                f"{place}.minutes",
                f"{rule.minutes} minutes is no time for a case, which ends by itself",
                "Write a whole number from 1 to 480.",
            )
        if rule.kept_under and not rule.one_receipt:
            yield Problem(
                f"{place}.kept_under",
                "an objection is set aside for more than one receipt",
                "Write one_receipt = true, or take it out.",
            )
        for objection in rule.kept_under:
            if objection in document.objection and Purpose.CUSTOMER_SERVICE not in document.objection[objection].lowers:
                yield Problem(
                    f"{place}.kept_under", f"objection {objection} does not lower customer_service", "Take it out."
                )


def _agreement(document: Document) -> Iterator[Problem]:
    if document.agreement.number < 1:
        yield Problem("agreement.number", f"{document.agreement.number} is no number of a text", "Begin with 1.")


def _retention(document: Document) -> Iterator[Problem]:
    for level in Level:
        rule = document.retention.get(level)
        place = f"retention.{level.name}"
        if rule is None:
            yield Problem(place, "it is not said how long this level is kept", f"Add [{place}] with quarters and text.")
            continue
        if not 1 <= rule.quarters <= 400:
            yield Problem(
                f"{place}.quarters",
                f"{rule.quarters} is no possible number of quarters",
                "Write a whole number from 1 to 400.",
            )
        coarser = document.retention.get(Level(level - 1)) if level > Level.TOTAL else None
        if coarser is not None and rule.quarters > coarser.quarters:
            yield Problem(
                f"{place}.quarters",
                "it is kept longer than the coarser level that it belongs to",
                f"Write {coarser.quarters} or less.",
            )


def _recipients(document: Document) -> Iterator[Problem]:
    for code, rule in document.recipient.items():
        yield from _filled(f"recipient.{code}.fields", rule.fields)
        yield from _unknown(f"recipient.{code}.fields", rule.fields, document.field)
        yield from _unknown(f"recipient.{code}.purposes", rule.purposes, document.purpose)


def _notice(document: Document) -> Iterator[Problem]:
    if not 1 <= document.notice.lead_days <= 366:
        yield Problem(
            "notice.lead_days",
            f"{document.notice.lead_days} days is no time to be told in advance (R32)",
            "Write a whole number from 1 to 366.",
        )
    for kind in NoticeKind:
        if all(channel.kind is not kind for channel in document.notice_channel.values()):
            yield Problem(
                "notice_channel", f"no channel is {kind}", "Customers are told directly and publicly (R32): add one."
            )


def _announcements(document: Document) -> Iterator[Problem]:
    days = {rule.from_ for rule in document.collection}
    for number, entry in enumerate(document.announcement, 1):
        place = f"announcement[{number}]"
        yield from _unknown(f"{place}.channels", entry.channels, document.notice_channel)
        if entry.effective_on not in days:
            yield Problem(
                f"{place}.effective_on",
                f"nothing changes on {entry.effective_on}",
                "Write a day that a [[collection]] holds from.",
            )
        if entry.on > entry.effective_on:
            yield Problem(f"{place}.on", "it was announced after it took effect", "Write the day of the announcement.")


def _unknown(place: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    known = list(known)
    for name in names:
        if name not in known:
            yield Problem(place, f"there is no {str(name)!r}", choose(name, known))


def _filled(place: str, items: tuple[object, ...]) -> Iterator[Problem]:
    if not items:
        yield Problem(place, "the list is empty", "Name at least one.")
    for item, count in Counter(str(item) for item in items).items():
        if count > 1:
            yield Problem(place, f"{item!r} is named {count} times", "Name it once.")


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Document], Iterator[Problem]]], ...] = (
    (("format",), _format),
    (("register",), _register),
    (("chain", "chain_group"), _chains),
    (("chain", "collection"), _collection),
    (("level",), _levels),
    (("purpose", "role"), _purposes),
    (("role",), _roles),
    (("objection", "purpose"), _objections),
    (("objection", "purpose", "situation"), _situations),
    (("agreement",), _agreement),
    (("retention",), _retention),
    (("field", "purpose", "recipient"), _recipients),
    (("notice", "notice_channel"), _notice),
    (("announcement", "collection", "notice_channel"), _announcements),
)
