"""Rows that are changed in place are as their last change says, which is sealed; whatever else they say is found."""

from typing import Any

import pytest

from building import a_household
from tarkka.trail.sealed import RECORDED
from tarkka.vocabulary import Objection, Place

_HUNG_ON = """
SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'access.record_change()'::regprocedure
"""


@pytest.fixture
def objection(admin: Any) -> int:
    """An objection that was made and withdrawn, by which of the two changes; sealed."""
    from tarkka.people.actions import customer, make_objection, withdraw_objection
    from tarkka.trail.sealing import seal

    [person] = a_household(1).persons
    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    withdraw_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    seal()
    [(number,)] = admin.execute("SELECT id FROM objection WHERE person_id = %s", [person]).fetchall()
    return int(number)


def findings(admin: Any) -> list[str]:
    from tarkka.trail.sealing import signer
    from tarkka.trail.verifying import verify

    return [f"{each.where}: {each.what}" for each in verify(admin, signer().verifier).findings]


def test_each_change_is_a_leaf_that_says_nothing_in_clear(admin: Any, objection: int) -> None:
    changes = admin.execute(
        "SELECT c.id, length(c.said) FROM register_change c JOIN trail_leaf l ON l.kind = 'register_change'"
        " AND l.row_id = c.id WHERE c.kind = 'objection' AND c.row_id = %s",
        [objection],
    ).fetchall()
    assert [length for _, length in changes] == [32, 32]
    assert findings(admin) == []


def test_the_tables_that_record_their_changes_are_those_that_are_verified(admin: Any) -> None:
    assert {table for (table,) in admin.execute(_HUNG_ON)} == set(RECORDED)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE objection SET withdrawn_at = NULL, withdrawn_place = NULL, withdrawn_by = NULL, withdrawn_version = NULL",
        "UPDATE objection SET made_by = 'somebody else'",
        "DELETE FROM objection",
    ],
)
def test_a_choice_that_a_superuser_changes_is_found(admin: Any, objection: int, change: str) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute(f"{change} WHERE id = %s", [objection])
        assert findings(admin) == [f"objection {objection}: is not as the last change on record left it"]


def test_a_choice_put_in_or_brought_back_with_its_change_taken_away_is_found(admin: Any, objection: int) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        [(copy,)] = admin.execute(
            "INSERT INTO objection (person_id, kind, made_place, made_by, made_version)"
            " SELECT person_id, 'B', made_place, made_by, made_version FROM objection WHERE id = %s RETURNING id",
            [objection],
        ).fetchall()
        assert findings(admin) == [f"objection {copy}: is not as the last change on record left it"]
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        [(last,)] = admin.execute(
            "SELECT max(id) FROM register_change WHERE kind = 'objection' AND row_id = %s", [objection]
        ).fetchall()
        admin.execute("DELETE FROM register_change WHERE id = %s", [last])
        admin.execute(
            "UPDATE objection SET withdrawn_at = NULL, withdrawn_place = NULL, withdrawn_by = NULL,"
            " withdrawn_version = NULL WHERE id = %s",
            [objection],
        )
        assert findings(admin) == [f"register_change {last}: is gone"]


def test_a_row_is_the_same_text_whatever_the_session_that_wrote_it_is_set_to(admin: Any, objection: int) -> None:
    with admin.transaction(force_rollback=True):
        for setting in (
            "timezone = 'America/St_Johns'",
            "datestyle = 'SQL, DMY'",
            "intervalstyle = 'iso_8601'",
            "bytea_output = 'escape'",
        ):
            admin.execute(f"SET LOCAL {setting}")
        admin.execute("UPDATE objection SET made_at = made_at - interval '1 day' WHERE id = %s", [objection])
        admin.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason)"
            " SELECT person_id, 'GROUP', tstzrange(now(), NULL), 'asked' FROM objection WHERE id = %s",
            [objection],
        )
        assert findings(admin) == []


def test_without_the_trigger_that_records_changes_it_is_told(admin: Any, objection: int) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("ALTER TABLE request DISABLE TRIGGER records")
        assert findings(admin) == ["request: has lost the triggers that record changes"]
