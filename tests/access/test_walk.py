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
    # The door's own, of what closes a month, pays, tells and lets go, which a walk would have to undo. Each was removed
    # by itself, and turned these red: tests/bonus.
    *(f"door_closes of {table}" for table in ("bonus_part", "bonus_run")),
    *(f"door_reads of {table}" for table in ("bonus_part", "bonus_run", "household_cooperative", "ledger_entry")),
    "door_posts of ledger_entry",
    *(f"door_pays of {table}" for table in ("payout", "payout_run")),
    "door_takes_back of payout_return",
    "door_forgets of payout",  # tests/rights
    # tests/recalls.
    *(f"door_{verb} of recall_notice" for verb in ("erases", "goes_on", "reads")),
    *(f"door_erases of {table}" for table in ("recall_acknowledgement", "recall_person")),
    # tests/retention.
    *(f"door_{verb} of retention_run" for verb in ("reads", "writes")),
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
    # And an account is changed or taken back where it is read: that policy holds the two.
    assert set(unnoticed) <= {"left_out of objection", "changes of payout_account", "takes_back of payout_account"}
    assert list(differences(world)) == []
