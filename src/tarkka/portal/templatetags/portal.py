"""The portal's own places, as the rail and the tab bar show them."""

from dataclasses import dataclass

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.portal.looking import unread_recalls
from tarkka.wording.language import reader_language

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the portal: its address's name, icon, word, short word if the tab bar has it, and text."""

    address: str
    icon: str
    word: str
    short_word: str
    text: str


# In the order of the rail. The tab bar has room for five: those with a short word, `more` the last of them.
PLACES = (
    Place("home", "home", msgid("place.home"), msgid("place.home.short"), msgid("place.home.text")),
    Place(
        "purchases", "receipt", msgid("place.purchases"), msgid("place.purchases.short"), msgid("place.purchases.text")
    ),
    Place("spending", "chart", msgid("place.spending"), msgid("place.spending.short"), msgid("place.spending.text")),
    Place("bonus", "bonus", msgid("place.bonus"), "", msgid("place.bonus.text")),
    Place("household", "household", msgid("place.household"), "", msgid("place.household.text")),
    Place("choices", "choices", msgid("place.choices"), "", msgid("place.choices.text")),
    Place("looks", "eye", msgid("place.looks"), "", msgid("place.looks.text")),
    Place("recalls", "recall", msgid("place.recalls"), "", msgid("place.recalls.text")),
    Place("my-data", "file", msgid("place.my_data"), "", msgid("place.my_data.text")),
    Place("details", "person", msgid("place.details"), "", msgid("place.details.text")),
    Place("description", "book", msgid("place.description"), "", msgid("place.description.text")),
    Place("card", "card", msgid("place.card"), msgid("place.card.short"), msgid("place.card.text")),
    Place("more", "more", msgid("place.more"), msgid("place.more.short"), ""),
)


@register.inclusion_tag("portal/places.html", takes_context=True)
def places(context: RequestContext) -> dict[str, object]:
    """Draw the main menu with the present place marked."""
    return {"places": _drawn_places(context["request"].path)}


@register.inclusion_tag("portal/recall_banner.html", takes_context=True)
def recall_banner(context: RequestContext) -> dict[str, object]:
    """Tell of the recalls that the person has not said they read, but of the one that the page shows."""
    shown, language = context.get("shown_recall"), reader_language()
    return {"recalls": [(each, each.products[language]) for each in unread_recalls() if each.id != shown]}


@register.inclusion_tag("portal/all_places.html")
def all_places() -> dict[str, object]:
    """List every place with what is there."""
    return {"places": [place for place in _drawn_places("") if place["text"]]}


def _drawn_places(path: str) -> list[dict[str, object]]:
    found = []
    for place in PLACES:
        try:
            address = reverse(place.address)
        except NoReverseMatch:
            continue
        found.append(
            {
                "address": address,
                "icon": f"icons/{place.icon}.svg",
                "word": gettext(place.word),
                "short_word": gettext(place.short_word) if place.short_word else "",
                "text": gettext(place.text) if place.text else "",
                "is_here": path.startswith(address),
            }
        )
    return found
