"""A customer's looks through the door. Each raises access.Refused, recorded, if the description does not let them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tarkka import access
from tarkka.recalls.queries import OwnRecall, read_own_recalls
from tarkka.vocabulary import Level, Purpose, Role


@dataclass(slots=True)
class _Telling:
    """Whose page is being made, and the recalls that its last own look found; None before any."""

    person_id: int
    found: list[OwnRecall] | None = None


_telling: ContextVar[_Telling | None] = ContextVar("telling_of_recalls", default=None)


@contextmanager
def telling_of_recalls(person_id: int) -> Iterator[None]:
    """Let the pages of one request tell the person of recalls; nothing of it is left afterwards."""
    token = _telling.set(_Telling(person_id))
    try:
        yield
    finally:
        _telling.reset(token)


def unread_recalls() -> list[OwnRecall]:
    """Return the running recalls that the person has not said they read, as the request's last own look found them.

    A request that had no own look has one for this; of a page of nobody's own there are none.
    """
    telling = _telling.get()
    if telling is None:
        return []
    if telling.found is None:
        with own_look(telling.person_id, Level.TOTAL):
            pass
    return telling.found or []


@contextmanager
def own_look(person_id: int, at_most: Level) -> Iterator[access.Access]:
    """Open the door for a customer's look at their own data, at most as fine as the page shows it (R7)."""
    with _customer_look(person_id, Purpose.OWN_DATA, access.person(person_id), at_most) as look:
        telling = _telling.get()
        if telling is not None:
            found = read_own_recalls()
            telling.found = [each for each in found if each.acknowledged_at is None and each.recall.ended_at is None]
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
