"""Signing in with the employer's provider: the way of customers, with other settings (decision 0018)."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from tarkka.console.pages.session import PROVIDER, wanted
from tarkka.console.signing_in import sign_in
from tarkka.sign_in.providers import Provider, provider_for
from tarkka.sign_in.refusals import SignInRefused
from tarkka.staff.queries import find_account
from tarkka.web import at_provider
from tarkka.web.rate_limit import limited

_log = logging.getLogger("tarkka.security.staff")


@never_cache
@require_GET
@limited("staff-provider", per_minute=10)
def to_provider(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the employer's provider; whom another site sent here sees our own page first."""
    provider = _provider()
    if at_provider.was_sent_by_another_site(request):
        return redirect("console-sign-in")
    return at_provider.leave(provider, PROVIDER, wanted=wanted(request), afresh=request.GET.get("afresh") == "1")


@never_cache
@require_GET
@limited("staff-provider", per_minute=10)
def from_provider(request: HttpRequest) -> HttpResponse:
    """Take the answer that the visitor brings back, and sign in whom it proves, if they have an account here."""
    provider = _provider()
    try:
        proof, after = at_provider.come_back(request, provider, PROVIDER)
        account = find_account(proof.identity)
        if account is None:
            _log.warning("staff sign-in refused: no account")
            answer = render(request, "console/no_account.html", status=403)
        else:
            sign_in(request, account, way="provider")
            answer = redirect(after)
    except SignInRefused as refused:
        status, words = at_provider.tell(refused)
        answer = render(request, "console/refused.html", words, status=status)
    return at_provider.forget_attempt(answer)


@require_safe
def our_keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Publish the keys by which the provider knows us."""
    return at_provider.our_keys(_provider())


def _provider() -> Provider:
    provider = provider_for(PROVIDER)
    if provider is None:
        raise Http404
    return provider
