"""One's own open case: opened with the customer, shown as its situation says, acted in, closed (R17, R23)."""

import re

import pytest

import browsing
import building
import casework
from looking import own_look
from tarkka.vocabulary import Objection, Place


@pytest.fixture(scope="module")
def clerk(site):
    return casework.a_clerk()


@pytest.fixture
def customer(site):
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    return household


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer


def choices_of(person):
    from tarkka.people.queries import read_choices

    with own_look(person):
        return read_choices()


def test_an_objection_is_put_in_force_by_phone_and_the_customer_sees_where(clerk, customer):
    [person] = customer.persons
    address = casework.open_case(clerk, person, "choice_change")
    said = browsing.words(page(clerk, address))
    assert "Family Given0" in said
    assert "On the phone" in said
    version = re.findall(r'name="version" value="(\d+)"', page(clerk, address).content.decode())[0]
    answer = clerk.post(f"{address}choices/", {"objection": "A", "answer": "may_not", "version": version})
    assert "in force at once" in browsing.words(page(clerk, answer["Location"]))
    [choice] = choices_of(person)
    assert (choice.kind, choice.made_place, choice.withdrawn_at) == (Objection.A, Place.PHONE, None)
    clerk.post(f"{address}choices/", {"objection": "A", "answer": "may", "version": version})
    [choice] = choices_of(person)
    assert choice.withdrawn_place is Place.PHONE
