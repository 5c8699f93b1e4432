"""A customer's looks through the door. Each raises access.Refused, recorded, if the description does not let them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from tarkka import access
from tarkka.recalls.queries import Unread, read_unread
from tarkka.vocabulary import Level, Purpose, Role

_unread: ContextVar[list[Unread] | None] = ContextVar("unread_recalls", default=None)
"""What the first look of a request found of recalls; None outside the pages of somebody who is signed in."""


@contextmanager
def telling_of_recalls() -> Iterator[None]:
    """Let the pages of one request tell the person of recalls; nothing of it is left afterwards."""
    token = _unread.set([])
    try:
        yield
    finally:
        _unread.reset(token)


def unread_recalls() -> list[Unread]:
    """Return the running recalls that the person has not said they read, as the request's looks found them."""
    return _unread.get() or []


def own_look(person_id: int, at_most: Level) -> AbstractContextManager[access.Access]:
    """Open the door for a customer's look at their own data, at most as fine as the page shows it (R7)."""
    return _customer_look(person_id, Purpose.OWN_DATA, access.person(person_id), at_most)


def household_look(person_id: int, household_id: int) -> AbstractContextManager[access.Access]:
    """Open the door at the household that a customer belongs to (R10, R11)."""
    return _customer_look(person_id, Purpose.HOUSEHOLD_VIEW, access.household(household_id))


def service_look(person_id: int) -> AbstractContextManager[access.Access]:
    """Open the door for a service made of a customer's purchases, as finely as their choices leave (R16)."""
    return _customer_look(person_id, Purpose.SERVICES, access.person(person_id))


@contextmanager
def _customer_look(
    person_id: int, purpose: Purpose, subject: access.Subject, at_most: Level = Level.PRODUCT
) -> Iterator[access.Access]:
    with access.opened(
        role=Role.CUSTOMER, actor=str(person_id), purpose=purpose, subject=subject, at_most=at_most
    ) as look:
        if _unread.get() is not None:
            _unread.set(read_unread())
        yield look
