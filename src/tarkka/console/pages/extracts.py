"""Extracts served, with and without staff: what self-service spares the operators of the register (R14)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.staff.queries import Account
from tarkka.vocabulary import Role
from tarkka.web.extracts import extracts_by_year


@require_safe
@staff_signed_in
@in_role(Role.REGISTER_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
def extracts(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show the extracts of each year by way, and the share that took no work. Of nobody in particular."""
    return render(request, "console/extracts.html", {"staff": staff, "rows": extracts_by_year()})
