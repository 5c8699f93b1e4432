"""The start page, which everyone sees, and the end of a visit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from tarkka.portal.signing_in import sign_out as end_session
from tarkka.portal.signing_in import signed_in_id


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what this is, and lead on."""
    try:
        sign_in = reverse("sign-in")
    except NoReverseMatch:
        sign_in = None
    return render(request, "portal/start.html", {"is_signed_in": signed_in_id(request) is not None, "sign_in": sign_in})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the start page."""
    end_session(request)
    return redirect("start")
