"""Breaking the glass: reason, minutes, fresh proof; reviewed by another, told to the customer (R22, R23)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

import browsing
import building
import casework
import staffing
from looking import own_look
from tarkka import access
from tarkka.access.cases import Verdict, delay_look, review_case
from tarkka.people.actions import Actor, change_contact
from tarkka.people.details import ContactKind
from tarkka.vocabulary import Purpose, Role

GLASS = "/console/cases/break-glass/"
WHY = {"situation": "emergency", "reason": "The rescue service asks what allergen was bought.", "minutes": "10"}


@pytest.fixture
def clerk(site):
    return casework.a_clerk()


@pytest.fixture
def customer(site):
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    return household.persons[0]


def break_it(clerk, person, **changes):
    return clerk.post(GLASS, {"found": casework.token_on(casework.find(clerk, person))} | WHY | changes)


def number_of(address):
    return int(address.rstrip("/").rpartition("/")[2])


def test_it_shows_what_its_situation_shows_and_changes_nothing(clerk, customer):
    address = break_it(clerk, customer)["Location"]
    said = browsing.words(clerk.get(address))
    assert "emergency access" in said
    assert "Contact details" in said
    assert "Prisma" in said
    assert 'name="value"' not in clerk.get(address).content.decode()
    assert clerk.post(f"{address}contact/", {"kind": "phone", "value": "040 1234567"}).status_code == 404
    acting = Actor(Role.CUSTOMER_SERVICE, clerk.user_id, Purpose.REGISTER_UPKEEP, str(number_of(address)))
    with pytest.raises(access.Refused, match="without_the_customer"):
        change_contact(customer, ContactKind.PHONE, "040 1234567", acting=acting)


def test_the_customer_is_told_at_once_why_and_not_by_whom(clerk, customer):
    client = browsing.signed_in(customer)
    assert "Emergency" not in browsing.words(client.get("/home/"))
    address = break_it(clerk, customer)["Location"]
    home = browsing.words(client.get("/home/"))
    assert "Your data was opened without you" in home
    assert "Nothing has been looked at yet." in home
    assert "See what was looked at" not in home
    clerk.get(address)
    home = browsing.words(client.get("/home/"))
    assert "It was looked at." in home
    assert "See what was looked at" in home
    assert "An emergency: danger to life or health" in home
    looks = browsing.words(client.get("/looks/?by=staff"))
    assert f"Emergency access Case {number_of(address)}" in looks
    for said in (home, looks):
        assert clerk.user_id not in said
        assert "allergen" not in said


def test_telling_can_be_delayed_by_the_officer_alone_and_staff_cannot_tell_either(clerk, customer):
    officer = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    address = break_it(clerk, customer)["Location"]
    clerk.get(address)
    until = datetime.now(UTC) + timedelta(days=2)
    with pytest.raises(access.NotAllowed):
        delay_look(number_of(address), until=until, reason="police", acting=clerk.user_id)
    delay_look(number_of(address), until=until, reason="police", acting=officer)
    client = browsing.signed_in(customer)
    assert "without you" not in browsing.words(client.get("/home/"))
    assert "Emergency access" not in browsing.words(client.get("/looks/?by=staff"))
    asked = casework.open_case(casework.a_clerk(), customer, "looks_question")
    other = casework.a_clerk()
    asked = casework.open_case(other, customer, "looks_question")
    assert f"Case {number_of(address)}" not in browsing.words(other.get(asked))


def test_telling_is_not_delayed_once_the_customer_may_know(clerk, customer):
    officer = staffing.signed_in(staffing.an_account(Role.DATA_PROTECTION_OFFICER))
    client = browsing.signed_in(customer)
    address = f"/console/supervision/reviews/{number_of(break_it(clerk, customer)['Location'])}/"
    client.get("/home/")
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    answer = officer.post(f"{address}delay/", {"until": day, "reason": "police"})
    assert answer.status_code == 422
    assert "The customer has been told already, or has looked at their data since" in browsing.words(answer)
    assert "opened without you" in browsing.words(client.get("/home/"))


def test_it_is_reviewed_by_another(clerk, customer):
    case = number_of(break_it(clerk, customer)["Location"])
    officer = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    with pytest.raises(access.NotAllowed):
        review_case(case, Verdict.ACCEPTED, words="fine", acting=clerk.user_id)
    review_case(case, Verdict.ACCEPTED, words="the call was real", acting=officer)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"reason": "too short"}, "at least 20 characters"),
    ({"minutes": "16"}, "1 to 15"),
    ({"minutes": "soon"}, "1 to 15"),
    ({"situation": "card_question"}, "Choose what it is about"),
])  # fmt: skip
def test_what_it_needs_is_asked_for(clerk, customer, wrong, said):
    answer = break_it(clerk, customer, **wrong)
    assert answer.status_code == 422
    assert said in browsing.words(answer)


def test_the_second_factor_is_brought_first_and_nobody_searches_twice(clerk, customer):
    token = casework.token_on(casework.find(clerk, customer))
    session = clerk.session
    session["proved_at"] = 0
    session.save()
    answer = clerk.post(GLASS, {"found": token})
    assert answer["Location"] == "/console/proof/?next=%2Fconsole%2Fcases%2Fbreak-glass%2F"
    answer = clerk.post(answer["Location"], {})
    assert answer["Location"] == GLASS
    assert "Why is it necessary?" in browsing.words(clerk.get(GLASS))
    assert "Find the customer again" in browsing.words(clerk.get(GLASS))


def test_the_case_lasts_as_many_minutes_as_were_asked_for(clerk, customer):
    from tarkka.access.cases import cases_open

    break_it(clerk, customer, minutes="3")
    [case] = cases_open(clerk.user_id)
    assert case.closes_at - case.opened_at == timedelta(minutes=3)
    with own_look(customer):
        pass
