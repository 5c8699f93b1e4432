"""My card: a barcode for the till, and the copy of it that a browser may keep for where there is no network."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tarkka.people.queries import Person, read_cards, read_person
from tarkka.portal import kept_card
from tarkka.portal.barcodes import Bars, drawn
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in
from tarkka.vocabulary import Level


@dataclass(frozen=True, slots=True)
class ShownCard:
    """An open card as the page shows it: its number in groups of four, and its bars if there are any for it."""

    number: str
    bars: Bars | None

    @property
    def last_digits(self) -> str:
        """The end of the number, by which somebody tells their cards from each other."""
        return self.number.replace(" ", "")[-4:]


@require_safe
@signed_in
def card(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the customer's open cards, one at a time."""
    person, cards = _read(person_id)
    return render(request, "portal/card.html", {"person": person, "cards": cards, "of": _fingerprint(person, cards)})


@require_safe
@signed_in
def copy(request: HttpRequest, person_id: int) -> HttpResponse:  # noqa: ARG001  # a copy has no form and no menu
    """Give the browser a copy of the card to keep, because its holder asked for that. Without an open card: 404."""
    person, cards = _read(person_id)
    if not cards:
        raise Http404
    # Without the request nothing of the session gets into what is kept.
    page = render_to_string(
        "portal/card_kept.html",
        {"person": person, "cards": cards, "of": _fingerprint(person, cards), "kept_at": timezone.now()},
    )
    return kept_card.give(HttpResponse(page), person_id)


def _read(person_id: int) -> tuple[Person | None, list[ShownCard]]:
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        cards = read_cards()
    return person, [ShownCard(_grouped(each.number), drawn(each.number)) for each in cards if each.is_open]


def _grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _fingerprint(person: Person | None, cards: list[ShownCard]) -> str:
    """What tells a kept copy that still holds from an old one."""
    shown = repr([person, [each.number for each in cards], get_language()])
    return salted_hmac("tarkka.portal.card", shown, algorithm="sha256").hexdigest()[:32] if cards else ""
