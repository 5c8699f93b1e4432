"""Looks at groups: a trace sees everybody, an audience the unobjecting; who was in one finds it among theirs."""

from typing import Any

import psycopg
import pytest

from building import Household, a_household, a_source, take_three_levels
from looking import count, latest_events, own_look, rows
from tarkka.access import DoorMisused, Subject, opened
from tarkka.people.actions import customer, make_objection
from tarkka.vocabulary import Level, Objection, Place, Purpose, Role, SubjectKind

MARKETING = {"purpose": Purpose.MARKETING, "subject": Subject(SubjectKind.AUDIENCE)}
STATISTICS = {"purpose": Purpose.STATISTICS, "subject": Subject(SubjectKind.TRACE)}


def group_look(look: dict[str, Any]) -> Any:
    return opened(role=Role.AUTOMATIC, actor="test", **look)


def looks_of(person_id: int) -> set[int]:
    with own_look(person_id):
        return {event.id for event in latest_events(limit=10_000)}


@pytest.fixture(scope="module")
def objector(database: str) -> Household:
    """A household of two whose first person made objection B."""
    home, source = a_household(2), a_source()
    for card in home.cards:
        take_three_levels(source, card)
    make_objection(home.persons[0], Objection.B, place=Place.PORTAL, acting=customer(home.persons[0]))
    return home


@pytest.mark.parametrize("look", [STATISTICS, MARKETING])
def test_group_look_without_cover_is_a_fault(home: Household, look: dict[str, Any]) -> None:
    with pytest.raises(DoorMisused, match="cover"), group_look(look):
        pass


def test_person_in_a_group_look_finds_it_among_theirs(home: Household) -> None:
    me, mate = home.persons
    with group_look(STATISTICS) as look:
        look.cover([me, me])
    assert look.event_id in looks_of(me)
    assert look.event_id not in looks_of(mate)


def test_parts_of_a_group_may_be_recorded_one_after_another(home: Household) -> None:
    with group_look(STATISTICS) as look:
        for person_id in home.persons:
            look.cover([person_id])
    assert all(look.event_id in looks_of(person_id) for person_id in home.persons)


def test_empty_group_is_shown_to_nobody(home: Household) -> None:
    with group_look(STATISTICS) as look:
        look.cover([])
    assert look.event_id not in looks_of(home.persons[0])


def test_look_at_the_whole_register_is_shown_to_everyone(home: Household) -> None:
    with group_look(STATISTICS) as look:
        look.cover_everyone()
    assert all(look.event_id in looks_of(person_id) for person_id in (*home.persons, *a_household(1).persons))


def test_group_look_that_failed_before_it_told_who_was_in_it_is_shown_to_everyone(home: Household) -> None:
    with pytest.raises(ZeroDivisionError), group_look(MARKETING) as look:
        rows("SELECT purchaser_id FROM audience.receipt")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), group_look(MARKETING) as covered:
        covered.cover([home.persons[0]])
        raise ZeroDivisionError
    assert {look.event_id, covered.event_id} <= looks_of(home.persons[1])


def test_person_cannot_be_taken_out_of_a_group_look_again(home: Household) -> None:
    with group_look(STATISTICS) as look:
        look.cover([home.persons[0]])
    for statement in ("DELETE FROM access_event_person", "UPDATE access_event_person SET person_id = 0"):
        with pytest.raises(Exception, match="permission denied"), group_look(STATISTICS):
            rows(statement)
    assert look.event_id in looks_of(home.persons[0])


def test_telling_who_was_in_one_look_hides_no_other_from_everyone(home: Household, admin: Any) -> None:
    with group_look(STATISTICS) as register:
        register.cover_everyone()
    with group_look(MARKETING) as look:
        look.cover([home.persons[0]])
    assert register.event_id in looks_of(home.persons[1])
    assert look.event_id not in looks_of(home.persons[1])
    with pytest.raises(psycopg.errors.RaiseException, match="stays as it was"):
        admin.execute("DELETE FROM access_event_person WHERE person_id = 0")


def test_look_at_a_person_covers_nobody_else(home: Household) -> None:
    with pytest.raises(Exception, match="permission denied"), own_look(home.persons[0]) as look:
        look.cover([home.persons[1]])


@pytest.mark.parametrize("role", ["trace", "audience"])
def test_cover_without_a_ticket_is_an_error(database: str, role: str) -> None:
    from django.db import connection, transaction

    with pytest.raises(Exception, match="returned no rows"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE tarkka_{role}")
        rows("SELECT access.cover('{1}')")


def test_audience_leaves_objectors_out_level_by_level(objector: Household) -> None:
    first, second = objector.persons
    expected = {"receipt": {first, second}, "receipt_group": {first, second}, "receipt_line": {second}}
    with group_look(MARKETING) as look:
        for table, persons in expected.items():
            found = rows(
                f"SELECT DISTINCT purchaser_id FROM audience.{table} WHERE purchaser_id IN (%s, %s)", first, second
            )
            assert {person for (person,) in found} == persons
        look.cover(objector.persons)


def test_trace_has_no_place_for_objections(objector: Household) -> None:
    first, second = objector.persons
    with group_look(STATISTICS) as look:
        found = rows("SELECT DISTINCT purchaser_id FROM receipt_line WHERE purchaser_id IN (%s, %s)", first, second)
        assert {person for (person,) in found} == {first, second}
        look.cover([first, second])


def test_objection_committed_meanwhile_leaves_the_audience_at_the_next_statement(home: Household) -> None:
    from threading import Thread

    from django.db import connection

    newcomer = a_household(1)
    take_three_levels(a_source(), newcomer.cards[0])
    (me,) = newcomer.persons

    def choose() -> None:
        make_objection(me, Objection.A, place=Place.PORTAL, acting=customer(me))
        connection.close()

    with group_look(MARKETING) as look:
        assert count(f"audience.receipt_line WHERE purchaser_id = {me}") == 2
        thread = Thread(target=choose)
        thread.start()
        thread.join()
        assert count(f"audience.receipt_line WHERE purchaser_id = {me}") == 0
        assert count(f"audience.receipt WHERE purchaser_id = {me}") == 3
        look.cover([me])


def test_audience_has_no_right_on_the_tables(home: Household) -> None:
    with pytest.raises(Exception, match="permission denied for table receipt"), group_look(MARKETING):
        count("public.receipt")


@pytest.mark.parametrize("look", [STATISTICS, MARKETING])
@pytest.mark.parametrize("at_most", Level)
def test_group_look_is_no_finer_than_its_task_asks(home: Household, look: dict[str, Any], at_most: Level) -> None:
    prefix = "audience." if look is MARKETING else ""
    tables = {Level.TOTAL: "receipt", Level.GROUP: "receipt_group", Level.PRODUCT: "receipt_line"}
    with group_look(look | {"at_most": at_most}) as access:
        seen = {level for level, table in tables.items() if count(f"{prefix}{table}")}
        access.cover_everyone()
    assert seen == {level for level in Level if level <= at_most}
