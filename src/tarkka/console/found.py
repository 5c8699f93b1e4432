"""Whom a lookup has just shown to somebody, carried from form to form: signed, for a quarter of an hour.

No address and no log has it, and nobody opens a case with a person whom they did not find.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext

from tarkka.people.lookup import Found
from tarkka.staff.queries import Account

_SALT = "tarkka.console.found"
_LONGEST = 15 * 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as the lookup showed them."""

    person_id: int
    name: str
    cards: str
    token: str


def shown(found: Found, staff: Account) -> Shown:
    """Return somebody who was found, with the token that a form carries."""
    name = f"{found.family_name} {found.given_name}"
    cards = ", ".join(f"…{end}" for end in found.card_ends) or gettext("lookup.no_card")
    token = signing.dumps([found.person_id, name, cards, staff.user_id], salt=_SALT, compress=True)
    return Shown(found.person_id, name, cards, token)


def shown_before(request: HttpRequest, staff: Account) -> Shown | None:
    """Return whom the form is about; None if it carries nobody whom this member of staff was shown just now."""
    return opened(request.POST.get("found", ""), staff)


def opened(token: str, staff: Account) -> Shown | None:
    """Return whom a token is about, or None as `shown_before`."""
    try:
        person_id, name, cards, user_id = signing.loads(token, salt=_SALT, max_age=_LONGEST)
    except signing.BadSignature:
        return None
    return Shown(person_id, name, cards, token) if user_id == staff.user_id else None
