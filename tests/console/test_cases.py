"""One's own open case: opened with the customer, shown as its situation says, acted in, closed (R17, R23)."""

import re

import pytest

import acting
import browsing
import building
import casework
from looking import latest_events, own_look
from tarkka.vocabulary import Objection, Place


@pytest.fixture
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


SHOWN = {
    # What each situation shows, by headings of the page.
    "bonus_question": {"Household", "Purchases"},
    "card_question": {"Cards"},
    "choice_change": {"Targeting of marketing and communication", "Customer-specific services"},
    "contact_question": {"Contact details"},
    "data_request": {"Contact details", "Extract on paper", "Requests"},
    "household_question": {"Household"},
    "looks_question": {"Who has looked"},
    "purchases_question": {"Purchases"},
    "receipt_question": {"Purchases"},
}


@pytest.mark.parametrize("situation", SHOWN)
def test_a_situation_shows_its_parts_and_no_other(clerk, customer, situation):
    answer = page(clerk, casework.open_case(clerk, customer.persons[0], situation))
    assert set(re.findall(r"<h2[^>]*>([^<]+)</h2>", answer.content.decode())) == SHOWN[situation]
    assert answer.headers["Refresh"].isdigit()
    assert "no-store" in answer.headers["Cache-Control"]


def test_every_situation_of_the_description_is_in_that_table(site):
    from tarkka.console.pages.cases import situations

    assert set(situations(break_glass=False)) == set(SHOWN)


def test_a_card_is_closed_and_replaced_in_one_act(clerk, customer):
    from tarkka.people.queries import read_cards

    [person], [old], new = customer.persons, customer.cards, acting.new_number()
    address = casework.open_case(clerk, person, "card_question")
    taken = building.a_household(1).cards[0]
    for wrong, said in (("12", "10 to 19 digits"), (taken, "registered already")):
        answer = clerk.post(f"{address}card/", {"number": old, "act": "replace", "new_number": wrong})
        assert answer.status_code == 422
        assert said in browsing.words(answer)
    answer = clerk.post(f"{address}card/", {"number": old, "act": "replace", "new_number": f"{new[:4]} {new[4:]}"})
    assert "a new one opened" in browsing.words(page(clerk, answer["Location"]))
    with own_look(person):
        assert {card.number: card.is_open for card in read_cards()} == {new: True, old: False}
    clerk.post(f"{address}card/", {"number": new, "act": "close"})
    assert clerk.post(f"{address}card/", {"number": new, "act": "close"})["Location"] == address
    assert (
        clerk.post(f"{address}card/", {"number": old, "act": "replace", "new_number": acting.new_number()}).status_code
        == 302
    )
    with own_look(person):
        assert not [card for card in read_cards() if card.is_open]


def test_contact_and_language_are_corrected(clerk, customer):
    from tarkka.people.queries import read_contacts, read_person

    [person] = customer.persons
    address = casework.open_case(clerk, person, "contact_question")
    assert clerk.post(f"{address}contact/", {"kind": "phone", "value": "many"}).status_code == 422
    clerk.post(f"{address}contact/", {"kind": "phone", "value": "040 1234567"})
    clerk.post(f"{address}contact/", {"kind": "email", "act": "remove"})
    clerk.post(f"{address}language/", {"language": "sv"})
    with own_look(person):
        assert [(each.kind, each.value) for each in read_contacts()] == [("phone", "+358401234567")]
        assert read_person(person).language == "sv"
    for data in ({"kind": "fax"}, {}):
        assert clerk.post(f"{address}contact/", data).status_code == 400
    assert clerk.post(f"{address}language/", {"language": "de"}).status_code == 400


def test_a_household_is_left_and_another_joined(clerk, customer):
    from tarkka.people.household import current_membership

    [person], other = customer.persons, building.a_household(1)
    address = casework.open_case(clerk, person, "household_question")
    for wrong in ({"household": "x"}, {"household": "999999999"}, {"household": str(other.id), "is_main_member": "on"}):
        assert clerk.post(f"{address}household/", {"act": "join"} | wrong).status_code == 422
    clerk.post(f"{address}household/", {"act": "leave"})
    with own_look(person):
        assert current_membership() is None
    assert "belongs to no household" in browsing.words(page(clerk, address))
    clerk.post(f"{address}household/", {"act": "join", "household": str(other.id)})
    with own_look(person):
        assert current_membership().household_id == other.id


def test_an_extract_is_ordered_and_a_request_taken(clerk, customer):
    from tarkka.rights.queries import read_orders, read_requests

    [person] = customer.persons
    address = casework.open_case(clerk, person, "data_request", place="desk", identified_by="identity_document")
    assert "no postal address" in browsing.words(clerk.post(f"{address}extract/"))
    clerk.post(f"{address}contact/", {"kind": "post", "value": "Given0 Family\nRoad 1\n00100 Helsinki"})
    clerk.post(f"{address}extract/")
    assert clerk.post(f"{address}requests/", {"kind": "erasure", "text": " "}).status_code == 422
    assert clerk.post(f"{address}requests/", {"kind": "wishes", "text": "x"}).status_code == 400
    clerk.post(f"{address}requests/", {"kind": "erasure", "text": "Please forget my card."})
    said = browsing.words(page(clerk, address))
    assert "Please forget my card." in said
    with own_look(person):
        [order], [request] = read_orders(), read_requests()
    assert (order.made_at, request.place) == (None, "desk")


