"""Extracts on paper: free once in twelve months, never refused, each letter made exactly once (R8; GDPR 12(5))."""

import io
import os
import re
import stat
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pypdf import PdfReader

from acting import an_operator
from building import a_household, a_source, administrator, take_three_levels
from looking import own_look


def a_person(address: str | None = "Testikatu 1 A\n00100 HELSINKI") -> int:
    household = a_household(1)
    take_three_levels(a_source(), household.cards[0])
    with administrator() as connection:
        if address:
            connection.execute(
                "INSERT INTO contact (person_id, kind, value) VALUES (%s, 'post', %s)", [household.persons[0], address]
            )
    return household.persons[0]


def ordered(person: int) -> int:
    from tarkka.people.actions import customer
    from tarkka.rights.actions import order_extract

    return order_extract(person, acting=customer(person))


def orders(person: int):
    from tarkka.rights.queries import read_orders

    with own_look(person):
        return read_orders()


def printed() -> list[float]:
    from tarkka.rights.letters import print_letters

    shares: list[float] = []
    print_letters(shares.append)
    return shares


def letter(order: int):
    from tarkka.rights.letters import outbox

    return outbox() / f"extract-{order}.pdf"


def asked_before(person: int, days: int, way: str = "paper") -> None:
    at = datetime.now(UTC) - timedelta(days=days)
    with administrator() as connection:
        connection.execute(
            "INSERT INTO register_extract (person_id, way, asked_at, made_at) VALUES (%s, %s, %s, %s)",
            [person, way, at, at],
        )


@pytest.fixture(autouse=True)
def _register(site):
    """The register; and nothing left waiting by another test."""
    with administrator() as connection:
        connection.execute("UPDATE register_extract SET made_at = now() WHERE made_at IS NULL")


def test_the_first_letter_in_twelve_months_is_free():
    person = a_person()
    asked_before(person, 367)
    ordered(person)
    assert not orders(person)[0].may_cost


def test_a_further_letter_is_taken_with_the_word_that_it_may_cost():
    person = a_person()
    asked_before(person, 363)
    ordered(person)
    assert orders(person)[0].may_cost


def test_extracts_taken_online_never_count():
    person = a_person()
    for _ in range(5):
        asked_before(person, 1, "online")
    ordered(person)
    assert not orders(person)[0].may_cost


def test_an_order_that_waits_is_not_made_twice():
    person = a_person()
    assert ordered(person) == ordered(person)
    assert len(orders(person)) == 1


def test_an_operator_orders_for_somebody_who_wrote_a_letter():
    from tarkka.rights.actions import order_extract

    person = a_person()
    order_extract(person, acting=an_operator())
    assert len(orders(person)) == 1


def test_a_letter_needs_an_address():
    from tarkka.rights.actions import NoPostalAddress

    with pytest.raises(NoPostalAddress):
        ordered(a_person(None))


def test_letters_are_made_once_each_for_their_owner_alone():
    people = [a_person() for _ in range(3)]
    made = [ordered(person) for person in people]
    assert printed() == [1 / 3, 2 / 3, 1.0]
    for person, order in zip(people, made, strict=True):
        file = letter(order)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        text = PdfReader(io.BytesIO(file.read_bytes())).pages[0].extract_text()
        assert "Given0 Family\nTestikatu 1 A\n00100 HELSINKI" in text
        assert orders(person)[0].made_at
        file.unlink()
    assert printed() == []
    assert not any(letter(order).exists() for order in made)


def test_a_letter_is_in_the_persons_language_and_names_nobody_in_its_name():
    person = a_person()
    with administrator() as connection:
        connection.execute("UPDATE person SET language = 'sv' WHERE id = %s", [person])
    order = ordered(person)
    printed()
    paper = PdfReader(letter(order))
    assert paper.trailer["/Root"]["/Lang"] == "sv"
    assert paper.metadata.title == "Registerutdrag"
    assert re.fullmatch(r"extract-\d+\.pdf", letter(order).name)


