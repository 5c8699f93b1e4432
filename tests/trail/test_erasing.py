"""Erasing a person takes away what identifies them, and the trail is as it was sealed; by hand, it is not."""

from typing import Any

import pytest

from building import a_household
from emptying import empty_by_hand
from looking import own_look, rows
from requesting import an_officer
from tarkka.vocabulary import Objection, Place, Purpose, Role


@pytest.fixture
def person(database: str) -> int:
    """Somebody who looked at themselves and at their household, and was looked at; all of it sealed."""
    from tarkka import access
    from tarkka.trail.sealing import seal

    home = a_household(2)
    with own_look(home.persons[0]):
        pass
    with own_look(home.persons[0], subject=access.household(home.id), purpose=Purpose.HOUSEHOLD_VIEW):
        pass
    with own_look(home.persons[0], role=Role.AUTOMATIC, actor="job", purpose=Purpose.REGISTER_UPKEEP):
        pass
    seal()
    return home.persons[0]


def erase(admin: Any, person: int) -> int:
    """Erase as it is done: at the data-protection officer's look at the person."""
    role, purpose = Role.DATA_PROTECTION_OFFICER, Purpose.REGISTER_UPKEEP
    with own_look(person, role=role, actor=an_officer().id, purpose=purpose):
        rows("SELECT access.record_act('data_erased')")
    [(erasure,)] = admin.execute("SELECT trail.erase(%s, 'officer')", [person]).fetchall()
    return int(erasure)


def findings(admin: Any) -> list[str]:
    from tarkka.trail.sealing import signer
    from tarkka.trail.verifying import verify

    return [f"{each.where}: {each.what}" for each in verify(admin, signer().verifier).findings]


def test_erased_person_is_nowhere_and_the_trail_is_whole(admin: Any, person: int) -> None:
    from tarkka.trail.sealing import seal

    of_them = "SELECT count(*) FROM access_event WHERE subject_kind = 'person' AND subject_id = %s OR actor = %s"
    shared = "SELECT count(*) FROM access_event_person WHERE person_id = %s"
    [(before,)] = admin.execute(of_them, [person, str(person)]).fetchall()
    assert before >= 4
    with own_look(person):  # it waits to be sealed while they are erased
        pass
    erasure = erase(admin, person)
    assert admin.execute(of_them, [person, str(person)]).fetchone() == (0,)
    assert admin.execute(shared, [person]).fetchone() == (0,)
    [(kept,)] = admin.execute("SELECT count(*) FROM trail_erased WHERE erasure_id = %s", [erasure]).fetchall()
    assert kept >= before + 1
    assert findings(admin) == []
    seal()
    assert findings(admin) == []
    erase(admin, person)
    seal()
    assert findings(admin) == []


BY_HAND = {
    "emptied": "UPDATE access_event SET actor = NULL, subject_id = NULL, case_ref = NULL, salt = NULL WHERE subject_id = {0}",
    "with commitments and no erasure": "INSERT INTO trail_erased SELECT 'access_event', id, 0, '{{}}' FROM access_event WHERE subject_id = {0};"
    " UPDATE access_event SET actor = NULL, subject_id = NULL, case_ref = NULL, salt = NULL WHERE subject_id = {0}",
    "an erased row filled": "SELECT trail.erase({0}, 'a'); UPDATE access_event SET actor = 'x' WHERE salt IS NULL",
    "more erased than was said": "SELECT trail.erase({0}, 'a'); UPDATE trail_erased SET row_id = row_id + 1000000000",
    "an erasure taken away": "SELECT trail.erase({0}, 'a'); DELETE FROM erasure",
    "an erasure at no officer's look": "SELECT trail.erase({0}, 'a')",
}


@pytest.mark.parametrize("statements", BY_HAND.values(), ids=BY_HAND)
def test_what_somebody_empties_by_hand_is_found(admin: Any, person: int, statements: str) -> None:
    assert findings(admin) == []
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("ALTER TABLE access_event DROP CONSTRAINT somebody_or_erased")
        for statement in statements.format(person).split(";"):
            admin.execute(statement)
        assert findings(admin) != []
    assert findings(admin) == []


FORGED = {
    "access_event_person": (
        "SELECT p.id FROM access_event_person p WHERE event_id = {event} AND person_id = {mate}",
        "is of more than one person",
    ),
    "breach_person": (
        "SELECT id FROM breach_person WHERE person_id = {mate} ORDER BY id DESC",
        "is of more than one person",
    ),
    "case_receipt": ("SELECT case_id FROM case_receipt WHERE case_id = {case}", "is of more than one person"),
    "erased": ("SELECT id FROM erased WHERE person_id = {mate} ORDER BY id DESC", "is of more than one person"),
    "mandate": ("SELECT max(id) FROM mandate", "is of rows that erasing never touches"),
    "staff_act": ("SELECT id FROM staff_act WHERE event_id = {event}", "is of more than one person"),
}
MATES = """
WITH made AS (
    INSERT INTO service_case (person_id, opened_by, situation, break_glass, place, identified_by, closes_at)
    VALUES ({person}, 'clerk', 'unclear_receipt', false, 'desk', 'card', now()) RETURNING id)
INSERT INTO case_receipt (case_id, receipt_id) SELECT id, 7 FROM made RETURNING case_id
"""

