"""All the places of the portal, for the tab bar that has room for five."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.portal.signing_in import signed_in


@require_safe
@signed_in
def more(request: HttpRequest, person_id: int) -> HttpResponse:  # noqa: ARG001  # nothing of the person is looked at
    """Show every place with a word on what is there."""
    return render(request, "portal/more.html")
