"""Requests of registered persons by due day: reading one, what is done at it, its answer (R33; GDPR 12, 16–18, 21)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_POST, require_safe

from tarkka.console.agreed import agreed
from tarkka.console.signing_in import in_role, is_fresh, staff_signed_in, to_proof
from tarkka.console.wrong import why_not
from tarkka.people.actions import Actor, change_contact, look
from tarkka.people.details import ContactKind
from tarkka.people.queries import read_contacts, read_person
from tarkka.rights import rows, upheld
from tarkka.rights.actions import LONGEST, answer_request, extend_request
from tarkka.rights.extract import read_rows
from tarkka.rights.queries import read_requests
from tarkka.rights.words import CONTACT
from tarkka.staff.queries import Account
from tarkka.vocabulary import Level, Outcome, RequestKind, Role
from tarkka.web.days import day_of
from tarkka.web.pages import described
from tarkka.wording import formats
from tarkka.wording.language import reader_language

DONE = {
    "answer": msgid("desk.done.answer"),
    "cap": msgid("desk.done.cap"),
    "contact": msgid("desk.done.contact"),
    "end_cap": msgid("desk.done.end_cap"),
    "erase": msgid("desk.done.erase"),
    "erase_person": msgid("desk.done.erase_person"),
    "extend": msgid("desk.done.extend"),
    "lift": msgid("desk.done.lift"),
    "name": msgid("desk.done.name"),
    "restrict": msgid("desk.done.restrict"),
}
ERASED = {
    "card": msgid("desk.erased.card"),
    "contact": msgid("desk.erased.contact"),
    "held_receipt": msgid("desk.erased.held_receipt"),
    "held_receipt_group": msgid("desk.erased.held_receipt_group"),
    "held_receipt_line": msgid("desk.erased.held_receipt_line"),
    "membership": msgid("desk.erased.membership"),
    "payout": msgid("desk.erased.payout"),
    "payout_account": msgid("desk.erased.payout_account"),
    "receipt": msgid("desk.erased.receipt"),
    "receipt_group": msgid("desk.erased.receipt_group"),
    "receipt_line": msgid("desk.erased.receipt_line"),
    "recall_person": msgid("desk.erased.recall_person"),
    "sent_receipt": msgid("desk.erased.sent_receipt"),
    "wish": msgid("desk.erased.wish"),
}
"""What erasing takes or leaves, in words, by the name of its table."""
WAIT_FOR_RECALL = (
    "contact",
    "held_receipt",
    "held_receipt_group",
    "held_receipt_line",
    "receipt_group",
    "receipt_line",
)
"""What stays for a running recall alone."""
SOON_DAYS = 7
"""How near an answer's due day is urgent."""
_BY_FRESH_PROOF = ("erase", "erase_person")


