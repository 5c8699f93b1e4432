"""The confidentiality agreement: read, signed with a tick and a button, and what one has signed before (R21)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tarkka.access import NotAllowed
from tarkka.access.actions import agreements_signed, sign_agreement
from tarkka.console.signing_in import staff_signed_in
from tarkka.description.queries import load_rulebook
from tarkka.staff.queries import Account
from tarkka.web.addresses import page_of_ours, wanted_page
from tarkka.web.pages import described
from tarkka.wording.language import reader_language


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
def agreement(request: HttpRequest, staff: Account) -> HttpResponse:
    """Show the text in force in the reader's language; sign it; list what the reader signed."""
    error = ""
    if request.method == "POST":
        error = _refused(request, staff)
        if not error:
            return redirect(wanted_page(request, f"{reverse('console-agreement')}?done=signed"))
    in_force = described().agreement
    texts = {version.description.document.agreement.number: version for version in load_rulebook().versions}
    signed = [
        (number, at, texts[number].description.document.agreement.text if number in texts else None)
        for _, number, at in reversed(agreements_signed(staff.user_id))
    ]
    words = {
        "staff": staff,
        "agreement": in_force,
        "signed": signed,
        "signed_at": next((at for number, at, _ in signed if number == in_force.number), None),
        "is_done": request.GET.get("done") == "signed",
        "next": page_of_ours(request.POST.get("next") or request.GET.get("next") or "") or "",
        "error": error,
    }
    return render(request, "console/agreement.html", words, status=422 if error else 200)


def _refused(request: HttpRequest, staff: Account) -> str:
    """Sign what the form brings; return why not, in words."""
    if "agreed" not in request.POST:
        return gettext("agreement.wrong.tick")
    text = request.POST.get("number", "")
    number = int(text) if text.isdecimal() and len(text) < 9 else 0
    try:
        sign_agreement(number, language=reader_language(), acting=staff.user_id)
    except NotAllowed:
        return gettext("agreement.wrong.another")
    return ""
