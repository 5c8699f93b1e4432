"""The way to a provider of strong authentication and back, the same for customers and staff.

What an answer must fit lies meanwhile in a signed cookie of the visitor's own browser (decision 0018).
"""

import logging
from dataclasses import asdict

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext

from tarkka.sign_in import client, publishing
from tarkka.sign_in.providers import Provider
from tarkka.sign_in.refusals import Reason, SignInRefused
from tarkka.sign_in.tokens import Proof

_log = logging.getLogger("tarkka.security.sign_in")


def leave(provider: Provider, what: str, *, wanted: str, afresh: bool) -> HttpResponse:
    """Send the visitor to the provider with a signed request, to sign in to `what`, and keep where they want to go."""
    attempt = client.begin(afresh=afresh)
    kept = signing.dumps({"attempt": asdict(attempt), "next": wanted}, salt=_salt(what))
    answer = redirect(client.address_to_go(provider, attempt, language=get_language() or settings.LANGUAGE_CODE))
    answer.set_cookie(
        settings.TARKKA_ATTEMPT_COOKIE,
        kept,
        max_age=client.LONGEST,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # so that it comes along from the provider
    )
    return answer


def come_back(request: HttpRequest, provider: Provider, what: str) -> tuple[Proof, str]:
    """Return what the answer proves that the visitor brings back, and where they wanted to go. Raises SignInRefused."""
    try:
        kept = signing.loads(
            request.COOKIES.get(settings.TARKKA_ATTEMPT_COOKIE, ""), salt=_salt(what), max_age=client.LONGEST
        )
    except signing.BadSignature:
        raise SignInRefused(Reason.STATE, "not begun in this browser, or too long ago") from None
    return client.finish(provider, client.Attempt(**kept["attempt"]), request.GET.dict()), kept["next"]


def forget_attempt(answer: HttpResponse) -> HttpResponse:
    """Let the browser forget what it kept: the attempt is over."""
    answer.delete_cookie(settings.TARKKA_ATTEMPT_COOKIE, samesite="Lax")
    return answer


def was_sent_by_another_site(request: HttpRequest) -> bool:
    """Tell whether another site's link or picture leads here: nobody is signed in who did not ask for it."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def tell(refused: SignInRefused) -> tuple[int, dict[str, str]]:
    """Log a refusal, by a reason of a closed list and nothing of anybody; return the page's status, title and text."""
    _log.log(logging.INFO if refused.reason is Reason.CANCELLED else logging.WARNING, "sign-in refused: %s", refused)
    if refused.reason is Reason.CANCELLED:
        return 200, {"title": gettext("sign_in.cancelled.title"), "text": gettext("sign_in.cancelled.text")}
    if refused.reason is Reason.UNREACHABLE:
        return 502, {"title": gettext("sign_in.unreachable.title"), "text": gettext("sign_in.unreachable.text")}
    return 400, {"title": gettext("sign_in.refused.title"), "text": gettext("sign_in.refused.text")}


def our_keys(provider: Provider) -> HttpResponse:
    """Publish the keys by which the provider knows us: signed, if the settings name a key of our entity."""
    if provider.own_entity_key is None:
        return JsonResponse(publishing.key_set(provider))
    signed = publishing.signed_key_set(provider, provider.own_entity_key)
    return HttpResponse(signed, content_type="application/jwk-set+jwt")


def _salt(what: str) -> str:
    return f"tarkka.sign_in.{what}"
