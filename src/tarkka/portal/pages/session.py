"""The beginning and the end of a visit: strong authentication at the provider and back, and signing out (R13)."""

import logging
from urllib.parse import urlencode

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from tarkka.people.queries import find_person
from tarkka.portal import kept_card, signing_in
from tarkka.sign_in import publishing
from tarkka.sign_in.providers import Provider, provider_for
from tarkka.sign_in.refusals import SignInRefused
from tarkka.sign_in.tokens import Proof
from tarkka.web import at_provider
from tarkka.web.addresses import wanted_page
from tarkka.web.rate_limit import limited

PROVIDER = "customers"
"""The portal's provider in the settings of signing in."""
PER_MINUTE = 10
_log = logging.getLogger("tarkka.security.sign_in")


@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say what signing in is and what is asked of the provider, and lead there."""
    return sign_in_page(request)


def sign_in_page(request: HttpRequest, **words: object) -> HttpResponse:
    """Return the page from which one signs in, with `words` more."""
    is_afresh, wanted = request.GET.get("afresh") == "1", _wanted(request)
    query = urlencode({"next": wanted} | ({"afresh": "1"} if is_afresh else {}))
    usual = {
        "title": gettext("sign_in.afresh.title") if is_afresh else gettext("start.sign_in"),
        "is_afresh": is_afresh,
        "next": wanted,
        "to": f"{reverse('sign-in-start')}?{query}" if provider_for(PROVIDER) else None,
    }
    return render(request, "portal/sign_in.html", usual | words)


@never_cache
@require_GET
@limited("sign-in", per_minute=PER_MINUTE)
def to_provider(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the provider with a signed request, and let their browser keep what the answer must fit.

    Whom another site sent here sees our own page first: nobody is signed in who did not ask for it.
    """
    provider = _provider()
    if at_provider.was_sent_by_another_site(request):
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': _wanted(request)})}")
    return at_provider.leave(provider, PROVIDER, wanted=_wanted(request), afresh=request.GET.get("afresh") == "1")


@never_cache
@require_GET
@limited("sign-in", per_minute=PER_MINUTE)
def from_provider(request: HttpRequest) -> HttpResponse:
    """Take the answer that the visitor brings back, and sign in whom it proves, if the register has them."""
    provider = _provider()
    try:
        proof, wanted = at_provider.come_back(request, provider, PROVIDER)
        answer = _sign_in(request, proof, wanted)
    except SignInRefused as refused:
        status, words = at_provider.tell(refused)
        answer = render(request, "portal/sign_in_refused.html", words, status=status)
    return at_provider.forget_attempt(answer)


@require_safe
def our_keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Publish the keys by which the provider knows us: signed, if the settings name a key of our entity."""
    return at_provider.our_keys(_provider())


@require_safe
def entity_statement(request: HttpRequest) -> HttpResponse:
    """Publish who we are, as brokers of the Finnish Trust Network ask for it, if the settings name our entity's key."""
    provider = _provider()
    if provider.own_entity_key is None:
        raise Http404
    keys_address = request.build_absolute_uri(reverse("sign-in-keys"))
    statement = publishing.entity_statement(provider, provider.own_entity_key, keys_address)
    return HttpResponse(statement, content_type="application/entity-statement+jwt")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the person's sessions everywhere, let this browser forget their card, and go to the start page."""
    signing_in.sign_out(request)
    return kept_card.take_back(redirect("start"))


def _provider() -> Provider:
    provider = provider_for(PROVIDER)
    if provider is None:
        raise Http404
    return provider


def _wanted(request: HttpRequest) -> str:
    return wanted_page(request, reverse("home"))


def _sign_in(request: HttpRequest, proof: Proof, wanted: str) -> HttpResponse:
    connection.ensure_connection()
    person_id = find_person(connection.connection, proof.identity)
    if person_id is None:
        _log.warning("sign-in refused: not in the register")
        return render(request, "portal/not_registered.html", status=403)
    signing_in.sign_in(request, person_id, authenticated_at=proof.authenticated_at)
    return redirect(wanted)
