"""A customer's looks through the door. Each raises access.Refused, recorded, if the description does not let them."""

from contextlib import AbstractContextManager

from tarkka import access
from tarkka.vocabulary import Level, Purpose, Role


def own_look(person_id: int, at_most: Level) -> AbstractContextManager[access.Access]:
    """Open the door for a customer's look at their own data, at most as fine as the page shows it (R7)."""
    return _customer_look(person_id, Purpose.OWN_DATA, access.person(person_id), at_most)


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
