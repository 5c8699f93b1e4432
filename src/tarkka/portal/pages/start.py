"""The start page, which everyone sees."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.portal.pages.session import PROVIDER
from tarkka.portal.signing_in import signed_in_id
from tarkka.sign_in.providers import provider_for


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what this is, and lead on."""
    words = {
        "is_signed_in": signed_in_id(request) is not None,
        "can_sign_in": settings.TARKKA_DEMO or provider_for(PROVIDER) is not None,
    }
    return render(request, "portal/start.html", words)
