"""Cases in which the glass was broken: reviewing each, and letting the customer be told later (R23)."""

from datetime import datetime, timedelta
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.access import NotAllowed
from tarkka.access.cases import Verdict, delay_look, review_case
from tarkka.console.agreed import agreed
from tarkka.console.desk import LONGEST_WORDS, at_the_trail, decide
from tarkka.console.pages.flags import EVENTS
from tarkka.console.signing_in import freshly_proved, in_role, staff_signed_in
from tarkka.staff.queries import Account, account_names
from tarkka.supervision import queries
from tarkka.supervision.queries import Asked
from tarkka.vocabulary import Role
from tarkka.web.days import beginning_of, day_of
from tarkka.web.pages import described

MOST_DAYS = 30
"""So long, at most, the customer is told later; `access.delay_look` refuses more."""


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def reviews(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the broken glasses that wait for a review, oldest first, or those that were reviewed."""
    are_reviewed = "reviewed" in request.GET
    with at_the_trail(staff) as look:
        found = queries.list_glasses(reviewed=are_reviewed)
        waiting, glasses = queries.count_waiting()
        look.cover([each.person_id for each in found])
    words = {
        "staff": staff,
        "cases": found,
        "are_reviewed": are_reviewed,
        "waiting": waiting,
        "glasses": glasses,
        "names": account_names(),
        "described": described(),
        "is_reviewed_now": "done" in request.GET,
    }
    return render(request, "console/reviews.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
@freshly_proved
def review(request: HttpRequest, staff: Account, case_id: int) -> HttpResponse:
    """Show a case of broken glass with what was looked at in it, and take the review."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = partial(review_case, case_id, acting=staff.user_id)
        try:
            errors = decide(request, Verdict, act, refused=gettext("review.wrong.yourself"))
        except ValueError:
            return redirect("console-review", case_id)  # which shows what was found meanwhile
        if not errors:
            return redirect(f"{reverse('console-reviews')}?done=1")
    return _page(request, staff, case_id, errors)


@require_POST
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
@freshly_proved
def delay(request: HttpRequest, staff: Account, case_id: int) -> HttpResponse:
    """Let the customer be told of a broken glass from a day on, for a reason."""
    errors: dict[str, str] = {}
    until, reason = _day(request.POST.get("until", "")), request.POST.get("reason", "").strip()[:LONGEST_WORDS]
    if until is None:
        errors["until"] = gettext("review.wrong.until")
    if not reason:
        errors["reason"] = gettext("review.wrong.reason")
    if until and not errors:
        try:
            delay_look(case_id, until=until, reason=reason, acting=staff.user_id)
        except NotAllowed as refused:
            was_told = refused.reason == "already_told"
            errors["until"] = gettext("review.wrong.told") if was_told else gettext("review.wrong.yourself")
        except ValueError:
            pass  # it was delayed meanwhile, which its page shows
        if not errors:
            return redirect("console-review", case_id)
    return _page(request, staff, case_id, errors)


def _page(request: HttpRequest, staff: Account, case_id: int, errors: dict[str, str]) -> HttpResponse:
    with at_the_trail(staff) as look:
        found = queries.read_glass(case_id)
        deeds = queries.find_deeds(Asked(case_ref=str(case_id)), limit=EVENTS) if found else []
        look.cover([*queries.people_of(deeds), *([found.person_id] if found else [])])
    if found is None:
        raise Http404
    today = timezone.localdate()
    words = {
        "staff": staff,
        "case": found,
        "deeds": deeds,
        "names": account_names(),
        "errors": errors,
        "given": request.POST,
        "verdicts": list(Verdict),
        "is_ones_own": found.opened_by == staff.user_id,
        "described": described(),
        "longest": LONGEST_WORDS,
        "first_day": today + timedelta(days=1),
        "last_day": today + timedelta(days=MOST_DAYS - 1),
    }
    return render(request, "console/review.html", words, status=422 if errors else 200)


def _day(text: str) -> datetime | None:
    """Return the moment at which a day begins, tomorrow at the earliest and within what is allowed; None otherwise."""
    try:
        day = day_of(text)
    except ValueError:
        return None
    today = timezone.localdate()
    if not today < day < today + timedelta(days=MOST_DAYS):
        return None
    return beginning_of(day)
