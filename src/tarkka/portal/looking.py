"""A customer's looks through the door at more than their own data as such, which is `signing_in.own_look`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.core.exceptions import PermissionDenied

from tarkka import access
from tarkka.vocabulary import Purpose, Role


def household_look(person_id: int, household_id: int) -> AbstractContextManager[access.Access]:
    """Open the door at the household that a customer belongs to (R10, R11). Raises PermissionDenied if they do not."""
    return _customer_look(person_id, Purpose.HOUSEHOLD_VIEW, access.household(household_id))


def service_look(person_id: int) -> AbstractContextManager[access.Access]:
    """Open the door for a service made of a customer's purchases, as finely as their choices leave (R16)."""
    return _customer_look(person_id, Purpose.SERVICES, access.person(person_id))


@contextmanager
def _customer_look(person_id: int, purpose: Purpose, subject: access.Subject) -> Iterator[access.Access]:
    """Raises PermissionDenied if the description does not let customers look; that is recorded."""
    try:
        with access.opened(role=Role.CUSTOMER, actor=str(person_id), purpose=purpose, subject=subject) as look:
            yield look
    except access.Refused:
        raise PermissionDenied from None
