"""The first page: what it gathers is what the pages behind it tell."""

from datetime import date, timedelta

import pytest

import browsing
import building
from tarkka.vocabulary import Objection, Place, Purpose, Role

pytestmark = pytest.mark.usefixtures("site")


def test_a_newcomer_is_told_kindly_that_there_is_nothing_yet(monkeypatch):
    from tarkka.access.queries import Events
    from tarkka.portal.pages import home

    # Looks at the whole register, by other tests, are everybody's.
    monkeypatch.setattr(home.trail, "find_events", lambda *_, **__: Events([], None))
    said = browsing.words(browsing.signed_in(building.a_household(1).persons[0]).get("/home/"))
    assert "Hello, Given0" in said
    assert "Nobody else has looked" in said
    assert said.count("May be used") == 2
    assert "€0.00" in said
    assert "We cannot reach you." not in said
    assert "Your request" not in said


def test_what_needs_attention_is_told():
    from tarkka.people.actions import customer, remove_contact
    from tarkka.people.details import ContactKind
    from tarkka.rights.actions import RequestKind, make_request

    person = building.a_household(1).persons[0]
    remove_contact(person, ContactKind.EMAIL, acting=customer(person))
    make_request(person, RequestKind.RECTIFICATION, "A wrong sum", place=Place.PORTAL, acting=customer(person))
    said = browsing.words(browsing.signed_in(person).get("/home/"))
    assert "We cannot reach you." in said
    assert "Your request is being handled. We answer by" in said


def test_the_page_gathers_receipts_choices_looks_and_the_households_month():
    from datetime import UTC, datetime

    from tarkka import access
    from tarkka.people.actions import customer, make_objection

    household, source = building.a_household(2), building.a_source()
    now = datetime.now(UTC).isoformat()
    building.take(source, [building.a_receipt(card=household.cards[0], purchased_at=now)])
    building.take(source, [building.a_receipt(card=household.cards[1], purchased_at=now, bonus_eligible="3.00")])
    person = household.persons[0]
    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    with access.opened(role=Role.AUTOMATIC, actor="test", purpose=Purpose.SERVICES, subject=access.person(person)):
        pass
    client = browsing.signed_in(person)
    answer = client.get("/home/")
    said = browsing.words(answer)
    assert "€13.00" in said  # both of the household, what earns bonus
    assert answer.content.decode().count("/purchases/") == 3  # the menu, all of them, and the one own receipt
    assert "Services made of purchase data" in said
    assert "May not be used" in said
    assert "automatic" in said.lower()
    for language, words in (("fi", "bonusostot: "), ("sv", "bonusköp: ")):
        said = browsing.words(browsing.signed_in(person, language=language).get("/home/"))
        assert said.partition(words)[2][0].islower()


def test_another_of_the_household_is_not_taken_for_the_person():
    from looking import own_look
    from tarkka import access

    household = building.a_household(2)
    me, mate = household.persons
    shared = {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(household.id)}
    with own_look(mate, **shared):
        pass
    said = browsing.words(browsing.signed_in(me).get("/home/"))
    assert "Another person of your household" in said
    assert "The customer" not in said


def test_neither_own_visits_nor_the_households_hide_a_look_of_staff():
    from acting import a_case, a_mandate
    from looking import own_look
    from tarkka import access

    household = building.a_household(2)
    me, mate = household.persons
    a_mandate("adviser", Role.CUSTOMER_SERVICE)
    case = {"role": Role.CUSTOMER_SERVICE, "purpose": Purpose.CUSTOMER_SERVICE, "actor": "adviser"}
    case |= {"case_ref": a_case(me, "adviser")}
    shared = {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(household.id)}
    for person, changes in [(me, case), *[(mate, shared)] * 5, *[(me, {})] * 51]:
        with own_look(person, **changes):
            pass
    said = browsing.words(browsing.signed_in(me).get("/home/"))
    assert "Customer service" in said
    assert said.count("Another person of your household") == 1
    assert "Nobody else has looked" not in said


def test_a_change_of_the_description_is_told_before_it_holds(monkeypatch):
    """R32: directly, in the portal."""
    from tarkka.description.queries import load_rulebook
    from tarkka.description.rulebook import PublishedVersion, Rulebook
    from tarkka.portal.pages import home

    client = browsing.signed_in(building.a_household(1).persons[0])
    assert "The register description changes" not in browsing.words(client.get("/home/"))
    published = load_rulebook().versions
    day = date.today() + timedelta(days=40)  # noqa: DTZ011
    coming = PublishedVersion(99, day, published[-1].description)
    monkeypatch.setattr(home, "load_rulebook", lambda: Rulebook((*published, coming)))
    answer = client.get("/home/")
    assert f"The register description changes on {day.day} " in browsing.words(answer)
    assert 'href="/description/99/"' in answer.content.decode()
