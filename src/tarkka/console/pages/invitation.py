"""An invitation: its code, a password, a second factor. Nothing is stored before all three are there (R22)."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tarkka.console import signing_in
from tarkka.console.second_factor import new_app, new_app_asked, new_key, new_key_asked
from tarkka.console.signing_in import remember_browser
from tarkka.console.square_code import drawn
from tarkka.staff import passwords
from tarkka.staff.actions import InvitationOver, NamedKey, NewCodeApp, accept_invitation
from tarkka.staff.codes import address_for_app
from tarkka.staff.passwords import Weakness, WeakPassword
from tarkka.staff.queries import Account, find_account, invitation_hash, invited
from tarkka.staff.security_keys import KeyRefused
from tarkka.web.rate_limit import limited

WEAK = {
    Weakness.COMMON: msgid("console.password.common"),
    Weakness.LONG: msgid("console.password.long %(most)s"),
    Weakness.NAMED: msgid("console.password.named"),
    Weakness.REPEATED: msgid("console.password.repeated"),
    Weakness.SHORT: msgid("console.password.short %(least)s"),
}
"""Why a password is refused, in words."""
_log = logging.getLogger("tarkka.security.staff")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponseBase:
    """Ask for the invitation's code. It stands in no address, where logs would keep it."""
    return _code(request) if request.method == "POST" else render(request, "console/invitation.html")


@limited("invitation", per_minute=6)
def _code(request: HttpRequest) -> HttpResponse:
    hashed = invitation_hash(request.POST.get("code", ""))
    if invited(hashed) is None:
        _log.warning("invitation refused")
        return render(request, "console/invitation.html", {"error": gettext("console.invitation.wrong")}, status=422)
    request.session.flush()
    request.session["invitation"] = hashed.hex()
    return redirect("console-invitation-password")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Ask for a password of one's own choice."""
    account = _invited(request)
    if account is None:
        return redirect("console-invitation")
    error = ""
    if request.method == "POST":
        error = refused_password(request, account)
        if not error:
            request.session["password"] = passwords.hashed(request.POST["password"])
            return redirect("console-invitation-second")
    words = {"account": account, "error": error, "least": passwords.SHORTEST}
    return render(request, "console/invitation_password.html", words, status=422 if error else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for a second factor, a security key or an authenticator app; then all is stored and its holder signed in."""
    account, kept = _invited(request), request.session.get("password")
    if account is None or kept is None:
        return redirect("console-invitation")
    error = ""
    if request.method == "POST":
        found = new_second_factor(request, account)
        if isinstance(found, str):
            error = found
        else:
            try:
                accept_invitation(bytes.fromhex(request.session["invitation"]), kept, found)
            except InvitationOver:
                return redirect("console-invitation")
            except KeyRefused:
                error = gettext("console.key.taken")
            else:
                way = "key" if isinstance(found, NamedKey) else "code"
                signing_in.sign_in(request, account, way=way)
                return remember_browser(redirect("console-home"), account.user_id)
    words = second_factor_asked(request, account) | {"account": account, "error": error}
    return render(request, "console/invitation_second.html", words, status=422 if error else 200)


def refused_password(request: HttpRequest, account: Account) -> str:
    """Return why the password of the form is refused, in words; empty if it is not."""
    text = request.POST.get("password", "")
    try:
        passwords.check(text, [account.user_id, account.name, account.email])
    except WeakPassword as weak:
        return gettext(WEAK[weak.weakness]) % {"least": passwords.SHORTEST, "most": passwords.LONGEST}
    return "" if text == request.POST.get("again") else gettext("console.password.different")


def second_factor_asked(request: HttpRequest, account: Account) -> dict[str, object]:
    """Return what a page needs to ask for a new second factor of either kind."""
    secret = new_app_asked(request, account.user_id)
    return {
        "key_options": new_key_asked(request, account.user_id, account.name),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "square_code": drawn(address_for_app(secret, account.user_id)),
    }


def new_second_factor(request: HttpRequest, account: Account) -> NamedKey | NewCodeApp | str:
    """Return the second factor that the form proves, or what is wrong, in words."""
    if request.POST.get("key"):
        try:
            return new_key(request)
        except KeyRefused as refused:
            _log.warning("new security key refused: %s", refused)
            return gettext("console.key.wrong")
    return new_app(request, account.user_id) or gettext("console.app.wrong")


def _invited(request: HttpRequest) -> Account | None:
    kept = request.session.get("invitation")
    user_id = invited(bytes.fromhex(kept)) if kept else None
    return find_account(user_id) if user_id else None
