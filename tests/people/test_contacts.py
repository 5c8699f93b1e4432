"""How a person is reached and what they wished to be sent: what is right, one of each kind, and safety kept apart."""

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

import looking
from acting import a_case, a_mandate
from building import Household, a_household
from looking import login, own_look, seen
from recalling import a_recall_of
from storing import rows
from tarkka.people.actions import change_contact, customer, end_wish, make_wish, remove_contact
from tarkka.people.details import RECEIPTS_BY_EMAIL, WISHES, ContactKind, Wish, WrongContact, checked_contact
from tarkka.vocabulary import Purpose, Role

EMAIL, PHONE, POST = ContactKind


@pytest.fixture
def home(database: str) -> Household:
    return a_household(1)


def contacts(person_id: int) -> dict[tuple[str, bool], str]:
    found = rows("SELECT kind, for_safety_only, value FROM contact WHERE person_id = %s", person_id)
    return {(kind, for_safety_only): value for kind, for_safety_only, value in found}


def wishes(person_id: int) -> dict[Wish, Any]:
    from tarkka.people.queries import read_wishes

    with own_look(person_id):
        return read_wishes()


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (EMAIL, "  aino@example.org ", "aino@example.org"),
        (EMAIL, "aino+kuitit@post.example.co.uk", "aino+kuitit@post.example.co.uk"),
        (PHONE, "040 123 4567", "+358401234567"),
        (PHONE, "(09) 123-4567", "+35891234567"),
        (PHONE, "+46 8 123 456 78", "+46812345678"),
        (PHONE, "0046 8 12345678", "+46812345678"),
        (POST, "Mannerheimintie 1 A 2\r\n\r\n00100  Helsinki", "Mannerheimintie 1 A 2\n00100 Helsinki"),
        (POST, "Storgatan 1\n111 23 Stockholm\nSverige", "Storgatan 1\n111 23 Stockholm\nSverige"),
    ],
)
def test_contact_is_kept_in_one_form(kind: ContactKind, text: str, kept: str) -> None:
    assert checked_contact(kind, text) == kept
    assert checked_contact(kind, kept) == kept


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (EMAIL, " ", "empty"),
        (EMAIL, "aino", "email"),
        (EMAIL, "aino@example.org\nBcc: everybody@example.org", "email"),
        (EMAIL, "a@example.org, b@example.org", "email"),
        (EMAIL, f"{'a' * 250}@example.org", "too_long"),
        (PHONE, "", "empty"),
        (PHONE, "040", "phone"),
        (PHONE, "+0 123 4567", "phone"),
        (PHONE, "123 4567", "phone"),
        (PHONE, "040 123 4567 or 041 123 4567", "phone"),
        (PHONE, "٠٤٠١٢٣٤٥٦٧", "phone"),
        (POST, "Mannerheimintie 1", "post"),
        (POST, "Mannerheimintie\nHelsinki", "post"),
        (POST, "a 1\nb\nc\nd\ne\nf\ng", "post"),
        (POST, "Katu 1\n00100 Hel\x00sinki", "post"),
        (POST, "Katu 1\n" * 60, "too_long"),
    ],
)
def test_what_reaches_nobody_is_refused_by_its_kind_and_unquoted(kind: ContactKind, text: str, code: str) -> None:
    with pytest.raises(WrongContact) as error:
        checked_contact(kind, text)
    assert error.value.code == code
    assert str(error.value) == code


@given(kind=st.sampled_from(ContactKind), text=st.text(max_size=60))
def test_whatever_is_kept_is_kept_as_it_is_when_it_is_given_again(kind: ContactKind, text: str) -> None:
    try:
        kept = checked_contact(kind, text)
    except WrongContact:
        return
    assert checked_contact(kind, kept) == kept


def test_contact_takes_the_place_of_the_one_before_and_none_of_another_kind(home: Household) -> None:
    person = home.persons[0]
    for text in ("040 1234567", "040 7654321", "040 7654321"):
        change_contact(person, PHONE, text, acting=customer(person))
    change_contact(person, PHONE, "050 1234567", for_safety_only=True, acting=customer(person))
    assert contacts(person) == {
        ("email", False): f"{home.cards[0]}@example.org",
        ("phone", False): "+358407654321",
        ("phone", True): "+358501234567",
    }


def test_there_is_one_contact_of_a_kind_however_many_come_at_once(home: Household) -> None:
    person = home.persons[0]

    def change(nth: int) -> None:
        from django.db import connection

        try:
            change_contact(person, EMAIL, f"a{nth}@example.org", acting=customer(person))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(change, range(10)))
    assert list(contacts(person)) == [("email", False)]


def test_contact_that_is_wrong_changes_nothing(home: Household) -> None:
    person = home.persons[0]
    before = contacts(person)
    with pytest.raises(WrongContact):
        change_contact(person, EMAIL, "aino", acting=customer(person))
    assert contacts(person) == before


def test_removing_a_contact_removes_that_one_alone(home: Household) -> None:
    person, acting = home.persons[0], customer(home.persons[0])
    change_contact(person, EMAIL, "safe@example.org", for_safety_only=True, acting=acting)
    assert remove_contact(person, EMAIL, acting=acting)
    assert not remove_contact(person, EMAIL, acting=acting)
    assert contacts(person) == {("email", True): "safe@example.org"}
    assert remove_contact(person, EMAIL, for_safety_only=True, acting=acting)
    assert contacts(person) == {}


