"""The console's own places, as its rail shows them: each to the roles that have something to do there."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.errors import BeforeFirstVersion
from tarkka.staff.queries import Account
from tarkka.vocabulary import Role
from tarkka.web.pages import described
from tarkka.wording.language import reader_language

register = template.Library()

EVERYBODY = None
_GIVERS = frozenset({Role.REGISTER_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})
_RECALLERS = frozenset({Role.RECALL_OFFICER, Role.DATA_PROTECTION_OFFICER})


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the console: its address's name, icon, word, and the roles that see it, or everybody."""

    address: str
    icon: str
    word: str
    roles: frozenset[Role] | None

    def is_seen_by(self, roles: AbstractSet[Role]) -> bool:
        """Tell whether somebody in these roles has something to do there."""
        return self.roles is None or bool(self.roles & roles)


# In the order of the rail. A place is there once its address is.
PLACES = (
    Place("console-home", "home", msgid("console.place.home"), EVERYBODY),
    Place("console-agreement", "book", msgid("console.place.agreement"), EVERYBODY),
    Place("console-cases", "person", msgid("console.place.cases"), frozenset({Role.CUSTOMER_SERVICE})),
    Place("console-recalls", "recall", msgid("console.place.recalls"), _RECALLERS),
    Place("console-mandates", "household", msgid("console.place.mandates"), _GIVERS),
    Place("console-supervision", "eye", msgid("console.place.supervision"), frozenset({Role.DATA_PROTECTION_OFFICER})),
    Place("console-requests", "file", msgid("console.place.requests"), frozenset({Role.DATA_PROTECTION_OFFICER})),
    Place("console-breaches", "wrong", msgid("console.place.breaches"), frozenset({Role.DATA_PROTECTION_OFFICER})),
    Place("console-record", "book", msgid("console.place.record"), frozenset({Role.DATA_PROTECTION_OFFICER})),
    Place("console-extracts", "tick", msgid("console.place.extracts"), _GIVERS),
    Place("console-account", "choices", msgid("console.place.account"), EVERYBODY),
)


@register.inclusion_tag("console/places.html", takes_context=True)
def console_places(context: RequestContext) -> dict[str, object]:
    """Draw the rail for whoever is signed in, with the present place marked."""
    staff: Account | None = context.get("staff")
    return {"places": drawn_places(staff.roles if staff else frozenset(), context["request"].path)}


@register.filter
def role_name(role: Role) -> str:
    """Return what the register description in force calls a role; its code, where there is no description yet."""
    try:
        rule = described().role.get(role)
    except BeforeFirstVersion:
        rule = None
    return role if rule is None else rule.name.written_in(reader_language())


@register.filter
def staff_name(user_id: str, names: Mapping[str, str]) -> str:
    """Return the name of a member of staff; the user id alone of whoever has no open account."""
    return names.get(user_id, user_id)


def drawn_places(roles: AbstractSet[Role], path: str = "") -> list[dict[str, object]]:
    """Return the places that somebody in these roles sees and that are there."""
    found = []
    for place in PLACES:
        try:
            address = reverse(place.address)
        except NoReverseMatch:
            continue
        if place.is_seen_by(roles):
            is_here = path == address if place.address == "console-home" else path.startswith(address)
            found.append(
                {
                    "address": address,
                    "icon": f"icons/{place.icon}.svg",
                    "word": gettext(place.word),
                    "is_here": is_here,
                    "is_own": place.address in ("console-home", "console-account"),
                }
            )
    return found
