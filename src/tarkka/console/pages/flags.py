"""The review queue: what the rules of supervision saw, and deciding on it (R22)."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tarkka.console.agreed import agreed
from tarkka.console.desk import LONGEST_WORDS, at_the_trail, decide
from tarkka.console.signing_in import freshly_proved, in_role, staff_signed_in
from tarkka.staff.queries import Account, account_names
from tarkka.supervision import queries
from tarkka.supervision.actions import FlagVerdict, decide_flag
from tarkka.vocabulary import Role
from tarkka.web.ids import before_id
from tarkka.web.pages import PAGE_LENGTH, described

EVENTS = 100
"""So many of a flag's events its page shows; the rest is found by the search."""


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
def flags(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the flags that wait, oldest first, or those that were decided. They name no customer."""
    are_decided, before = "decided" in request.GET, before_id(request)
    with at_the_trail(staff) as look:
        found = queries.list_flags(decided=are_decided, before=before, limit=PAGE_LENGTH + 1)
        waiting, glasses = queries.count_waiting()
        look.cover([])
    words = {
        "staff": staff,
        "flags": found[:PAGE_LENGTH],
        "next": found[PAGE_LENGTH].id if len(found) > PAGE_LENGTH else None,
        "are_decided": are_decided,
        "waiting": waiting,
        "glasses": glasses,
        "names": account_names(),
        "is_decided_now": "done" in request.GET,
    }
    return render(request, "console/flags.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
@agreed
@freshly_proved
def flag(request: HttpRequest, staff: Account, flag_id: int) -> HttpResponse:
    """Show what a rule saw with the events, and take the decision on it."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = partial(decide_flag, flag_id, acting=staff.user_id)
        try:
            errors = decide(request, FlagVerdict, act, refused=gettext("flag.wrong.yourself"))
        except ValueError:
            return redirect("console-flag", flag_id)  # which shows what was decided meanwhile
        if not errors:
            return redirect(f"{reverse('console-supervision')}?done=1")
    with at_the_trail(staff) as look:
        found = queries.read_flag(flag_id)
        deeds = queries.deeds_of_flag(flag_id, limit=EVENTS) if found else []
        look.cover(queries.people_of(deeds))
    if found is None:
        raise Http404
    words = {
        "staff": staff,
        "flag": found,
        "deeds": deeds,
        "are_more": len(deeds) == EVENTS,
        "names": account_names(),
        "errors": errors,
        "given": request.POST,
        "verdicts": list(FlagVerdict),
        "is_about_oneself": found.actor == staff.user_id,
        "described": described(),
        "longest": LONGEST_WORDS,
    }
    return render(request, "console/flag.html", words, status=422 if errors else 200)
