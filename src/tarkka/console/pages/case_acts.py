"""What is done in a case on the customer's behalf: in force at once, and told to the customer with its case (R17)."""

from datetime import UTC, datetime

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tarkka.console.case_parts import ANSWERS, MAY
from tarkka.console.in_case import OpenCase, in_case
from tarkka.console.pages.case import case_page
from tarkka.console.wrong import CONTACT, TEXT
from tarkka.description.queries import load_rulebook
from tarkka.people.actions import (
    change_contact,
    change_language,
    close_card,
    make_objection,
    move_to_household,
    remove_contact,
    replace_card,
    withdraw_objection,
)
from tarkka.people.details import ContactKind, WrongContact
from tarkka.rights.actions import NoPostalAddress, NotPlainText, make_request, order_extract
from tarkka.vocabulary import Act, Language, Objection, Part, Place, RequestKind

_CARD_DIGITS = range(10, 20)


@require_POST
@in_case(Part.CHOICES, acts=True)
def choice(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Put an objection in force or withdraw it, as the customer tells; where it was told is kept with it."""
    kind, answer = request.POST.get("objection"), request.POST.get("answer")
    if kind not in list(Objection) or answer not in ANSWERS:
        raise BadRequest("no such question or answer")
    if request.POST.get("version") != str(load_rulebook().in_force(timezone.now()).number):
        return redirect(f"{reverse('console-case', args=[opened.case.id])}?anew=1")
    do, act = (make_objection, Act.OBJECTION_MADE)
    if answer == MAY:
        do, act = withdraw_objection, Act.OBJECTION_WITHDRAWN
    is_done = do(opened.case.person_id, Objection(kind), place=_place(opened), acting=opened.acting)
    return _done(opened, act) if is_done else redirect("console-case", opened.case.id)


@require_POST
@in_case(Part.CARD, acts=True)
def card(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Close a card from now on, or close it and open another in its place."""
    number, now = request.POST.get("number", ""), datetime.now(UTC)
    if request.POST.get("act") == "close":
        is_done = close_card(opened.case.person_id, number, at=now, acting=opened.acting)
        return _done(opened, Act.CARD_CLOSED) if is_done else redirect("console-case", opened.case.id)
    new_number = "".join(request.POST.get("new_number", "").split())
    if not (new_number.isascii() and new_number.isdigit() and len(new_number) in _CARD_DIGITS):
        return case_page(request, opened, errors={f"card {number}": gettext("case.card.wrong")})
    try:
        is_done = replace_card(opened.case.person_id, number, new_number, at=now, acting=opened.acting)
    except ValueError:
        return case_page(request, opened, errors={f"card {number}": gettext("case.card.taken")})
    return _done(opened, Act.CARD_REPLACED) if is_done else redirect("console-case", opened.case.id)


@require_POST
@in_case(Part.CONTACT, acts=True)
def contact(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Correct or remove a way to reach the customer."""
    try:
        kind = ContactKind(request.POST.get("kind", ""))
    except ValueError:
        raise BadRequest("no such kind of contact") from None
    if request.POST.get("act") == "remove":
        remove_contact(opened.case.person_id, kind, acting=opened.acting)
        return _done(opened, Act.CONTACT_REMOVED)
    try:
        change_contact(opened.case.person_id, kind, request.POST.get("value", ""), acting=opened.acting)
    except WrongContact as wrong:
        return case_page(request, opened, errors={f"contact {kind}": gettext(CONTACT[wrong.code])})
    return _done(opened, Act.CONTACT_CHANGED)


@require_POST
@in_case(Part.CONTACT, acts=True)
def language(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Change the language in which the customer is served."""
    chosen = request.POST.get("language")
    if chosen not in list(Language):
        raise BadRequest("no language was chosen")
    change_language(opened.case.person_id, Language(chosen), acting=opened.acting)
    return _done(opened, Act.LANGUAGE_CHANGED)


@require_POST
@in_case(Part.HOUSEHOLD, acts=True)
def household(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Let the customer leave their household, or move to another."""
    number = "".join(request.POST.get("household", "").split())
    is_leaving = request.POST.get("act") == "leave"
    if not is_leaving and not (number.isascii() and number.isdigit() and len(number) < 19):
        return case_page(request, opened, errors={"household": gettext("case.household.wrong")})
    try:
        move_to_household(
            opened.case.person_id,
            None if is_leaving else int(number),
            at=datetime.now(UTC),
            is_main_member="is_main_member" in request.POST,
            acting=opened.acting,
        )
    except ValueError:
        return case_page(request, opened, errors={"household": gettext("case.household.refused")})
    return _done(opened, Act.HOUSEHOLD_MOVED)


@require_POST
@in_case(Part.REQUESTS, acts=True)
def extract(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Order the extract on paper."""
    try:
        order_extract(opened.case.person_id, acting=opened.acting)
    except NoPostalAddress:
        return case_page(request, opened, errors={"extract": gettext("case.extract.no_address")})
    return _done(opened, Act.EXTRACT_ORDERED)


@require_POST
@in_case(Part.REQUESTS, acts=True)
def ask(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """Take a request in, in the customer's words."""
    try:
        kind = RequestKind(request.POST.get("kind", ""))
    except ValueError:
        raise BadRequest("it was not told what is asked") from None
    text = request.POST.get("text", "")
    try:
        make_request(opened.case.person_id, kind, text, place=_place(opened), acting=opened.acting)
    except NotPlainText as error:
        return case_page(request, opened, errors={"request": gettext(TEXT[error.reason])})
    return _done(opened, Act.REQUEST_MADE)


def _place(opened: OpenCase) -> Place:
    assert opened.case.place is not None  # noqa: S101  # a case with the customer has one
    return opened.case.place


def _done(opened: OpenCase, act: Act) -> HttpResponse:
    return redirect(f"{reverse('console-case', args=[opened.case.id])}?done={act}")
