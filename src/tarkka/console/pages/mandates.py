"""Mandates: who may act in which role, until when and why; given by one person and put in force by another (R21)."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.access import NotAllowed
from tarkka.access.actions import confirm_mandate, current_mandates, end_mandate, give_mandate
from tarkka.console.agreed import agreed
from tarkka.console.signing_in import freshly_proved, in_role, staff_signed_in
from tarkka.staff.queries import Account, names_of_staff
from tarkka.vocabulary import Role
from tarkka.web.pages import described

GIVERS = (Role.REGISTER_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
MOST_DAYS = 366
USUAL_DAYS = 180
DONE = {
    "confirmed": msgid("mandates.done.confirmed"),
    "ended": msgid("mandates.done.ended"),
    "given": msgid("mandates.done.given"),
}
REFUSED = {
    "no_agreement": msgid("mandates.refused.no_mandate"),
    "no_mandate": msgid("mandates.refused.no_mandate"),
    "not_for_yourself": msgid("mandates.refused.not_for_yourself"),
}
_LONGEST = 300


@require_safe
@staff_signed_in
@in_role(*GIVERS)
@agreed
def mandates(request: HttpRequest, staff: Account) -> HttpResponse:
    """List the mandates that hold or wait to be confirmed."""
    return _page(request, staff)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(*GIVERS)
@agreed
@freshly_proved
def give(request: HttpRequest, staff: Account) -> HttpResponse:
    """Ask to whom, in which role, for how long and why; and give, for somebody else to confirm."""
    names = {user_id: name for user_id, name in names_of_staff().items() if user_id != staff.user_id}
    roles = [role for role, rule in described().role.items() if rule.staff]
    errors: dict[str, str] = {}
    if request.method == "POST":
        user_id, role, reason = (request.POST.get(name, "").strip() for name in ("user_id", "role", "reason"))
        days = request.POST.get("days", "")
        errors = {
            **({} if user_id in names else {"user_id": gettext("mandates.wrong.user_id")}),
            **({} if role in roles else {"role": gettext("mandates.wrong.role")}),
            **({} if days in map(str, range(1, MOST_DAYS + 1)) else {"days": gettext("mandates.wrong.days")}),
            **({} if 0 < len(reason) <= _LONGEST else {"reason": gettext("mandates.wrong.reason")}),
        }
        if not errors:
            return _done(
                request,
                staff,
                lambda: give_mandate(user_id, Role(role), days=int(days), reason=reason, acting=staff.user_id),
                "given",
            )
    words = {
        "staff": staff,
        "names": names,
        "roles": roles,
        "errors": errors,
        "given": request.POST,
        "days": request.POST.get("days", USUAL_DAYS),
        "most": MOST_DAYS,
        "longest": _LONGEST,
    }
    return render(request, "console/mandate_give.html", words, status=422 if errors else 200)


@require_POST
@staff_signed_in
@in_role(*GIVERS)
@agreed
@freshly_proved
def confirm(request: HttpRequest, staff: Account) -> HttpResponse:
    """Put in force what somebody else gave to somebody else."""
    mandate_id = _asked(request)
    return _done(request, staff, lambda: confirm_mandate(mandate_id, acting=staff.user_id), "confirmed")


@require_POST
@staff_signed_in
@in_role(*GIVERS)
@agreed
@freshly_proved
def end(request: HttpRequest, staff: Account) -> HttpResponse:
    """End a mandate now, for a reason."""
    mandate_id, reason = _asked(request), request.POST.get("reason", "").strip()
    if not 0 < len(reason) <= _LONGEST:
        return _page(request, staff, error=gettext("mandates.wrong.end_reason"), of=mandate_id)
    return _done(request, staff, lambda: end_mandate(mandate_id, reason=reason, acting=staff.user_id), "ended")


def _asked(request: HttpRequest) -> int:
    number = request.POST.get("mandate", "")
    found = [each.id for each in current_mandates() if str(each.id) == number]
    if not found:
        raise Http404
    return found[0]


def _done(request: HttpRequest, staff: Account, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed as refused:
        return _page(request, staff, error=gettext(REFUSED[refused.reason]), status=403)
    except ValueError:  # somebody else did it just now
        return redirect("console-mandates")
    return redirect(f"{reverse('console-mandates')}?done={done}")


def _page(
    request: HttpRequest, staff: Account, *, error: str = "", of: int | None = None, status: int = 422
) -> HttpResponse:
    done = DONE.get(request.GET.get("done", ""))
    held = current_mandates()
    words = {
        "staff": staff,
        "waiting": [each for each in held if not each.confirmed_by],
        "in_force": [each for each in held if each.confirmed_by],
        "names": names_of_staff(),
        "done": gettext(done) if done else "",
        "error": error,
        "of": of,
        "longest": _LONGEST,
    }
    return render(request, "console/mandates.html", words, status=status if error else 200)