BREACH = """
WITH made AS (INSERT INTO breach (found_at, recorded_by) VALUES (now(), 'officer') RETURNING id)
INSERT INTO breach_person (breach_id, person_id) SELECT id, p FROM made, unnest(ARRAY[{}, {}]) p
"""


@pytest.mark.parametrize("kind", FORGED)
def test_a_row_that_is_counted_in_to_an_erasure_by_hand_is_found(admin: Any, person: int, kind: str) -> None:
    """The erasure is not sealed yet, as for whoever is quick enough: only what it is of tells."""
    assert findings(admin) == []
    where, what = FORGED[kind]
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        mate = admin.execute("SELECT max(id) FROM person WHERE id <> %s", [person]).fetchone()[0]
        [(event,)] = admin.execute(
            "INSERT INTO access_event (role, actor, purpose, basis, subject_kind, subject_id, level, version)"
            " VALUES ('customer_service', 'clerk', 'customer_service', 'contract', %s, %s, 'TOTAL', 1) RETURNING id",
            ["household" if kind == "access_event_person" else "person", mate],
        ).fetchall()
        admin.execute("INSERT INTO staff_act (event_id, person_id, act) VALUES (%s, %s, 'wish_made')", [event, mate])
        admin.execute(
            "INSERT INTO access_event_person (event_id, person_id) VALUES (%s, %s), (%s, %s)",
            [event, mate, event, person],
        )
        [(case,)] = admin.execute(MATES.format(person=mate)).fetchall()
        admin.execute(BREACH.format(person, mate))
        admin.execute(
            "INSERT INTO erased (person_id, request_id, counts, bonus_before_cents, bonus_after_cents)"
            " VALUES (%s, 0, '', 0, 0)",
            [mate],
        )
        erasure = erase(admin, person)
        assert findings(admin) == []
        admin.execute("SET LOCAL search_path = public")
        named = admin.execute(where.format(event=event, case=case, mate=mate)).fetchone()
        empty_by_hand(admin, erasure, kind=kind, row_id=named[0])
        assert findings(admin) == [f"erasure {erasure}: {what}"]


@pytest.mark.parametrize("row", ["stands", "stands, newest change alone", "is gone"])
def test_changes_of_a_row_that_are_counted_in_to_an_erasure_by_hand(admin: Any, person: int, row: str) -> None:
    """Nobody's row stands without its newest change. That the row is gone too tells nothing: see docs/trail.md."""
    from tarkka.people.actions import customer, make_objection

    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    with admin.transaction(force_rollback=True):
        [(objection,)] = admin.execute("SELECT id FROM objection WHERE person_id = %s", [person]).fetchall()
        admin.execute("UPDATE objection SET made_version = 2 WHERE id = %s", [objection])
        mate = admin.execute("SELECT max(id) FROM person WHERE id <> %s", [person]).fetchone()[0]
        erasure = erase(admin, mate)
        assert findings(admin) == []
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("SET LOCAL search_path = public")
        changes = "SELECT id FROM register_change WHERE kind = 'objection' AND row_id = %s ORDER BY id DESC"
        for (change,) in admin.execute(changes, [objection]).fetchall()[: 1 if "alone" in row else 2]:
            empty_by_hand(admin, erasure, kind="register_change", row_id=change)
        if row == "is gone":
            admin.execute("DELETE FROM objection WHERE id = %s", [objection])
        told = [] if row == "is gone" else [f"objection {objection}: is not as the last change on record left it"]
        assert findings(admin) == told


@pytest.mark.parametrize("role", ["tarkka_app", "tarkka_door", "tarkka_person", "tarkka_owner"])
def test_nobody_but_erasing_empties_a_row(admin: Any, person: int, role: str) -> None:
    import psycopg

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)), admin.transaction():
        admin.execute(f"SET LOCAL ROLE {role}")
        admin.execute("UPDATE access_event SET subject_id = NULL, salt = NULL")


def test_erasing_empties_and_never_changes(admin: Any, person: int) -> None:
    """What owns the function may null what identifies somebody together with the salt, and nothing else."""
    import psycopg

    for change in ("actor = 'x'", "subject_id = NULL", "level = 'TOTAL'", "salt = NULL"):
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)), admin.transaction():
            admin.execute("SET LOCAL ROLE tarkka_seal")
            admin.execute(f"UPDATE access_event SET {change} WHERE subject_id = {person}")
