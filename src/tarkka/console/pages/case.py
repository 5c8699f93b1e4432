"""One's own open case: who, why and until when, and what the situation shows of the customer (R23)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_POST, require_safe

from tarkka import access
from tarkka.access.cases import close_case
from tarkka.console.case_parts import read_parts
from tarkka.console.in_case import OpenCase, gone, in_case
from tarkka.description.queries import load_rulebook
from tarkka.people.details import ContactKind
from tarkka.people.queries import read_person
from tarkka.purchases.queries import ReceiptDetail, find_receipt, find_row
from tarkka.rights.actions import LONGEST
from tarkka.vocabulary import Act, Level, Part, RequestKind
from tarkka.web.pages import described

CONTACT = {
    ContactKind.EMAIL: msgid("contact.email"),
    ContactKind.PHONE: msgid("contact.phone"),
    ContactKind.POST: msgid("contact.post"),
}
DONE = {
    Act.CARD_CLOSED: msgid("case.done.card_closed"),
    Act.CARD_REPLACED: msgid("case.done.card_replaced"),
    Act.CONTACT_CHANGED: msgid("case.done.contact_changed"),
    Act.CONTACT_REMOVED: msgid("case.done.contact_removed"),
    Act.EXTRACT_ORDERED: msgid("case.done.extract_ordered"),
    Act.HOUSEHOLD_MOVED: msgid("case.done.household_moved"),
    Act.LANGUAGE_CHANGED: msgid("case.done.language_changed"),
    Act.OBJECTION_MADE: msgid("case.done.objection_made"),
    Act.OBJECTION_WITHDRAWN: msgid("case.done.objection_withdrawn"),
    Act.REQUEST_MADE: msgid("case.done.request_made"),
}
"""What the page says was just done for the customer, by the code in its address."""


@require_safe
@in_case()
def case(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Show the case and what its situation shows."""
    return case_page(request, opened)


@require_POST
@in_case()
def close(request: HttpRequest, opened: OpenCase) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Close the case now; the looks under way in it end."""
    close_case(opened.case.id, acting=opened.staff.user_id)
    return redirect(f"{reverse('console-cases')}?closed={opened.case.id}")


@require_POST
@in_case(Part.PURCHASES)
def point_out(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Take the one receipt that the customer points out; the door refuses a second one, and records that."""
    if not opened.situation.one_receipt:
        raise Http404
    number = request.POST.get("receipt", "")
    receipt_id = int(number) if number.isdecimal() and len(number) < 19 else 0
    if opened.read(lambda: find_row(receipt_id)) is None:
        raise Http404
    try:
        with opened.look(at_most=Level.PRODUCT, receipt_id=receipt_id):
            pass
    except access.Refused as refused:
        if refused.reason != "another_receipt":
            raise
        return case_page(request, opened, errors={"receipt": gettext("case.receipt.another")}, status=403)
    return redirect("console-case", opened.case.id)


@require_safe
@in_case(Part.PURCHASES)
def receipt(request: HttpRequest, opened: OpenCase, receipt_id: int) -> HttpResponse:
    """Show one receipt as finely as the situation and the customer's choices let it be seen."""
    if opened.situation.one_receipt:
        raise Http404
    person, detail = opened.read(
        lambda: (read_person(opened.case.person_id), find_receipt(receipt_id)), at_most=opened.situation.level
    )
    if detail is None:
        raise Http404
    words = _frame(opened) | {"person": person} | _receipt_words(opened, detail)
    return render(request, "console/case_receipt.html", words)


def case_page(
    request: HttpRequest, opened: OpenCase, *, errors: dict[str, str] | None = None, status: int | None = None
) -> HttpResponse:
    """Return the case's page; with errors of a form, what it brought is shown again beside them."""
    person, parts = read_parts(request, opened)
    if person is None:
        return gone(request, opened.staff)
    errors = errors or {}
    words = _frame(opened) | {"person": person, "parts": parts, "errors": errors, "given": request.POST}
    if opened.situation.one_receipt and opened.case.receipt_id is not None:
        receipt_id = opened.case.receipt_id
        detail = opened.read(lambda: find_receipt(receipt_id), at_most=Level.PRODUCT, receipt_id=receipt_id)
        if detail is not None:
            words |= _receipt_words(opened, detail)
    done = request.GET.get("done", "")
    words |= {
        "done": gettext(DONE[Act(done)]) if done in list(DONE) else "",
        "is_worded_anew": "anew" in request.GET,
        "request_kinds": list(RequestKind),
        "cards": [(each, errors.get(f"card {each.number}")) for each in parts.get("cards", ())],
        "contacts": [
            (kind, gettext(CONTACT[kind]), value, errors.get(f"contact {kind}"))
            for kind, value in parts.get("contacts", ())
        ],
        "longest": LONGEST,
        "rulebook": load_rulebook(),
    }
    return render(request, "console/case.html", words, status=status or (422 if errors else 200))


def _frame(opened: OpenCase) -> dict[str, object]:
    return {
        "staff": opened.staff,
        "opened": opened,
        "case": opened.case,
        "situation": opened.situation,
        "described": described(),
    }


def _receipt_words(opened: OpenCase, detail: ReceiptDetail) -> dict[str, object]:
    """Tell of a receipt also whether it is shown coarser than it is kept, and why."""
    shown = Level.PRODUCT if detail.lines else Level.GROUP if detail.groups else Level.TOTAL
    is_coarser = shown < detail.receipt.level
    return {
        "detail": detail,
        "receipt": detail.receipt,
        "shown": min(shown, detail.receipt.level),
        "is_coarser_by_situation": is_coarser and opened.situation.level < detail.receipt.level,
        "is_coarser_by_choice": is_coarser and opened.situation.level >= detail.receipt.level,
    }
