"""My details: how the register reaches me, in which language, and what I wish to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.people.actions import (
    change_contact,
    change_language,
    customer,
    end_wish,
    make_wish,
    remove_contact,
)
from tarkka.people.details import RECEIPTS_BY_EMAIL, WISHES, Contact, ContactKind, Wish, WrongContact, checked_contact
from tarkka.people.queries import read_contacts, read_person, read_wishes
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import freshly_signed_in, signed_in
from tarkka.services.receipts import last_was_refused
from tarkka.vocabulary import Language, Level


@dataclass(frozen=True, slots=True)
class Field:
    """How a kind of contact is asked for: its name, how it is added, a hint, and what browsers make of the field."""

    label: str
    add: str
    hint: str
    type: str
    autocomplete: str


FIELDS = {
    ContactKind.EMAIL: Field(
        msgid("contact.email"), msgid("contact.add.email"), msgid("contact.email.hint"), "email", "email"
    ),
    ContactKind.PHONE: Field(
        msgid("contact.phone"), msgid("contact.add.phone"), msgid("contact.phone.hint"), "tel", "tel"
    ),
    ContactKind.POST: Field(
        msgid("contact.post"), msgid("contact.add.post"), msgid("contact.post.hint"), "", "street-address"
    ),
}
ERRORS = {
    "email": msgid("contact.wrong.email"),
    "empty": msgid("contact.wrong.empty"),
    "phone": msgid("contact.wrong.phone"),
    "post": msgid("contact.wrong.post"),
    "too_long": msgid("contact.wrong.too_long"),
}
SAID = {
    RECEIPTS_BY_EMAIL: (msgid("wish.services.email"), msgid("wish.services.email.text")),
    WISHES[0]: (msgid("wish.marketing.email"), msgid("wish.marketing.email.text")),
    WISHES[1]: (msgid("wish.marketing.post"), msgid("wish.marketing.post.text")),
}
"""What each wish is called and what it means, in the order of the page."""
DONE = {
    "language": msgid("details.done.language"),
    "removed": msgid("details.done.removed"),
    "saved": msgid("details.done.saved"),
    "wish": msgid("details.done.wish"),
}
"""What a page may say was just done, by the code in its address."""


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of contact as the page lists it: its name, where it is changed, and the contact if there is one."""

    label: str
    add: str
    address: str
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be wished for: its code, title and text, since when it is, and what it lacks to be sent."""

    code: str
    title: str
    text: str
    since: datetime | None
    lacks: Way | None
    is_refused: bool


@require_safe
@signed_in
def details(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show how the customer is reached, addressed and written to, and what they are sent."""
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        contacts = read_contacts()
        wishes = read_wishes()
        is_refused = last_was_refused()
    done = DONE.get(request.GET.get("done", ""))
    ways = _ways(contacts, for_safety_only=False)
    return render(
        request,
        "portal/details.html",
        {
            "person": person,
            "done": gettext(done) if done else "",
            "ways": ways.values(),
            "safety_ways": _ways(contacts, for_safety_only=True).values(),
            "offers": [
                _offer(wish, wishes.get(wish), ways[wish.kind], is_refused=is_refused and wish == RECEIPTS_BY_EMAIL)
                for wish in SAID
            ],
        },
    )


def _ways(contacts: list[Contact], *, for_safety_only: bool) -> Mapping[ContactKind, Way]:
    found = {each.kind: each for each in contacts if each.for_safety_only == for_safety_only}
    return {
        kind: Way(
            gettext(field.label), gettext(field.add), _address(kind, for_safety_only=for_safety_only), found.get(kind)
        )
        for kind, field in FIELDS.items()
    }


def _offer(wish: Wish, since: datetime | None, way: Way, *, is_refused: bool) -> Offer:
    title, text = SAID[wish]
    lacks = None if way.contact else way
    return Offer(_code(wish), gettext(title), gettext(text), since, lacks, is_refused and since is not None)


def _address(kind: ContactKind, *, for_safety_only: bool) -> str:
    return reverse("safety-contact" if for_safety_only else "contact", args=[kind])


def _code(wish: Wish) -> str:
    return f"{wish.purpose}-{wish.kind}"


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_signed_in
def contact(request: HttpRequest, person_id: int, kind: str, *, for_safety_only: bool = False) -> HttpResponse:
    """Show one contact to be changed or removed; change or remove it. One for safety is kept apart from the others."""
    if kind not in list(ContactKind):
        raise Http404
    of_kind = ContactKind(kind)
    acting = customer(person_id)
    text, error = None, ""
    if request.method == "POST":
        if request.POST.get("act") == "remove":
            remove_contact(person_id, of_kind, for_safety_only=for_safety_only, acting=acting)
            return _done("removed")
        text = request.POST.get("value", "")
        try:
            checked_contact(of_kind, text)
        except WrongContact as wrong:
            error = gettext(ERRORS[wrong.code])
        else:
            change_contact(person_id, of_kind, text, for_safety_only=for_safety_only, acting=acting)
            return _done("saved")
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        contacts = read_contacts()
        wishes = read_wishes()
    way = _ways(contacts, for_safety_only=for_safety_only)[of_kind]
    field = FIELDS[of_kind]
    return render(
        request,
        "portal/details_contact.html",
        {
            "person": person,
            "way": way,
            "for_safety_only": for_safety_only,
            "field": field,
            "hint": gettext(field.hint),
            "value": text if text is not None else way.contact.value if way.contact else "",
            "error": error,
            "is_wished_by": not for_safety_only and any(wish.kind is of_kind for wish in wishes),
        },
        status=422 if error else 200,
    )


@require_POST
@signed_in
def wish(request: HttpRequest, person_id: int) -> HttpResponse:
    """Begin or end sending something, and go back. Without the contact that it needs, go and ask for that first."""
    wanted = next((each for each in WISHES if _code(each) == request.POST.get("wish")), None)
    answer = request.POST.get("answer")
    if wanted is None or answer not in ("yes", "no"):
        raise BadRequest("nothing that can be wished for was chosen")
    if answer == "no":
        end_wish(person_id, wanted, acting=customer(person_id))
        return _done("wish")
    try:
        make_wish(person_id, wanted, acting=customer(person_id))
    except ValueError:
        return redirect(_address(wanted.kind, for_safety_only=False))
    return _done("wish")


@require_POST
@signed_in
def language(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change the language in which the customer is served, these pages too."""
    chosen = request.POST.get("language")
    if chosen not in list(Language):
        raise BadRequest("no language was chosen")
    change_language(person_id, Language(chosen), acting=customer(person_id))
    request.session["language"] = chosen
    response = _done("language")
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)  # which would go before the person's own
    return response


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('details')}?done={what}")
