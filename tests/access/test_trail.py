"""The trail: every look is recorded, shown to whom it concerned without the employee's name, and never changed."""

from typing import Any

import psycopg
import pytest

from building import Household, a_household
from looking import own_look, rows
from tarkka.people.actions import customer, make_objection
from tarkka.vocabulary import Objection, Place, Purpose, Role

IMMUTABLE = ["access_event", "access_event_person", "description_version", "description_level", "description_use"]
ROLES = ["tarkka_owner", "tarkka_door", "postgres"]


@pytest.mark.parametrize("table", IMMUTABLE)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_what_was_recorded_is_never_changed(home: Household, admin: Any, table: str, role: str, verb: str) -> None:
    [(column,)] = admin.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
    ).fetchall()
    statement = {
        "UPDATE": f"UPDATE {table} SET {column} = {column}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }
    errors = (psycopg.errors.RaiseException, psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    with pytest.raises(errors), admin.transaction():
        admin.execute(f"SET LOCAL ROLE {role}")
        admin.execute(statement[verb])


@pytest.mark.parametrize("role", ["tarkka_owner", "tarkka_person", "tarkka_app"])
def test_nobody_but_the_door_writes_events(home: Household, admin: Any, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), admin.transaction():
        admin.execute(f"SET LOCAL ROLE {role}")
        admin.execute(
            "INSERT INTO access_event (role, actor, purpose, subject_kind, level)"
            " VALUES ('customer', '1', 'own_data', 'person', 'TOTAL')"
        )


def test_event_says_who_looked_for_what_on_which_ground_and_how_finely(home: Household, admin: Any) -> None:
    me = home.persons[0]
    with own_look(me, role=Role.AUTOMATIC, actor="receipts by mail", purpose=Purpose.SERVICES, case_ref="C-7") as look:
        pass
    found = admin.execute(
        "SELECT role, actor, purpose, basis, subject_kind, subject_id, case_ref, level, version, refusal,"
        " now() - at < '1 minute' FROM access_event WHERE id = %s",
        [look.event_id],
    ).fetchall()
    assert found == [
        (
            "automatic",
            "receipts by mail",
            "services",
            "legitimate_interests",
            "person",
            me,
            "C-7",
            "PRODUCT",
            2,
            None,
            True,
        )
    ]


def test_person_sees_their_own_looks_and_nobody_elses(home: Household) -> None:
    me, mate = home.persons
    with own_look(mate) as theirs:
        pass
    with own_look(me) as mine:
        found = {event for (event,) in rows("SELECT id FROM access_event")}
        assert rows("SELECT count(*) FROM access_event WHERE subject_id <> %s OR subject_kind <> 'person'", me) == [
            (0,)
        ]
    assert mine.event_id in found
    assert theirs.event_id not in found


def test_stranger_sees_nothing_of_a_households_looks(home: Household) -> None:
    from tarkka import access
    from tarkka.access.queries import latest_events

    bonus = {"role": Role.AUTOMATIC, "actor": "bonus", "purpose": Purpose.BONUS, "subject": access.household(home.id)}
    with access.opened(**bonus, case_ref="C-9") as look:
        pass
    with own_look(a_household(1).persons[0]):
        assert look.event_id not in {event.id for event in latest_events(limit=10_000)}
        assert rows("SELECT count(*) FROM access_event WHERE subject_kind <> 'person'") == [(0,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT actor FROM access_event",
        "SELECT * FROM access_event",
        "SELECT made_by FROM objection",
        "SELECT withdrawn_by FROM objection",
        "SELECT given_by FROM mandate",
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.OWN_DATA, Purpose.SERVICES])
def test_employees_name_is_not_shown(home: Household, query: str, purpose: Purpose) -> None:
    with pytest.raises(Exception, match="permission denied"), own_look(home.persons[0], purpose=purpose):
        rows(query)


def test_employees_name_is_in_no_answer_about_shared_looks(home: Household) -> None:
    [(columns,)] = rows("SELECT proargnames::text[] FROM pg_proc WHERE oid = 'access.shared_looks'::regproc")
    assert {"role", "purpose", "at"} <= set(columns)
    assert "actor" not in columns


def test_looks_are_told_newest_first_a_page_at_a_time(database: str) -> None:
    from tarkka.access.queries import latest_events

    me = a_household(1).persons[0]
    made = []
    for _ in range(7):
        with own_look(me) as look:
            made.append(look.event_id)
    make_objection(me, Objection.A, place=Place.PORTAL, acting=customer(me))
    with own_look(me):
        mine = [event.id for event in latest_events(limit=10_000) if event.id in made]
        assert mine == made[::-1]
        page = latest_events(limit=3, before=made[-1])
        assert [event.id for event in page if event.id in made][:3] == [event.id for event in page]
        assert [event.id for event in page] == made[-2:-5:-1]
