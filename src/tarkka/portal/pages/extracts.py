"""How many extracts were served, and how many of them without staff: for whoever asks (R14)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.portal.signing_in import signed_in_id
from tarkka.web.extracts import extracts_by_year


@require_safe
def extracts(request: HttpRequest) -> HttpResponse:
    """Show the extracts of each year by way, and the share that took no work."""
    frame = "portal/page.html" if signed_in_id(request) is not None else "base.html"
    return render(request, "portal/extracts.html", {"frame": frame, "rows": extracts_by_year()})
