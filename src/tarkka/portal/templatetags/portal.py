"""The portal's own places, as the rail and the tab bar show them, and the parts of a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.conf import settings
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.schema import Chain, PurposeRule, RoleRule
from tarkka.purchases.queries import Line
from tarkka.vocabulary import Language

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the portal: its address's name, its icon, its word on the rail and its short word under the thumb."""

    address: str
    icon: str
    word: str
    short_word: str


# In the order of the rail. The tab bar has room for five.
PLACES = (
    Place("purchases", "receipt", msgid("place.purchases"), msgid("place.purchases.short")),
    Place("looks", "eye", msgid("place.looks"), msgid("place.looks.short")),
)


@register.inclusion_tag("portal/places.html", takes_context=True)
def places(context: RequestContext) -> dict[str, object]:
    """Draw the main menu with the present place marked."""
    here = context["request"].path
    return {
        "places": [
            {
                "address": reverse(place.address),
                "icon": f"icons/{place.icon}.svg",
                "word": gettext(place.word),
                "short_word": gettext(place.short_word),
                "is_here": here.startswith(reverse(place.address)),
            }
            for place in PLACES
        ]
    }


@register.filter
def named_in(code: str, table: Mapping[str, Chain | PurposeRule | RoleRule]) -> str:
    """Return what the register description calls a chain, a purpose or a role.

    In a template: `{{ event.purpose|named_in:described.purpose }}`. A code that the description no longer has is shown
    as it is.
    """
    return table[code].name.written_in(Language(get_language() or settings.LANGUAGE_CODE)) if code in table else code


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit of a line cost, in cents; exact, or rounded because the line's sum was."""

    cents: int
    is_exact: bool


@register.filter
def unit_price(line: Line) -> UnitPrice | None:
    """Return the unit price of a line; None for a single unit, whose price is the line's sum.

    The register holds quantity and sum. Of weighed goods and of three for ten euros the price on the shelf cannot be
    told back exactly, so it must not be shown as if it could.
    """
    if line.quantity in (0, 1):
        return None
    price = line.amount_cents / line.quantity
    return UnitPrice(int(price.quantize(Decimal(1), ROUND_HALF_UP)), is_exact=price == price.to_integral_value())
