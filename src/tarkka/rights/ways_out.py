"""Every way in which data can leave the program, to whom and with which fields (R24): docs/ways-out.md is made of it.

What is not written here does not leave: tests/rights/test_ways_out.py finds an address, a command, a mail, a file that
is written or a connection that is opened and that no line here covers. To whom is a closed list, without an outsider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tarkka.vocabulary import Role


class To(StrEnum):
    """Who can get anything at all. The bank and the processors are the description's recipients."""

    ANYBODY = "anybody: nothing about a person"
    BANK = "bank"
    MAIL = "mail"
    OPERATOR = "whoever runs the machine"
    PERSON = "the person signed in"
    PRINT = "print"
    SIGN_IN = "the sign-in provider"
    SOURCE = "the source of receipts, by its token"
    STAFF = "the member of staff signed in"
    TEXT_MESSAGE = "text_message"


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: who gets what by it. `roles` are those of staff who may use it; `fields` those of a processor.

    `also` are others who get something by the same command or place.
    """

    to: To
    what: str
    roles: tuple[Role, ...] = ()
    fields: tuple[str, ...] = ()
    also: tuple["Way", ...] = ()

    def each(self) -> Iterator["Way"]:
        """Yield it, and what goes to others by the same."""
        yield replace(self, also=())
        yield from self.also


def _each(to: To, ways: Mapping[str, str], *roles: Role) -> dict[str, Way]:
    return {name: Way(to, what, roles) for name, what in ways.items()}


def _once(*parts: Mapping[str, Way]) -> dict[str, Way]:
    """Put the parts together. Raises ValueError for what two of them name: one of the two would say nothing."""
    together = {name: way for part in parts for name, way in part.items()}
    if len(together) < sum(map(len, parts)):
        raise ValueError("a way out is named twice")
    return together


_CLERK, _OFFICER = Role.CUSTOMER_SERVICE, Role.DATA_PROTECTION_OFFICER

_NOTICE_BY_MAIL = Way(
    To.MAIL,
    "the notice of a recall to each whom it concerns: what is dangerous, what to do, on which days they bought it",
    fields=("email", "language", "message"),
)
_NOTICE_BY_TEXT = Way(
    To.TEXT_MESSAGE, "the same in short, as a file in `outbox`, each once", fields=("phone", "message")
)
_NOTICE_BY_LETTER = Way(
    To.PRINT,
    "the same as a letter to whom no other channel reaches, as a file in `outbox`, each once",
    fields=("given_name", "family_name", "postal_address", "language", "message"),
)

ADDRESSES: dict[str, Way] = _once(
    _each(
        To.ANYBODY,
        {
            "console-invitation": "the form for the code of an invitation",
            "console-provider-keys": "our public keys",
            "console-sign-in": "the form of signing in",
            "description": "the register description in force",
            "description-version": "a published register description",
            "entity-statement": "our public keys, signed",
            "extracts": "how many extracts were made, by year",
            "healthz": "whether the program and its database answer",
            "language": "nothing: it keeps the language in the browser's cookie",
            "manifest": "the name and icons of the web app",
            "offline": "a page that says that there is no network",
            "openapi": "the description of the API",
            "recalls-public": "the notices of running recalls, as they were released",
            "sign-in": "the form of signing in (in the demo, the invented people)",
            "sign-in-keys": "our public keys",
            "sign-out": "nothing: it ends the session",
            "start": "the first page of somebody who has not signed in",
            "worker": "a script of the pages",
        },
    ),
    _each(
        To.PERSON,
        {
            "bonus": "the household's sums that earn Bonus and what they earned, by month; the main member: how they"
            " were paid in sum, what is owed, own payouts, own account masked (R10, R11)",
            "bonus-account": "own account masked; or what was just typed, to be mended",
            "bonus-month": "how one month of the household's was worked out, in sums as on the page of Bonus",
            "bonus-statement": "how one month of the household's was worked out, as PDF",
            "card": "own name, number of own open cards",
            "card-copy": "own name and card number, which the browser keeps for when there is no network",
            "choices": "own objections: where, when made and withdrawn",
            "choices-allow": "own objections: where, when made and withdrawn",
            "contact": "own e-mail address, phone number, postal address",
            "details": "own name, language, contacts, wishes",
            "details-language": "nothing: it changes the language",
            "details-wish": "nothing: it changes a wish",
            "held": "own receipts of which something is held after its time, and for what",
            "home": "own name, the household's bonus purchases of the month in sum and what they earn, own latest"
            " receipts as outlet, time and total, latest looks, objections, days due of own requests",
            "household": "main member: names of the household's persons, each bonus purchase as outlet, date and"
            " total; another member: the main member's name, sums of bonus purchases by chain (R10, R11)",
            "looks": "looks at own data: when, purpose, basis, kind of actor, level, case; no employee's name",
            "looks-proof": "the proof of one look at own data: leaves of the trail, hashes, the signed checkpoint",
            "looks-download": "looks at own data, as the page shows them, as CSV",
            "more": "own name",
            "my-data": "own requests and orders of extracts, with their answers",
            "my-data-ask": "nothing: it takes in a request",
            "my-data-extract": "everything that the register holds on the person: `docs/extract.schema.json` lists"
            " each field",
            "my-data-paper": "nothing: it orders an extract on paper",
            "purchases": "own receipts: outlet, date, total, level",
            "receipt": "one own receipt with its product groups or lines",
            "receipt-pdf": "one own receipt with its product groups or lines, as PDF",
            "recall": "the notice of a recall that concerns the person, own purchases it is about as outlet and time,"
            " when they were looked at",
            "recall-read": "nothing: it keeps that the person has read a recall",
            "recalls": "recalls that concern the person; of those not read yet each page of their own tells too",
            "safety-contact": "own contact for notices of danger",
            "search": "own receipts, groups and products that match own words",
            "spending": "sums of own purchases by month, chain, product group and product",
        },
    ),
    _each(
        To.SIGN_IN,
        {
            "console-provider": "that somebody of the staff signs in: client id, random state, nonce and challenge,"
            " language, service name",
            "console-provider-back": "the one-time code that the provider gave, our client id and signature",
            "sign-in-back": "the one-time code that the provider gave, our client id and signature",
            "sign-in-start": "that somebody signs in: client id, random state, nonce and challenge, language,"
            " service name; nothing of the register",
        },
    ),
    _each(
        To.SOURCE,
        {"receipts": "of each receipt that it sent: its place, receipt id, verdict, level, reason code and field"},
    ),
    _each(
        To.STAFF,
        {
            "console-account": "own name, user id, address, own credentials' names and days",
            "console-account-add": "a secret of an own new second factor",
            "console-account-password": "nothing: it changes the own password",
            "console-account-remove": "nothing: it removes an own second factor",
            "console-demo": "only in the demo: the invented staff",
            "console-home": "own name, own roles and until when",
            "console-invitation-password": "own name",
            "console-invitation-second": "own name, a secret of an own new second factor",
            "console-proof": "own name",
            "console-agreement": "the confidentiality agreement, and when it was signed",
            "console-second": "the form for the second factor",
            "console-sign-out": "nothing: it ends the session",
        },
    ),
    _each(
        To.STAFF,
        {
            "console-events": "events of staff with their names, purposes, cases and search terms; customers' numbers",
            "console-flag": "what a rule saw in what somebody did, its events as above, the decision",
            "console-review": "a broken glass: by whom, at which customer's number, why, its events, the review",
            "console-review-delay": "nothing: it lets the customer be told later",
            "console-reviews": "broken glasses: by whom, at which customer's number, why",
            "console-supervision": "flags: on whom of the staff, when, why in figures; no customer",
            "console-work": "how many customers one of the staff looked at by day, and flags on them; no customer",
        },
        _OFFICER,
    ),
    _each(
        To.STAFF,
        {
            "console-break-glass": "the form of an emergency; whom the search found",
            "console-case": "of the case's one customer: their name, and what its situation needs",
            "console-case-ask": "nothing: it takes in a request",
            "console-case-card": "nothing: it closes or replaces a card",
            "console-case-choice": "nothing: it changes an objection",
            "console-case-close": "nothing: it closes the case",
            "console-case-contact": "nothing: it corrects a contact",
            "console-case-extract": "nothing: it orders an extract on paper",
            "console-case-household": "nothing: it changes a membership",
            "console-case-language": "nothing: it changes the language",
            "console-case-open": "nothing: it opens a case",
            "console-case-point-out": "nothing: it takes the one receipt that the customer points out",
            "console-case-receipt": "of the case's one customer: a receipt, as finely as situation and choices leave",
            "console-cases": "own open cases; whom a search found: name and the last four digits of open cards",
        },
        _CLERK,
    ),
    _each(
        To.STAFF,
        {
            "console-extracts": "how many extracts were made, by year",
            "console-mandate-confirm": "nothing: it confirms a mandate",
            "console-mandate-end": "nothing: it ends a mandate",
            "console-mandate-give": "the form of a mandate",
            "console-mandates": "staff's names, roles, until when, why, who gave and confirmed",
        },
        _OFFICER,
        Role.REGISTER_ADMINISTRATOR,
    ),
    _each(
        To.STAFF,
        {
            "console-recall": "a recall as it is told, which employee drafted, released and ended it, numbers of people"
            " affected and told; no customer",
            "console-recalls": "recalls by number and product: how far each has come",
        },
        _OFFICER,
        Role.RECALL_OFFICER,
    ),
    _each(
        To.STAFF,
        {
            "console-recall-edit": "a draft of a recall, and the form of the next",
            "console-recall-end": "nothing: it ends a recall",
            "console-recall-new": "the form of a recall",
            "console-recall-release": "nothing: it releases a recall, and queues its trace",
        },
        Role.RECALL_OFFICER,
    ),
    _each(
        To.STAFF,
        {
            "console-breach": "what is known of a breach, whom it touched by number, which employee said what",
            "console-breach-act": "nothing: it adds to a breach, or tells those whom it touched",
            "console-breach-new": "the form of a breach",
            "console-breaches": "breaches by number: when found, how many touched",
            "console-record": "the record of processing activities",
            "console-request": "one person's request in their words, name, contacts, restriction, cap, counts of what"
            " erasing takes; the person sees the look",
            "console-request-act": "nothing: it does what the request asks",
            "console-request-answer": "nothing: it answers the request",
            "console-request-extend": "nothing: it extends the time",
            "console-requests": "requests by number: kind, days; measures in force",
        },
        _OFFICER,
    ),
)
"""By the name of the address."""
IN_DEMO = frozenset({"console-demo"})
"""Addresses that only the demo has."""

COMMANDS: dict[str, Way] = _once(
    _each(
        To.ANYBODY,
        {
            "audit checkpoint": "the newest checkpoint: a number of leaves and a hash, signed",
            "audit key": "the trail's public key",
            "audit seal": "nothing",
            "audit verify": "how many leaves are right; of a wrong one its table and row number",
            "datamap": "the map of personal data: tables and columns",
            "demo": "the demo's invented people",
            "description announce": "nothing",
            "description check": "what is wrong with a description",
            "description diff": "how two descriptions differ",
            "description explain": "which level the description gives, and why",
            "description publish": "the number of a version",
            "description show": "a description",
            "extracts count": "how many extracts were made, by year",
            "extracts schema": "the form of an extract",
            "group load": "how many product groups were registered",
            "household found": "a new household's id",
            "migrate": "nothing",
            "outlet add": "how many outlets were registered",
            "outlet load": "how many outlets were registered",
            "recall text": "what a recall tells everybody",
            "record": "the record of processing activities",
            "sample": "invented receipts and people",
            "schema": "the form of a receipt",
            "serve": "the pages and the API, listed above",
            "session end": "how many sessions ended",
            "source add": "a source's new token",
            "source end": "nothing",
            "source list": "the sources, their chains and outlets",
            "source token": "a source's new token",
            "upkeep": "counts of partitions and rows",
            "ways-out": "this page",
        },
    ),
    _each(
        To.OPERATOR,
        {
            "household load": "of each person of the file: the file's own key and the person's id",
            "household move": "the person's id",
            "intake": "counts; with --report, of each rejected receipt its place, receipt id, reason code and field",
            "mandate confirm": "nothing",
            "mandate end": "nothing",
            "mandate give": "nothing",
            "mandate list": "user ids of staff, roles, until when, who gave and confirmed, who signed the agreement",
            "person find": "the id of the person of an identity code",
            "recall bounces": "counts of e-mails that came back",
            "recall trace": "how many people a trace found that none had found before",
            "retention plan": "levels and quarters that are over, how many rows are held back for what; of nobody",
            "retention run": "the same, and what was done",
            "requests list": "ids of requests and persons, kind, day due",
            "staff close": "nothing",
            "staff invite": "the code of an invitation",
            "staff list": "staff's user ids, names, addresses, days",
            "staff open": "the code of an invitation",
            "supervision calls": "how many calls were taken",
            "supervision run": "how many flags each rule raised",
        },
    ),
    _each(
        To.OPERATOR,
        {
            "bonus check": "nothing about a person",
            "bonus close": "sums of all households by month",
            "bonus cooperative": "nothing",
            "bonus diff": "nothing about a person",
            "bonus explain": "how a household's month was worked out: sums, with no name and no purchase",
            "bonus publish": "nothing about a person",
            "bonus returned": "how much one payment was, by its reference",
            "card close": "nothing",
            "card open": "nothing",
            "extracts order": "the order's id",
            "objection make": "whether the objection was in force",
            "objection withdraw": "whether the objection was in force",
            "person language": "nothing",
            "person show": "one person's name, language, cards with their days, objections; the person sees the look",
            "requests answer": "nothing",
            "requests extend": "nothing",
            "requests show": "one person's requests in their words, with the answers; the person sees the look",
        },
        Role.REGISTER_ADMINISTRATOR,
    ),
    _each(
        To.OPERATOR,
        {
            "recall draft": "a recall's number, and what it still lacks",
            "recall end": "nothing",
            "recall import": "how many notices were drafted; of each that was not, what is wrong with it",
            "recall release": "nothing",
            "recall status": "recalls as they were written and by whom; numbers of people affected and told, of nobody",
        },
        Role.RECALL_OFFICER,
    ),
    {
        "bonus payout": Way(
            To.BANK,
            "the order to pay what is owed, as files in `outbox`, a month once: of each payee name, account, amount and"
            " reference, which is the month and the household's number",
            fields=("given_name", "family_name", "bank_account", "bonus_amount", "payment_reference"),
        ),
        "extracts print": Way(
            To.PRINT,
            "letters of extracts, as files in `outbox`, each once: name, postal address and, as the message, everything"
            " that the register holds on the person who ordered it",
            fields=("given_name", "family_name", "postal_address", "language", "message"),
        ),
        "receipts send": Way(
            To.MAIL,
            "each receipt of those who wished for it, as finely as their objections leave",
            fields=("email", "given_name", "language", "message"),
        ),
        "glass tell": Way(
            To.MAIL,
            "that an employee opened the person's data without them, and when; not who it was, nor what was seen",
            fields=("email", "given_name", "language", "message"),
        ),
        "work": replace(_NOTICE_BY_MAIL, also=(_NOTICE_BY_TEXT, _NOTICE_BY_LETTER)),
    },
)
"""By the words of the command, after `tarkka`."""

PLACES: dict[str, Way] = {
    **_each(
        To.ANYBODY,
        {
            "cli.datamap.datamap": "the map of personal data",
            "cli.record.record": "the record of processing activities",
            "cli.rights.schema": "the form of an extract",
            "cli.schema.schema": "the form of a receipt",
            "cli.serve.refuse_taken": "nothing: it asks whether the port is free",
            "cli.waysout.ways_out": "this page",
            "jobs.working": "nothing: it waits for jobs of the register's own database",
            "jobs.working._in": "nothing: it waits for jobs of the register's own database",
            "jobs.working.work": "nothing: it waits for jobs of the register's own database",
            "database.embedded._configure": "settings of the embedded database",
            "sample.generate._write_json": "invented outlets and groups",
            "sample.people.write_people": "invented people",
            "sample.receipts._copy": "invented receipts",
            "site.icons": "icons of the web app",
            "site.messages.compile_catalogues": "the messages of the pages",
            "trail.sealing._remember": "the newest checkpoint: a number of leaves and a hash, signed",
        },
    ),
    **_each(
        To.OPERATOR,
        {
            "cli.intake.intake": "of each rejected receipt its place, receipt id, reason code and field",
            "cli.serve._Children.run": "to the processes that it starts: its settings, with the database's address",
            "database.keys.make_keys": "the installation's keys, in a file that only its owner reads",
            "documents.pdf.long_pdf": "to a process of this program, which ends with the document: what the PDF says",
            "purchases.files._take": "to a process of this program that reads a feed: the lines of the feed",
            "purchases.worker._end_with": "nothing: a process that reads a feed ends with the one that began it",
            "purchases.worker.start": "nothing: it begins a process that reads a feed",
            "sample.staff.open_staff": "the demo's list of invented staff to sign in as",
            "sample.load._write": "the demo's list of invented people to sign in as",
        },
    ),
    "bonus.payout._write": COMMANDS["bonus payout"],
    "post.files.begin": replace(_NOTICE_BY_TEXT, also=(_NOTICE_BY_LETTER,)),
    "rights.letters._write": COMMANDS["extracts print"],
    **dict.fromkeys(
        ("post.mail.hand_over", "post.mail.message_to"),
        Way(
            To.MAIL,
            "the mails of `tarkka receipts send`, `tarkka glass tell` and `tarkka work`",
            fields=("email", "given_name", "language", "message"),
        ),
    ),
    "sign_in.asking._client": Way(
        To.SIGN_IN,
        "the one-time code that the provider gave, our client id, redirect address and signature; or nothing, where its"
        " public keys are fetched",
    ),
}
"""By where in the code a file is written, a mail handed over, a connection opened or a process given something."""