def test_nothing_is_wished_for_until_it_is_and_then_since_when(home: Household) -> None:
    person, acting = home.persons[0], customer(home.persons[0])
    assert wishes(person) == {}
    assert make_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    first = wishes(person)
    assert list(first) == [RECEIPTS_BY_EMAIL]
    assert not make_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    assert wishes(person) == first
    assert end_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    assert not end_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    assert wishes(person) == {}
    make_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    assert wishes(person)[RECEIPTS_BY_EMAIL] > first[RECEIPTS_BY_EMAIL], "the time between does not count"


@pytest.mark.parametrize("wish", WISHES)
def test_wish_needs_a_contact_of_its_kind_and_one_for_safety_is_none(home: Household, wish: Wish) -> None:
    person, acting = home.persons[0], customer(home.persons[0])
    remove_contact(person, EMAIL, acting=acting)
    text = {EMAIL: "safe@example.org", POST: "Katu 1\n00100 Helsinki"}[wish.kind]
    change_contact(person, wish.kind, text, for_safety_only=True, acting=acting)
    with pytest.raises(ValueError, match="no such person, or no"):
        make_wish(person, wish, acting=acting)
    change_contact(person, wish.kind, text, acting=acting)
    assert make_wish(person, wish, acting=acting)


def test_wishes_end_with_the_contact_that_they_need_and_no_others(home: Household) -> None:
    person, acting = home.persons[0], customer(home.persons[0])
    change_contact(person, POST, "Katu 1\n00100 Helsinki", acting=acting)
    change_contact(person, EMAIL, "safe@example.org", for_safety_only=True, acting=acting)
    for wish in WISHES:
        make_wish(person, wish, acting=acting)
    remove_contact(person, EMAIL, for_safety_only=True, acting=acting)
    assert set(wishes(person)) == set(WISHES)
    remove_contact(person, EMAIL, acting=acting)
    assert [wish.kind for wish in wishes(person)] == [POST]


def test_changing_an_address_ends_no_wish(home: Household) -> None:
    person, acting = home.persons[0], customer(home.persons[0])
    make_wish(person, RECEIPTS_BY_EMAIL, acting=acting)
    change_contact(person, EMAIL, "new@example.org", acting=acting)
    assert list(wishes(person)) == [RECEIPTS_BY_EMAIL]


def test_wish_that_is_none_is_refused_without_the_row(home: Household) -> None:
    with pytest.raises(ValueError, match="it cannot be written so") as error:
        make_wish(home.persons[0], Wish("", EMAIL), acting=customer(home.persons[0]))  # type: ignore[arg-type]
    assert error.value.__suppress_context__
    assert "row" not in str(error.value)


def test_everything_that_is_sent_goes_by_a_carrier_that_the_description_names(database: str) -> None:
    """A wish is for a purpose of legitimate interests, to whose carrier the description gives such contacts."""
    from django.utils import timezone

    from tarkka.description.queries import load_rulebook

    document = load_rulebook().in_force(timezone.now()).description.document
    field = {EMAIL: "email", PHONE: "phone", POST: "postal_address"}
    for wish in WISHES:
        assert document.purpose[wish.purpose].basis == "legitimate_interests"
        assert any(
            wish.purpose in carrier.purposes and field[wish.kind] in carrier.fields
            for carrier in document.recipient.values()
        )


def test_contact_for_safety_is_read_for_recalls_and_keeping_it_and_no_other_purpose(home: Household) -> None:
    """Every purpose, role and kind of subject of the description, asked in bare SQL with a ticket of the door."""
    person = home.persons[0]
    for kind, text in ((EMAIL, "safe@example.org"), (PHONE, "040 1234567"), (POST, "Katu 1\n00100 Helsinki")):
        change_contact(person, kind, text, for_safety_only=True, acting=customer(person))
    recall = str(a_recall_of(person))
    uses = rows(
        "SELECT purpose, role, subject_kind FROM description_use"
        " WHERE version = (SELECT number FROM description_in_force) ORDER BY 1, 2, 3"
    )
    assert {purpose for purpose, _, _ in uses} == set(Purpose), "a purpose of the description was not tried"
    read = {}
    for purpose, role, kind in uses:
        actor = str(person) if role == Role.CUSTOMER else f"safety-{role}"
        if role not in (Role.CUSTOMER, Role.AUTOMATIC):
            a_mandate(actor, Role(role))
        subject = {"person": person, "household": home.id}.get(kind)
        case = a_case(person, actor, "contact_question") if role == Role.CUSTOMER_SERVICE else None
        case = recall if purpose == Purpose.RECALL else case
        with login() as connection:
            secret = secrets.token_hex(32)
            ticket = [hashlib.sha256(secret.encode()).digest(), role, actor, purpose, kind, subject, case]
            [(refusal,)] = connection.execute(
                "SELECT refusal FROM access.issue(%s, %s, %s, %s, %s, %s, %s, NULL, 'name: Nobody', 'PRODUCT')", ticket
            )
            assert refusal is None, (purpose, role, kind)
            try:
                read[purpose, role, kind] = seen(
                    connection, secret, kind, f"contact WHERE for_safety_only AND person_id = {person}"
                )
            except psycopg.errors.InsufficientPrivilege:
                read[purpose, role, kind] = 0
    assert {use: found for use, found in read.items() if found} == {
        use: 3
        for use in read
        if use[0] in (Purpose.OWN_DATA, Purpose.RECALL, Purpose.REGISTER_UPKEEP) and use[2] == "person"
    }


def test_contact_for_safety_is_of_nobody_else(database: str) -> None:
    one, other = a_household(2).persons
    change_contact(one, PHONE, "040 1234567", for_safety_only=True, acting=customer(one))
    with own_look(other):
        assert looking.rows("SELECT 1 FROM contact WHERE for_safety_only") == []
