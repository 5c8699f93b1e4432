"""Requests of registered persons, and the data-protection officer who handles them. Needs the `database` fixture."""

import secrets

from acting import a_mandate
from tarkka.people.actions import Actor, customer
from tarkka.vocabulary import Place, RequestKind, Role


def an_officer() -> Actor:
    """Return a data-protection officer with a mandate for a day."""
    from tarkka.rights.upheld import officer

    user_id = f"officer-{secrets.token_hex(4)}"
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    return officer(user_id)


def a_request(person_id: int, kind: RequestKind, text: str = "Please") -> int:
    """Make a request in the portal and return its id."""
    from tarkka.rights.actions import make_request

    return make_request(person_id, kind, text, place=Place.PORTAL, acting=customer(person_id))
