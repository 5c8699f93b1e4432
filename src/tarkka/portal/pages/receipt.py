"""One receipt, as a page and as a paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tarkka.description.queries import load_rulebook
from tarkka.documents.pdf import pdf
from tarkka.people.queries import cap_at, read_person
from tarkka.portal.looking import own_look
from tarkka.portal.position import Position
from tarkka.portal.receipt_paper import TEMPLATE, paper_of
from tarkka.portal.signing_in import signed_in
from tarkka.portal.why import Why, why
from tarkka.purchases import queries as receipts
from tarkka.vocabulary import Level
from tarkka.web.pages import described
from tarkka.web.rate_limit import limited
from tarkka.wording.language import reader_language


@require_safe
@signed_in
def receipt(request: HttpRequest, person_id: int, receipt_id: int) -> HttpResponse:
    """Show one receipt as finely as the register has it, and why so; somebody else's is not found (R3, R12)."""
    position = Position.of(request)
    with own_look(person_id, Level.PRODUCT):
        person = read_person(person_id)
        detail, because = _looked_up(receipt_id)
    shown = {"person": person, "receipt": detail.receipt, "detail": detail, "why": because, "position": position}
    return render(request, "portal/receipt.html", shown)


@require_safe
@limited("paper", per_minute=30)
@signed_in
def receipt_pdf(request: HttpRequest, person_id: int, receipt_id: int) -> HttpResponse:  # noqa: ARG001
    """Give one receipt as a PDF that everybody can read, in the reader's language (R27); somebody else's is not found.

    The file's name is the same for every receipt: what folders and clouds keep of it tells nothing.
    """
    with own_look(person_id, Level.PRODUCT):
        detail, because = _looked_up(receipt_id)
    language = reader_language()
    paper = pdf(TEMPLATE, paper_of(detail, because, described()), language)
    name = gettext("receipt.file")
    return HttpResponse(
        paper,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"', "Content-Language": language},
    )


def _looked_up(receipt_id: int) -> tuple[receipts.ReceiptDetail, Why]:
    """Return a receipt and why it is as fine as it is. Inside the door. Raises Http404 if the subject has none such."""
    detail = receipts.find_receipt(receipt_id)
    if detail is None:
        raise Http404
    decided_by = load_rulebook().on(detail.version_from).description.document
    cap = cap_at(detail.receipt.purchased_at)
    return detail, why(detail, decided_by, cap, reader_language())