def test_the_person_sees_that_the_program_looked_to_make_the_letter():
    from tarkka.rights.extract import read_rows

    person = a_person()
    order = ordered(person)
    printed()
    with own_look(person):
        looks = [each for each in read_rows("looks") if each.role == "automatic" and each.subject == "person"]
    assert [(each.purpose, each.case, each.level) for each in looks] == [("own_data", f"extract {order}", "PRODUCT")]


def test_objection_b_does_not_lower_the_letter():
    from tarkka.people.actions import customer, make_objection
    from tarkka.vocabulary import Objection, Place

    person = a_person()
    make_objection(person, Objection.B, place=Place.PORTAL, acting=customer(person))
    order = ordered(person)
    printed()
    assert "Milk" in "".join(page.extract_text() for page in PdfReader(letter(order)).pages)


def test_an_address_that_was_taken_away_is_waited_for():
    from tarkka.rights.letters import print_letters

    person = a_person()
    order = ordered(person)
    with administrator() as connection:
        connection.execute("DELETE FROM contact WHERE person_id = %s AND kind = 'post'", [person])
    found = print_letters(lambda _: None)
    assert (found.made, found.without_address) == (0, 1)
    assert not letter(order).exists()
    assert orders(person)[0].made_at is None


def test_two_at_once_make_no_letter_twice():
    from tarkka.rights.letters import AlreadyPrinting, print_letters

    person = a_person()
    ordered(person)
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('rights.print_letters', 0))")
        with pytest.raises(AlreadyPrinting):
            print_letters(lambda _: None)
    assert orders(person)[0].made_at is None
    assert printed() == [1.0]


class Crash(BaseException):
    """Power went."""


@pytest.mark.parametrize("where", ["long_pdf", "_write", "_name"])
def test_wherever_it_stops_the_next_run_makes_each_letter_once(monkeypatch, where):
    from tarkka.rights import letters

    people = [a_person() for _ in range(2)]
    made = [ordered(person) for person in people]

    def crash(*_: object) -> None:
        if where == "_write":
            (letters.outbox() / f".extract-{made[0]}.part").write_bytes(b"half")
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(letters, where, crash)
        with pytest.raises(Crash):
            letters.print_letters(lambda _: None)
    assert not letter(made[0]).exists()
    assert (orders(people[0])[0].made_at is not None) == (where == "_name")
    printed()
    assert all(PdfReader(letter(order)).pages for order in made)
    assert [left for left in letters.outbox().glob(".*") if left.is_file()] == []
    assert all(orders(person)[0].made_at for person in people)


def test_extracts_are_counted_by_year_and_way_and_of_nobody():
    from tarkka.rights.queries import extracts_made

    before = extracts_made().get(2009, {"online": 0, "paper": 0})
    person = a_person()
    with administrator() as connection:
        for way in ("online", "online", "paper"):
            # Half past one at night in Helsinki on New Year's Day is still the year before in London.
            connection.execute(
                "INSERT INTO register_extract (person_id, way, asked_at, made_at) VALUES (%s, %s, %s, %s)",
                [person, way, "2008-12-31T23:30:00Z", "2008-12-31T23:30:00Z"],
            )
    assert extracts_made()[2009] == {"online": before["online"] + 2, "paper": before["paper"] + 1}


def test_what_waits_is_told_to_the_owner_alone(database):
    from tarkka.rights.queries import waiting

    person = a_person()
    order = ordered(person)
    assert [(each.id, each.person_id) for each in waiting("extract")] == [(order, person)]
    with psycopg.connect(database, autocommit=True) as login, pytest.raises(psycopg.errors.InsufficientPrivilege):
        login.execute("SELECT * FROM rights.waiting()")


def test_a_thread_that_compiles_leaves_no_thread_behind():
    from tarkka.purchases.queries import source_names
    from tarkka.rights.extract import read_extract
    from tarkka.rights.writing import archive
    from tarkka.vocabulary import Language

    before = threading.active_count()
    names = source_names()
    with own_look(a_person()):
        extract = read_extract(Language.FI, names)
    parts = archive(extract)
    next(parts)
    parts.close()  # a reader who went away
    assert threading.active_count() == before