def test_the_one_receipt_that_the_customer_points_out_is_shown_in_full_and_no_other(clerk, customer):
    [person] = customer.persons
    address = casework.open_case(clerk, person, "receipt_question")
    answer = page(clerk, address)
    ids = re.findall(r'name="receipt" value="(\d+)"', answer.content.decode())
    assert len(ids) == 3
    assert "Milk" not in answer.content.decode()
    assert clerk.get(f"{address}receipts/{ids[0]}/").status_code == 404
    stranger = building.a_household(1)
    building.take_three_levels(building.a_source(), stranger.cards[0])
    with building.administrator() as connection:
        [(another,)] = connection.execute("SELECT max(id) FROM receipt WHERE purchaser_id = %s", stranger.persons)
    assert clerk.post(f"{address}point-out/", {"receipt": another}).status_code == 404
    assert clerk.post(f"{address}point-out/", {"receipt": ids[0]})["Location"] == address
    said = browsing.words(page(clerk, address))
    assert "Milk" in said
    assert "the customer pointed out" in said
    assert 'name="receipt"' not in page(clerk, address).content.decode()
    answer = clerk.post(f"{address}point-out/", {"receipt": ids[1]})
    assert answer.status_code == 403
    assert "The attempt was recorded" in browsing.words(answer)
    with own_look(person):
        assert [event for event in latest_events() if event.outcome == "refused"]


def test_purchases_are_listed_by_day_and_shown_as_the_customers_choices_leave_them(clerk, customer):
    from tarkka.people.actions import customer as themselves
    from tarkka.people.actions import make_objection

    [person] = customer.persons
    address = casework.open_case(clerk, person, "purchases_question")
    assert len(re.findall(r"/receipts/\d+/", page(clerk, address).content.decode())) == 3
    found = re.findall(r"/receipts/(\d+)/", page(clerk, f"{address}?day=2024-03-05").content.decode())
    assert "No purchases." in browsing.words(page(clerk, f"{address}?day=2024-03-07"))
    for wrong in ("yesterday", "0001-01-01"):
        assert clerk.get(f"{address}?day={wrong}").status_code == 404
    shown = [browsing.words(page(clerk, f"{address}receipts/{each}/")) for each in found]
    assert [each for each in shown if "Milk" in each]
    make_objection(person, Objection.B, place=Place.PORTAL, acting=themselves(person))
    shown = [browsing.words(page(clerk, f"{address}receipts/{each}/")) for each in found]
    assert not [each for each in shown if "Milk" in each]
    assert [each for each in shown if "has forbidden the use of product data" in each]
    bonus = casework.open_case(clerk, person, "bonus_question")
    [said] = {browsing.words(page(clerk, f"{bonus}receipts/{each}/")).count("nothing finer") for each in found[:1]}
    assert said == 1
    assert clerk.get(f"{address}receipts/999999999/").status_code == 404


def test_a_closed_case_shows_nothing_to_anybody(clerk, customer):
    [person] = customer.persons
    address = casework.open_case(clerk, person, "card_question")
    assert page(clerk, address)
    answer = clerk.post(f"{address}close/")
    assert "The case is closed" in browsing.words(page(clerk, answer["Location"]))
    for gone in (clerk.get(address), clerk.post(f"{address}card/", {"number": customer.cards[0], "act": "close"})):
        assert gone.status_code == 404
        assert "The case is not open" in browsing.words(gone)
        assert "Given0" not in browsing.words(gone)


def test_a_case_ends_by_itself_an_open_page_included(clerk, customer):
    [person] = customer.persons
    address = casework.open_case(clerk, person, "card_question")
    page(clerk, address)
    with building.administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE service_case SET opened_at = opened_at - interval '1 hour', closes_at = now() WHERE id = %s",
            [int(address.rstrip("/").rpartition("/")[2])],
        )
    assert clerk.get(address).status_code == 404


@pytest.mark.parametrize(("wrong", "said"), [
    ({"situation": "emergency"}, "Choose what it is about"),
    ({"place": "portal"}, "Choose where the customer is"),
    ({"identified_by": "identity_document"}, "Choose a way that fits the place"),
    ({"call_ref": " "}, "Write the call reference"),
])  # fmt: skip
def test_what_a_case_needs_is_asked_for(clerk, customer, wrong, said):
    [person] = customer.persons
    token = casework.token_on(casework.find(clerk, person))
    given = {"found": token, "situation_of": person, "situation": "card_question"} | casework.HOW | wrong
    answer = clerk.post(casework.OPEN, given)
    assert answer.status_code == 422
    assert said in browsing.words(answer)


def test_the_customer_sees_the_case_and_what_was_done(clerk, customer):
    [person] = customer.persons
    address = casework.open_case(clerk, person, "card_question")
    clerk.post(f"{address}card/", {"number": customer.cards[0], "act": "close"})
    number = address.rstrip("/").rpartition("/")[2]
    said = browsing.words(browsing.signed_in(person).get("/looks/?by=staff"))
    assert f"A card lost, or another matter of cards · Co-op member service Case {number}" in said
    assert "Closed a card" in said
    assert clerk.user_id not in said
    home = browsing.words(clerk.get("/console/"))
    assert "A card lost, or another matter of cards Closes at" in home
