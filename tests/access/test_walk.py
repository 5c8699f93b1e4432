"""Whoever comes through the door, for whatever they may, reaches exactly the rows written down in `walking`."""

from collections.abc import Iterator

import psycopg
import pytest

from building import administrator
from recalling import end_all
from walking import differences
from world import World, a_world

POLICIES = """
SELECT policyname || ' of ' || tablename,
       concat('DROP POLICY IF EXISTS ', policyname, ' ON ', tablename),
       concat('CREATE POLICY ', policyname, ' ON ', tablename, ' FOR ', cmd, ' TO ', array_to_string(roles, ', ')),
       concat(' USING (' || qual || ')', ' WITH CHECK (' || with_check || ')'),
       CASE WHEN cmd <> 'INSERT' THEN ' USING (true)' ELSE '' END
       || CASE WHEN cmd <> 'SELECT' AND cmd <> 'DELETE' THEN ' WITH CHECK (true)' ELSE '' END
FROM pg_policies WHERE NOT roles && %s::name[] ORDER BY tablename, policyname
"""

NOTICED_ELSEWHERE = {
    # What closes a month and pays it out: tests/bonus go that way, with a ledger that a walk would have to undo.
    *(f"{policy} of {table}" for policy in ("door_closes", "door_reads") for table in ("bonus_part", "bonus_run")),
    *(f"{policy} of ledger_entry" for policy in ("door_posts", "door_reads")),
    *(f"{policy} of payout" for policy in ("door_forgets", "door_pays")),
    "door_pays of payout_run",
    "door_reads of household_cooperative",
    # Of somebody whose recall has ended, when they are erased: tests/recalls/test_seen.py.
    "door_erases of recall_acknowledgement",
}


@pytest.fixture(scope="module")
def world(database: str) -> World:
    end_all()  # recalls that other tests left running, of which the leaver would have to be told before they are erased
    return a_world()


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection]:
    with administrator() as connection:
        yield connection


def test_every_look_reaches_exactly_what_is_written_down(world: World) -> None:
    assert list(differences(world)) == []


def test_removing_any_single_policy_is_noticed(world: World, admin: psycopg.Connection) -> None:
    policies = admin.execute(POLICIES, [[]]).fetchall()
    assert len(policies) > 40
    unnoticed = []
    for name, drop, create, condition, _ in policies:
        admin.execute(drop)
        try:
            if next(differences(world), None) is None:
                unnoticed.append(name)
        finally:
            admin.execute(create + condition)
    assert set(unnoticed) <= NOTICED_ELSEWHERE
    assert list(differences(world)) == []


def test_opening_any_single_policy_to_every_row_is_noticed(world: World, admin: psycopg.Connection) -> None:
    # The door's own and the seal's are open by design: their functions ask for the ticket, or tell hashes alone.
    policies = admin.execute(POLICIES, [["tarkka_door", "tarkka_owner", "tarkka_seal"]]).fetchall()
    unnoticed = []
    for name, drop, create, condition, opened in policies:
        admin.execute(drop)
        try:
            admin.execute(create + opened)
            if next(differences(world), None) is None:
                unnoticed.append(name)
        finally:
            admin.execute(drop)
            admin.execute(create + condition)
    # Only the audience's views read through this one, and those show nothing without a ticket.
    assert set(unnoticed) <= {"left_out of objection"}
    assert list(differences(world)) == []
