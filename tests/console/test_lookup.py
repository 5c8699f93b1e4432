"""Finding the customer: the least that tells people apart, and everyone who is found sees it (R23)."""

import logging

import pytest

import browsing
import building
import casework
from looking import latest_events, own_look
from tarkka.vocabulary import SubjectKind


@pytest.fixture(scope="module")
def clerk(site):
    return casework.a_clerk()


@pytest.fixture(scope="module")
def customer(site):
    return building.a_household(1)


def looked_up(person):
    with own_look(person):
        return [event.id for event in latest_events() if event.subject_kind is SubjectKind.LOOKUP]


@pytest.mark.parametrize("how", ["person", "card", "identity", "card in fours", "small letters"])
def test_a_customer_is_found_by_each_number_and_sees_it(clerk, customer, how):
    [person], [card], [code] = customer.persons, customer.cards, customer.identity_codes
    terms = {
        "person": person,
        "card": card,
        "identity": code,
        "card in fours": " ".join(card[at : at + 4] for at in range(0, 16, 4)),
        "small letters": f" {code.lower()} ",
    }[how]
    before = looked_up(person)
    told = browsing.words(casework.find(clerk, terms))
    assert f"Family Given0 customer {person} · cards …{card[-4:]}" in told
    assert card not in told.replace(str(terms), "")
    assert len({*looked_up(person)} - {*before}) == 1


def test_an_identity_code_is_recorded_as_its_keyed_hash_alone(clerk, customer):
    from tarkka.people.identity import identity_hash

    [code] = customer.identity_codes
    casework.find(clerk, code)
    with building.administrator() as connection:
        terms = [row[0] for row in connection.execute("SELECT terms FROM access_event WHERE terms IS NOT NULL")]
    assert f"identity: {identity_hash(code).hex()}" in terms
    assert not [each for each in terms if code in each]


@pytest.mark.parametrize(("terms", "said"), [
    ("", "Write whom you are looking for"),
    ("V", "at least two letters"),
    (",", "at least two letters"),
    ("x" * 101, "too long"),
    ("131052-308U", "identity code is wrong"),
])  # fmt: skip
def test_what_cannot_be_searched_for_is_told_and_not_searched(clerk, terms, said):
    with building.administrator() as connection:
        [(before,)] = connection.execute("SELECT count(*) FROM access_event WHERE terms IS NOT NULL")
        answer = casework.find(clerk, terms)
        [(after,)] = connection.execute("SELECT count(*) FROM access_event WHERE terms IS NOT NULL")
    assert answer.status_code == 422
    assert said in browsing.words(answer)
    assert before == after


def test_of_more_than_ten_nobody_is_shown(clerk):
    for _ in range(4):
        building.a_household(3)
    answer = casework.find(clerk, "Family")
    assert "More than 10 were found" in browsing.words(answer)
    assert "Given0" not in browsing.words(answer)
    assert 'name="found"' not in answer.content.decode()


def test_nobody_is_found_and_it_is_said(clerk):
    assert "Nobody was found" in browsing.words(casework.find(clerk, "999999999"))


def test_terms_are_in_no_address_and_no_log(clerk, customer, caplog):
    caplog.set_level(logging.DEBUG)
    answer = casework.find(clerk, customer.cards[0])
    assert answer.status_code == 200
    assert "?" not in answer.request.get("QUERY_STRING", "")
    assert customer.cards[0] not in caplog.text


def test_searching_too_often_is_refused(site):
    from tarkka.console.pages.lookup import PER_MINUTE

    client = casework.a_clerk()
    statuses = [casework.find(client, "").status_code for _ in range(PER_MINUTE + 1)]
    assert statuses == [422] * PER_MINUTE + [429]


def test_a_token_is_good_for_whom_it_was_shown_to_alone(clerk, customer):
    token = casework.token_on(casework.find(clerk, customer.persons[0]))
    assert "What is it about?" in browsing.words(clerk.post(casework.OPEN, {"found": token}))
    other = casework.a_clerk()
    assert "Find the customer again" in browsing.words(other.post(casework.OPEN, {"found": token}))
    assert "Find the customer again" in browsing.words(clerk.post(casework.OPEN, {"found": f"{token}x"}))