@dataclass(frozen=True, slots=True)
class Due:
    """A request at the desk, and in how many days its answer is due: negative if it is late."""

    request: upheld.AtDesk | rows.Request
    days: int

    @property
    def in_words(self) -> str:
        """In how many days, in the reader's language."""
        return formats.day_count(self.days, reader_language())

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.days < 0

    @property
    def is_soon(self) -> bool:
        """Whether it is due within a week."""
        return 0 <= self.days <= SOON_DAYS


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def requests(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the open requests by due day, what is in force, and what was answered lately. It names no customer."""
    today = timezone.localdate()
    found = upheld.requests_at_desk(staff.user_id)
    done = DONE.get(request.GET.get("done", ""))
    words = {
        "staff": staff,
        "open": [Due(each, (each.due_on - today).days) for each in found if each.answered_at is None],
        "answered": [each for each in found if each.answered_at is not None],
        "measures": upheld.measures_at_desk(staff.user_id),
        "done": gettext(done) if done else "",
    }
    return render(request, "console/requests.html", words)


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def request_(request: HttpRequest, staff: Account, request_id: int) -> HttpResponse:
    """Show a request in its person's words, what may be done at it, and what erasing would take and leave."""
    return _page(request, staff, request_id)


@require_POST
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def answer(request: HttpRequest, staff: Account, request_id: int) -> HttpResponse:
    """Answer it, once: the person reads it in the portal."""
    try:
        outcome = Outcome(request.POST.get("outcome", ""))
    except ValueError:
        return _page(request, staff, request_id, wrong={"answer": gettext("desk.wrong.outcome")})
    person_id = _person(request_id, staff)

    def do() -> None:
        answer_request(
            person_id, request_id, outcome, request.POST.get("text", ""), acting=upheld.officer(staff.user_id)
        )

    return _tried(request, staff, request_id, "answer", do)


@require_POST
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def extend(request: HttpRequest, staff: Account, request_id: int) -> HttpResponse:
    """Give the answer two further months, with the reason, within the first month."""
    person_id = _person(request_id, staff)

    def do() -> None:
        extend_request(person_id, request_id, request.POST.get("text", ""), acting=upheld.officer(staff.user_id))

    return _tried(request, staff, request_id, "extend", do)


@require_POST
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def act(request: HttpRequest, staff: Account, request_id: int) -> HttpResponse:
    """Do one of `DONE` at it. Erasing asks for fresh proof of who acts."""
    what = request.POST.get("act", "")
    if what not in _ACTS:
        raise BadRequest("it was not told what is to be done")
    if what in _BY_FRESH_PROOF and not is_fresh(request):
        return to_proof(request)
    person_id, acting = _person(request_id, staff), upheld.officer(staff.user_id)
    return _tried(request, staff, request_id, what, lambda: _ACTS[what](person_id, request_id, request.POST, acting))


def _level(name: str) -> Level:
    if name not in Level.__members__:
        raise ValueError("no such level")
    return Level[name]


_ACTS: dict[str, Callable[[int, int, QueryDict, Actor], object]] = {
    "cap": lambda person, at, asked, acting: upheld.cap_level(
        person, at, _level(asked.get("level", "")), asked.get("text", ""), acting=acting
    ),
    "contact": lambda person, _, asked, acting: change_contact(
        person, ContactKind(asked.get("kind", "")), asked.get("value", ""), acting=acting
    ),
    "end_cap": lambda person, _, __, acting: upheld.end_cap(person, acting=acting),
    "erase": lambda person, at, _, acting: upheld.erase(person, at, acting=acting),
    "erase_person": lambda person, at, _, acting: upheld.erase_person(person, at, acting=acting),
    "lift": lambda person, _, asked, acting: upheld.lift_restriction(
        person, day_of(asked.get("on", "")), asked.get("text", ""), acting=acting
    ),
    "name": lambda person, at, asked, acting: upheld.correct_name(
        person, at, asked.get("given_name", ""), asked.get("family_name", ""), acting=acting
    ),
    "restrict": lambda person, at, asked, acting: upheld.restrict(person, at, asked.get("text", ""), acting=acting),
}
"""What is done at a request, by the button's name: whose it is, at which request, what the form says, who acts."""


def _person(request_id: int, staff: Account) -> int:
    person_id = upheld.person_of_request(request_id, staff.user_id)
    if person_id is None:
        raise Http404
    return person_id


def _tried(request: HttpRequest, staff: Account, request_id: int, what: str, do: Callable[[], object]) -> HttpResponse:
    """Do it and lead back, or show the page with what was wrong."""
    if wrong := why_not(do):
        return _page(request, staff, request_id, wrong={what: wrong})
    if what in ("answer", "erase_person"):
        return redirect(f"{reverse('console-requests')}?done={what}")
    return redirect(f"{reverse('console-request', args=[request_id])}?done={what}")


def _page(
    request: HttpRequest, staff: Account, request_id: int, *, wrong: dict[str, str] | None = None
) -> HttpResponse:
    person_id = _person(request_id, staff)
    with look(person_id, upheld.officer(staff.user_id)):
        person = read_person(person_id)
        found = next((each for each in read_requests() if each.id == request_id), None)
        contacts = [each for each in read_contacts() if not each.for_safety_only]
        restrictions, caps, erasures = (read_rows(name) for name in ("restrictions", "level_caps", "erasures"))
        erasable = upheld.read_erasable()
    if found is None:
        raise Http404
    now, today = timezone.now(), timezone.localdate()
    done = DONE.get(request.GET.get("done", ""))
    words = {
        "staff": staff,
        "person": person,
        "contacts": contacts,
        "asked": found,
        "kind": RequestKind(found.kind),
        "due": Due(found, (found.due_on - today).days),
        "may_extend": found.extended_at is None and found.answered_at is None and found.due_on >= today,
        "restriction": next((each for each in restrictions if each.ended_at is None or each.ended_at > now), None),
        "cap": (cap := next((each for each in caps if each.ended_at is None), None)),
        "cap_level": Level[cap.level] if cap else None,
        "erasures": erasures,
        "goes": [(gettext(ERASED[each.what]), each.found) for each in erasable if not each.stays],
        "stays": [(gettext(ERASED[each.what]), each.found) for each in erasable if each.stays],
        "waits_for_recall": any(each.stays and each.what in WAIT_FOR_RECALL for each in erasable),
        "kept": (kept := described().retention[Level.TOTAL]),
        "kept_for": formats.quarters(kept.quarters, reader_language()),
        "outcomes": list(Outcome),
        "levels": [Level.TOTAL, Level.GROUP],
        "kinds": [(each, gettext(CONTACT[each])) for each in ContactKind],
        "earliest": today + timedelta(days=2),
        "longest": LONGEST,
        "typed": request.POST,
        "wrong": wrong or {},
        "done": gettext(done) if done else "",
    }
    return render(request, "console/request.html", words, status=422 if wrong else 200)
