"""The record of processing activities of the description in force (GDPR 30(1)): of nobody in particular."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.description.queries import load_rulebook
from tarkka.rights import record as article_30
from tarkka.staff.queries import Account
from tarkka.vocabulary import Role
from tarkka.wording.language import reader_language


@require_safe
@staff_signed_in
@in_role(Role.DATA_PROTECTION_OFFICER)
def record(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show the record in the reader's language, as it is handed to the supervisory authority."""
    version = load_rulebook().in_force(timezone.now())
    sections = article_30.record(version.description.document, reader_language())
    return render(request, "console/record.html", {"staff": staff, "sections": sections, "version": version})
