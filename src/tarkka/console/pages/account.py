"""One's own account: what one signs in with, the session, and changing either."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.console.pages.invitation import new_second_factor, refused_password, second_factor_asked
from tarkka.console.signing_in import freshly_proved, staff_signed_in, visitor
from tarkka.staff import passwords
from tarkka.staff.actions import add_second_factor, change_password, check_password, remove_second_factor
from tarkka.staff.guessing import TooOften
from tarkka.staff.queries import Account, read_credentials
from tarkka.staff.security_keys import KeyRefused
from tarkka.web.rate_limit import too_many

WAYS = {
    "code": msgid("console.account.by.code"),
    "development": msgid("console.account.by.development"),
    "key": msgid("console.account.by.key"),
    "provider": msgid("console.account.by.provider"),
}
"""By what somebody signed in, in words."""
DONE = {
    "added": msgid("console.account.done.added"),
    "password": msgid("console.account.done.password"),
    "removed": msgid("console.account.done.removed"),
}
"""What was done, in words, by the code in the address."""


@require_safe
@staff_signed_in
def account(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show what the account signs in with, and the session."""
    done, way = DONE.get(request.GET.get("done", "")), WAYS[request.session["way"]]
    words = {
        "staff": staff,
        "credentials": read_credentials(staff.user_id),
        "signed_in_at": datetime.fromtimestamp(request.session["signed_in_at"], UTC),
        "way": gettext(way),
        "done": gettext(done) if done else "",
    }
    return render(request, "console/account.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@freshly_proved
def password(request: HttpRequest, staff: Account) -> HttpResponse:
    """Change the password: the present one is asked for, though the second factor was just brought."""
    if read_credentials(staff.user_id).password_set_at is None:
        return redirect("console-account")
    errors: dict[str, str] = {}
    if request.method == "POST":
        present = request.POST.get("present", "")
        try:
            if not check_password(staff.user_id, present, visitor(request, staff.user_id)):
                errors["present"] = gettext("console.password.present.wrong")
        except TooOften as often:
            return too_many(request, often.seconds)
        if error := refused_password(request, staff):
            errors["password"] = error
        if not errors:
            change_password(staff.user_id, passwords.hashed(request.POST["password"]))
            return _done("password")
    words = {"staff": staff, "errors": errors, "least": passwords.SHORTEST}
    return render(request, "console/account_password.html", words, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@freshly_proved
def add(request: HttpRequest, staff: Account) -> HttpResponse:
    """Add a security key, or an authenticator app in place of the one that was."""
    if read_credentials(staff.user_id).password_set_at is None:
        return redirect("console-account")
    error = ""
    if request.method == "POST":
        found = new_second_factor(request, staff)
        if isinstance(found, str):
            error = found
        else:
            try:
                add_second_factor(staff.user_id, found)
            except KeyRefused:
                error = gettext("console.key.taken")
            else:
                return _done("added")
    words = second_factor_asked(request, staff) | {"staff": staff, "error": error}
    return render(request, "console/account_add.html", words, status=422 if error else 200)


@require_POST
@staff_signed_in
@freshly_proved
def remove(request: HttpRequest, staff: Account) -> HttpResponse:
    """Remove a security key or the authenticator app, but the last second factor never."""
    is_removed = remove_second_factor(staff.user_id, request.POST.get("number", ""))
    return _done("removed") if is_removed else redirect("console-account")


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('console-account')}?done={what}")
