"""The register of breaches: the 72 hours, what is known of each, whom it touched, and telling them (GDPR 33–34)."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.console.agreed import agreed
from tarkka.console.signing_in import in_role, is_fresh, staff_signed_in, to_proof
from tarkka.console.wrong import TEXT, why_not
from tarkka.description.queries import load_rulebook
from tarkka.rights import breaches as register
from tarkka.rights.actions import LONGEST, NotPlainText
from tarkka.rights.breaches import About, Breach, Risk
from tarkka.staff.queries import Account, account_names
from tarkka.vocabulary import Language, Purpose, Role
from tarkka.web.pages import described

ABOUT = {
    About.HAPPENED: msgid("breach.happened"),
    About.CATEGORIES: msgid("breach.categories"),
    About.CONSEQUENCES: msgid("breach.consequences"),
    About.MEASURES: msgid("breach.measures"),
    About.RISK: msgid("breach.risk"),
    About.REPORTED: msgid("breach.reported"),
    About.LATE: msgid("breach.late"),
    About.CLOSED: msgid("breach.closed"),
}
RISK = {
    Risk.NONE: msgid("breach.risk.none"),
    Risk.SOME: msgid("breach.risk.some"),
    Risk.HIGH: msgid("breach.risk.high"),
}
DONE = {
    "find": msgid("breach.done.find"),
    "everybody": msgid("breach.done.find"),
    "new": msgid("breach.done.new"),
    "say": msgid("breach.done.say"),
    "tell": msgid("breach.done.tell"),
}
_BY_FRESH_PROOF = ("tell",)

_LISTED = 1000
"""How many customers' numbers the page of a breach lists."""


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def breaches(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the breaches with the hours that are left to tell the authority."""
    with register.officers_look(staff.user_id):
        found = register.read_breaches()
    now = timezone.now()
    words = {"staff": staff, "breaches": [(each, each.hours_left(now)) for each in found]}
    return render(request, "console/breaches.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def new(request: HttpRequest, staff: Account) -> HttpResponse:
    """Record a breach: when it was found and what happened; the 72 hours run from when it was found."""
    wrong = ""
    if request.method == "POST":
        try:
            made = register.record_breach(
                _moment(request.POST.get("found_at", "")), request.POST.get("text", ""), acting=staff.user_id
            )
        except NotPlainText as error:
            wrong = gettext(TEXT[error.reason])
        except ValueError:
            wrong = gettext("breach.wrong.moment")
        else:
            return _to(made, "new")
    words = {
        "staff": staff,
        "wrong": wrong,
        "typed": request.POST,
        "now": timezone.localtime(),
        "longest": LONGEST,
    }
    return render(request, "console/breach_new.html", words, status=422 if wrong else 200)


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def breach(request: HttpRequest, staff: Account, breach_id: int) -> HttpResponse:
    """Show what is known of a breach and what is still to be done about it."""
    return _page(request, staff, breach_id)


@require_POST
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def act(request: HttpRequest, staff: Account, breach_id: int) -> HttpResponse:
    """Add an entry, find whom it touched, or tell them, which asks for fresh proof of who acts."""
    what = request.POST.get("act", "")
    if what not in _ACTS:
        raise BadRequest("it was not told what is to be done")
    if what in _BY_FRESH_PROOF and not is_fresh(request):
        return to_proof(request)
    _one(breach_id, staff)
    wrong = why_not(lambda: _ACTS[what](breach_id, request.POST, staff.user_id))
    return _page(request, staff, breach_id, wrong={what: wrong}) if wrong else _to(breach_id, what)


def _say(breach_id: int, asked: QueryDict, acting: str) -> None:
    about = About(asked.get("about", ""))
    register.say_of_breach(
        breach_id,
        about,
        asked.get("text", ""),
        risk=Risk(asked.get("risk", "")) if about is About.RISK else None,
        reported_at=_moment(asked.get("reported_at", "")) if about is About.REPORTED else None,
        acting=acting,
    )


def _find(breach_id: int, asked: QueryDict, acting: str) -> None:
    purpose = asked.get("purpose", "")
    register.find_touched(
        breach_id,
        _moment(asked.get("since", "")),
        _moment(asked.get("until", "")),
        actor=asked.get("actor", "").strip(),
        purpose=Purpose(purpose) if purpose else None,
        acting=acting,
    )


def _everybody(breach_id: int, _: QueryDict, acting: str) -> None:
    register.touch_everybody(breach_id, acting=acting)


def _tell(breach_id: int, asked: QueryDict, acting: str) -> None:
    words = {language: asked.get(f"text_{language}", "") for language in Language}
    register.tell_touched(breach_id, words, acting=acting)


_ACTS: dict[str, Callable[[int, QueryDict, str], None]] = {
    "everybody": _everybody,
    "find": _find,
    "say": _say,
    "tell": _tell,
}
"""What is done about a breach, by the button's name."""


def _moment(text: str) -> datetime:
    """Return the aware moment of a field of local time. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    zone: tzinfo = load_rulebook().time_zone
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _one(breach_id: int, staff: Account) -> Breach:
    with register.officers_look(staff.user_id):
        found = register.read_breaches(breach_id)
    if not found:
        raise Http404
    return found[0]


def _to(breach_id: int, done: str) -> HttpResponse:
    answer = redirect("console-breach", breach_id)
    answer["Location"] += f"?done={done}"
    return answer


def _page(request: HttpRequest, staff: Account, breach_id: int, *, wrong: dict[str, str] | None = None) -> HttpResponse:
    with register.officers_look(staff.user_id):
        one, touched = register.read_breaches(breach_id), register.read_touched(breach_id, most=_LISTED)
    if not one:
        raise Http404
    [found] = one
    document = described()
    done = DONE.get(request.GET.get("done", ""))
    words = {
        "staff": staff,
        "breach": found,
        "touched": touched,
        "hours": found.hours_left(timezone.now()),
        "known": [(about, gettext(word), found.newest(about)) for about, word in ABOUT.items()],
        "history": [(gettext(ABOUT[each.about]), each) for each in reversed(found.entries)],
        "abouts": [(each, gettext(word)) for each, word in ABOUT.items()],
        "risks": [(each, gettext(word)) for each, word in RISK.items()],
        "risk": gettext(RISK[risk.risk]) if (risk := found.newest(About.RISK)) and risk.risk else "",
        "names": account_names(),
        "purposes": [(each, document.purpose[each].name) for each in document.purpose],
        "languages": settings.LANGUAGES,
        "controller": document.data_protection_officer,
        "longest": LONGEST,
        "typed": request.POST,
        "wrong": wrong or {},
        "now": timezone.localtime(),
        "done": gettext(done) if done else "",
    }
    return render(request, "console/breach.html", words, status=422 if wrong else 200)
