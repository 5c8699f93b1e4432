"""A customer's looks through the door. Each raises access.Refused, recorded, if the description does not let them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from tarkka import access
from tarkka.recalls.queries import OwnRecall, read_own_recalls
from tarkka.vocabulary import Level, Purpose, Role

_unread: ContextVar[list[OwnRecall] | None] = ContextVar("unread_recalls", default=None)


@contextmanager
def finding_recalls() -> Iterator[None]:
    """Let the own looks of one request find the recalls that its pages tell of; nothing of it is left afterwards."""
    token = _unread.set([])
    try:
        yield
    finally:
        _unread.reset(token)


def unread_recalls() -> list[OwnRecall]:
    """Return the running recalls that the person has not said they read, as the request's last own look found them."""
    return list(_unread.get() or ())


@contextmanager
def own_look(person_id: int, at_most: Level) -> Iterator[access.Access]:
    """Open the door for a customer's look at their own data, at most as fine as the page shows it (R7)."""
    with _customer_look(person_id, Purpose.OWN_DATA, access.person(person_id), at_most) as look:
        unread = _unread.get()
        if unread is not None:
            found = read_own_recalls()
            unread[:] = [each for each in found if each.acknowledged_at is None and each.recall.ended_at is None]
        yield look


def household_look(person_id: int, household_id: int) -> AbstractContextManager[access.Access]:
    """Open the door at the household that a customer belongs to (R10, R11)."""
    return _customer_look(person_id, Purpose.HOUSEHOLD_VIEW, access.household(household_id))


def service_look(person_id: int) -> AbstractContextManager[access.Access]:
    """Open the door for a service made of a customer's purchases, as finely as their choices leave (R16)."""
    return _customer_look(person_id, Purpose.SERVICES, access.person(person_id))


def _customer_look(
    person_id: int, purpose: Purpose, subject: access.Subject, at_most: Level = Level.PRODUCT
) -> AbstractContextManager[access.Access]:
    return access.opened(role=Role.CUSTOMER, actor=str(person_id), purpose=purpose, subject=subject, at_most=at_most)
