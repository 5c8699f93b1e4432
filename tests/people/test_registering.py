"""Registering: each person once, each household whole or not at all, and nothing of anybody in what is said."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from acting import new_code, new_number
from looking import own_look
from storing import rows
from tarkka.people import registering
from tarkka.people.identity import identity_hash, open_identity
from tarkka.people.registering import NewCard, NewHousehold, NewPerson, NotRegistered, register_households
from tarkka.vocabulary import Language

SINCE = datetime(2014, 5, 1, tzinfo=UTC)
SECRET = "Aamunkoi"


def a_person(key, **changes):
    person = NewPerson(
        key, new_code(), SECRET, SECRET, Language.SV, False, (NewCard(new_number(), SINCE),), f"{SECRET}@example.org"
    )
    return replace(person, **changes)


def a_household(name, persons=2):
    return NewHousehold(SINCE, tuple(a_person(f"{name}-{at}", is_main_member=at == 0) for at in range(persons)))


def quotes(error, household):
    """Whether anything said of an error, on screen or in a log, holds something of the household."""
    said = "".join(traceback.format_exception(error))
    words = [(each.identity_code, each.given_name, each.cards[0].number) for each in household.persons]
    hashes = [identity_hash(each.identity_code).hex() for each in household.persons]
    return any(word in said for word in [*hashes, *(word for each in words for word in each)])


def persons_of(household):
    hashes = [identity_hash(person.identity_code) for person in household.persons]
    return rows("SELECT id FROM person WHERE identity_hash = ANY (%s)", hashes)


@pytest.fixture
def left():
    """The households that were left alone, and why."""
    return []


@pytest.fixture
def register(database, left):
    return lambda *households: register_households(households, left=lambda one, why: left.append((one, why)))


def test_household_is_registered_with_all_that_it_brings(register):
    household = a_household("home")
    ids = register(household)
    assert list(ids) == ["home-0", "home-1"]
    found = rows(
        """
        SELECT p.id, p.identity_sealed, p.given_name, p.family_name, p.language,
               m.is_main_member, lower(m.valid), upper(m.valid),
               c.number, lower(c.valid), upper(c.valid), o.kind, o.value, o.for_safety_only
        FROM person p JOIN membership m ON m.person_id = p.id JOIN card c ON c.person_id = p.id
        JOIN contact o ON o.person_id = p.id WHERE p.id = ANY (%s) ORDER BY p.id
        """,
        list(ids.values()),
    )
    assert [(row[0], open_identity(row[1]), *row[2:]) for row in found] == [
        (
            ids[each.key], each.identity_code, SECRET, SECRET, "sv", each.is_main_member, SINCE, None,
            each.cards[0].number, SINCE, None, "email", f"{SECRET}@example.org", False,
        )
        for each in household.persons
    ]  # fmt: skip
    assert len(rows("SELECT DISTINCT household_id FROM membership WHERE person_id = ANY (%s)", list(ids.values()))) == 1


def test_identity_code_is_kept_encrypted_alone(register):
    household = a_household("home", 1)
    [person_id] = register(household).values()
    [(row,)] = rows("SELECT p::text FROM person p WHERE id = %s", person_id)
    code = household.persons[0].identity_code
    assert code not in row
    assert code.encode().hex() not in row


def test_household_registered_again_is_passed_over_as_it_is(register, left):
    household = a_household("home")
    ids = register(household)
    changed = NewHousehold(
        datetime(2020, 1, 1, tzinfo=UTC),
        tuple(replace(each, given_name="New", cards=(NewCard(new_number(), SINCE),)) for each in household.persons),
    )
    assert register(household) == register(changed) == register(household, changed) == ids
    assert left == []
    assert rows("SELECT given_name FROM person WHERE id = %s", ids["home-0"]) == [(SECRET,)]
    assert rows("SELECT count(*) FROM card WHERE person_id = ANY (%s)", list(ids.values())) == [(2,)]


def test_household_of_which_some_are_registered_is_left_alone(register, left):
    known = a_household("known")
    ids = register(known)
    mixed = NewHousehold(SINCE, (a_person("new", is_main_member=True), known.persons[1]))
    other = a_household("other")
    assert set(register(mixed, other)) == {"other-0", "other-1"}
    assert left == [(mixed, "some of its persons are registered and some are not")]
    assert persons_of(mixed) == [(ids["known-1"],)]


def test_household_with_a_card_that_is_taken_is_left_alone(register, left):
    known = a_household("known")
    register(known)
    taking = NewHousehold(SINCE, (a_person("new", is_main_member=True, cards=known.persons[1].cards),))
    assert register(taking) == {}
    assert left == [(taking, "a card of it is registered already")]
    assert persons_of(taking) == []


def test_what_comes_twice_at_once_is_as_if_it_came_later(register, left):
    first = a_household("first")
    mixed = NewHousehold(SINCE, (first.persons[0], a_person("new")))
    taking = NewHousehold(SINCE, (a_person("newer", is_main_member=True, cards=first.persons[0].cards),))
    ids = register(first, mixed, taking, first)
    assert set(ids) == {"first-0", "first-1"}
    assert [one for one, _ in left] == [mixed, taking]


def test_key_of_somebody_else_is_refused_for_the_answer_would_tell_the_wrong_id(register, left, monkeypatch):
    first, again, far = a_household("same", 1), a_household("same", 1), a_household("same", 1)
    monkeypatch.setattr(registering, "_REGISTERING", 2)
    ids = register(first, again, a_household("other", 1), far)
    assert set(ids) == {"same-0", "other-0"}
    assert left == [(again, "a key in it is another person's"), (far, "a key in it is another person's")]
    assert persons_of(first) == [(ids["same-0"],)]
    assert persons_of(again) == persons_of(far) == []


def test_ids_are_told_as_they_are_committed(database, monkeypatch):
    monkeypatch.setattr(registering, "_REGISTERING", 2)
    homes = [a_household(name, 1) for name in "abcde"]
    told = []

    def tell(ids):
        assert {(person_id,) for person_id in ids.values()} <= {each for home in homes for each in persons_of(home)}
        told.append(list(ids))

    assert list(register_households(iter(homes), told=tell)) == ["a-0", "b-0", "c-0", "d-0", "e-0"]
    assert told == [["a-0", "b-0"], ["c-0", "d-0"], ["e-0"]]


def test_load_that_was_stopped_goes_on(database, monkeypatch):
    monkeypatch.setattr(registering, "_REGISTERING", 2)
    homes = [a_household(name, 1) for name in "abcde"]

    def until_the_cable_is_pulled():
        yield from homes[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        register_households(until_the_cable_is_pulled())
    assert [len(persons_of(home)) for home in homes] == [1, 1, 0, 0, 0]
    assert len(register_households(homes)) == 5
    assert [len(persons_of(home)) for home in homes] == [1, 1, 1, 1, 1]


def test_without_a_listener_the_first_that_is_left_alone_ends_it_and_quotes_nobody(database):
    known = a_household("known")
    register_households([known])
    mixed = NewHousehold(SINCE, (a_person("new", is_main_member=True), known.persons[1]))
    new = a_household("other")
    with pytest.raises(NotRegistered) as error:
        register_households([new, mixed])
    assert persons_of(new) == []
    assert not quotes(error.value, mixed)
    assert not quotes(error.value, new)


@pytest.mark.parametrize("what", ["identity code", "card number", "key"])
def test_household_that_has_something_twice_is_none(what):
    first, second = a_person("a", is_main_member=True), a_person("b")
    twice = {"identity code": {"identity_code": first.identity_code.lower()}, "card number": {"cards": first.cards}}
    with pytest.raises(ValueError, match=f"the same {what} is in the household twice") as error:
        NewHousehold(SINCE, (first, replace(second, **twice.get(what, {"key": "a"}))))
    assert first.identity_code not in str(error.value)


@pytest.mark.parametrize("email", ["maija@example..org", "no address", " a@example.org", "a@b@example.org"])
def test_text_that_is_no_email_address_is_none(email):
    with pytest.raises(ValueError, match="an e-mail address is none") as error:
        NewHousehold(SINCE, (replace(a_person("a", is_main_member=True), email=email),))
    assert email.strip() not in str(error.value)


@pytest.mark.parametrize("mains", [0, 2])
def test_household_has_one_main_member(mains):
    persons = tuple(a_person(str(at), is_main_member=at < mains) for at in range(2))
    with pytest.raises(ValueError, match="exactly one main member"):
        NewHousehold(SINCE, persons)


def test_same_load_at_once_registers_everybody_once(database):
    homes = [a_household(str(at)) for at in range(50)]

    def load(order):
        from django.db import connection

        try:
            return register_households(homes[::order])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(load, [1, -1, 1, -1]))
    assert all(answer == answers[0] for answer in answers)
    assert sum(len(persons_of(home)) for home in homes) == 100


def test_error_of_the_database_is_told_without_the_row(database, monkeypatch):
    known, taking = a_household("known"), a_household("taking")
    register_households([known])
    taking = replace(taking, persons=(replace(taking.persons[0], cards=known.persons[0].cards),))
    # As if somebody registered the card between the look and the writing.
    monkeypatch.setattr(registering, "_registered_cards", lambda raw, cards: set())
    with pytest.raises(ValueError, match="a card with this number is registered already") as error:
        register_households([taking])
    assert not quotes(error.value, taking)
    assert persons_of(taking) == []


def test_person_sees_what_was_registered_of_them(register):
    household = a_household("home", 1)
    [person_id] = register(household).values()
    from tarkka.people.queries import read_cards, read_person

    with own_look(person_id):
        found, cards = read_person(person_id), read_cards()
    assert found is not None
    assert (found.given_name, found.language) == (SECRET, Language.SV)
    assert [(card.number, card.opened_at, card.closed_at) for card in cards] == [
        (household.persons[0].cards[0].number, SINCE, None)
    ]
