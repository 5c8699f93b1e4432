"""My data: the extract, at once and on paper, and requests with due dates (R7–R9, R14, R33; GDPR 12, 15–18, 21)."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_POST, require_safe

from tarkka.people.actions import customer
from tarkka.people.details import ContactKind
from tarkka.people.queries import read_contact, read_person
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import freshly_signed_in, signed_in
from tarkka.purchases.queries import source_names
from tarkka.rights.actions import (
    LONGEST,
    NoPostalAddress,
    NotPlainText,
    make_request,
    order_extract,
    record_download,
)
from tarkka.rights.extract import read_extract
from tarkka.rights.queries import read_orders, read_requests
from tarkka.rights.writing import archive
from tarkka.vocabulary import Level, Place, RequestKind
from tarkka.web.extracts import extracts_by_year
from tarkka.web.pages import described
from tarkka.web.rate_limit import limited
from tarkka.wording.language import reader_language

WRONG = {
    "empty": msgid("request.wrong.empty"),
    "too_long": msgid("request.wrong.too_long"),
    "unseen": msgid("request.wrong.unseen"),
}
ASKED = {
    RequestKind.RECTIFICATION: msgid("request.rectification.text"),
    RequestKind.RESTRICTION: msgid("request.restriction.text"),
    RequestKind.ERASURE: msgid("request.erasure.text"),
    RequestKind.OBJECTION: msgid("request.objection.text"),
}


@require_safe
@signed_in
def my_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what can be taken out and asked for, and what was."""
    return _page(request, person_id)


@require_POST
@limited("extract", per_minute=6)
@freshly_signed_in
def download(request: HttpRequest, person_id: int) -> HttpResponseBase:  # noqa: ARG001  # Django's signature
    """Send everything that the register holds on the customer, as a zip that is made while it is sent."""
    names = source_names()
    with own_look(person_id, Level.PRODUCT):
        record_download()
        extract = read_extract(reader_language(), names)
    answer = StreamingHttpResponse(archive(extract), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="extract-{extract.made_at:%Y-%m-%d}.zip"'
    return answer


@require_POST
@freshly_signed_in
def order(request: HttpRequest, person_id: int) -> HttpResponse:
    """Order the extract on paper."""
    try:
        order_extract(person_id, acting=customer(person_id))
    except NoPostalAddress:
        return _page(request, person_id, status=422, lacks_address=True)
    return redirect(reverse("my-data") + "#paper")


@require_POST
@limited("request", per_minute=6)
@signed_in
def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take in a request of rectification, restriction, erasure or objection, in the customer's own words."""
    text = request.POST.get("text", "")
    try:
        kind = RequestKind(request.POST.get("kind", ""))
    except ValueError:
        raise BadRequest("it was not told what is asked") from None
    try:
        made = make_request(person_id, kind, text, place=Place.PORTAL, acting=customer(person_id))
    except NotPlainText as error:
        return _page(request, person_id, status=422, wrong=gettext(WRONG[error.reason]), kind=kind, text=text)
    return redirect(f"{reverse('my-data')}#request-{made}")


def _page(
    request: HttpRequest,
    person_id: int,
    *,
    status: int = 200,
    wrong: str | None = None,
    kind: RequestKind | None = None,
    text: str = "",
    lacks_address: bool = False,
) -> HttpResponse:
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        orders, requests, address = read_orders(), read_requests(), read_contact(ContactKind.POST)
    today = timezone.localdate()
    words = {
        "person": person,
        "described": described(),
        "orders": orders,
        "waits": any(each.made_at is None for each in orders),
        "address": ", ".join(address.splitlines()) if address else None,
        "lacks_address": lacks_address,
        "requests": [(each, each.answered_at is None and each.due_on < today) for each in requests],
        "kinds": [(each, gettext(asked)) for each, asked in ASKED.items()],
        "kind": kind or RequestKind.RECTIFICATION,
        "text": text,
        "wrong": wrong,
        "longest": LONGEST,
        "online": sum(online for _, online, _, _ in extracts_by_year()),
    }
    return render(request, "portal/my_data.html", words, status=status)
