"""The shape of policies, roles and views that keeps the door quick and narrow, held by the catalogue."""

from typing import Any

import pytest

ROLES = {
    # may log in, inherits, bypasses row-level security
    "tarkka_app": (True, False, False),
    "tarkka_audience": (False, False, False),
    "tarkka_door": (False, False, False),
    "tarkka_household": (False, False, False),
    "tarkka_intake": (False, False, True),
    "tarkka_owner": (False, False, False),
    "tarkka_person": (False, False, False),
    "tarkka_trace": (False, False, False),
    "tarkka_lookup": (False, False, False),
    "tarkka_seal": (False, False, False),
    "tarkka_trail": (False, False, False),
    "tarkka_unobjected": (False, False, False),
}
INDEXES = {
    "receipt": {
        "purchaser_id, purchased_at, id",
        "household_id, purchased_at",
        "refers_to_at) WHERE (refers_to_at IS NOT NULL",
        "purchaser_id, purchased_at, id) INCLUDE (kind, outlet_id) WHERE (level = 'GROUP'::level",
    },
    "receipt_group": {"purchaser_id, purchased_at"},
    "receipt_line": {"purchaser_id, purchased_at", "product_id", "product_id) WHERE (quantity < (0)::numeric"},
}

_SHAPELESS = r"""
WITH condition AS (
    SELECT tablename || '.' || policyname AS name, x AS text
    FROM pg_policies CROSS JOIN unnest(ARRAY[qual, with_check]) x WHERE x IS NOT NULL
),
granted AS (
    SELECT p.polrelid, r AS role, c AS command FROM pg_policy p CROSS JOIN unnest(p.polroles) r
    CROSS JOIN unnest(CASE p.polcmd WHEN '*' THEN '{r,a,w,d}' ELSE ARRAY[p.polcmd] END) c
)
SELECT name || ' has an OR or a CASE' FROM condition WHERE text ~ '\m(OR|CASE)\M'
UNION ALL
SELECT name || ' calls a function for each row' FROM condition
WHERE regexp_count(text, '\maccess\.') > regexp_count(text, '\( SELECT \(*access\.')
UNION ALL
SELECT format('%s has more than one policy of a role for a command', polrelid::regclass)
FROM granted GROUP BY polrelid, role, command HAVING count(*) > 1
UNION ALL
SELECT format('%s is not parallel restricted', p.oid::regproc) FROM pg_proc p
WHERE p.pronamespace = 'access'::regnamespace AND p.provolatile = 's' AND p.proparallel <> 'r'
ORDER BY 1
"""


def test_policies_have_one_arm_and_ask_the_ticket_once(admin: Any) -> None:
    assert admin.execute(_SHAPELESS).fetchall() == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "ALTER POLICY own ON card USING (person_id = (SELECT access.subject('person', 'TOTAL')) OR number = '')",
            "card.own has an OR or a CASE",
        ),
        (
            "ALTER POLICY own ON card USING (person_id = access.subject('person', 'TOTAL'))",
            "card.own calls a function for each row",
        ),
        (
            "CREATE POLICY more ON card FOR SELECT TO tarkka_person USING (false)",
            "card has more than one policy of a role for a command",
        ),
        ("ALTER FUNCTION access.subject PARALLEL UNSAFE", "access.subject is not parallel restricted"),
    ],
)
def test_slow_policy_is_found(admin: Any, statement: str, finding: str) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute(statement)
        assert (finding,) in admin.execute(_SHAPELESS).fetchall()


def test_roles_are_as_narrow_as_they_were_made(admin: Any) -> None:
    found = admin.execute(
        "SELECT rolname, rolcanlogin, rolinherit, rolbypassrls FROM pg_roles WHERE rolname LIKE 'tarkka%'"
        " AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication)"
    )
    assert {name: tuple(attributes) for name, *attributes in found} == ROLES


def test_audience_reads_views_that_are_barriers_under_the_policies(admin: Any) -> None:
    found = admin.execute(
        "SELECT relname, relkind, relowner::regrole::text, 'security_barrier=true' = ANY (reloptions) FROM pg_class"
        " WHERE relnamespace = 'audience'::regnamespace ORDER BY 1"
    )
    assert found.fetchall() == [
        (name, "v", "tarkka_unobjected", True) for name in ("receipt", "receipt_group", "receipt_line")
    ]


def test_purchases_have_lean_indexes_and_no_foreign_key(admin: Any) -> None:
    for table, columns in INDEXES.items():
        found = admin.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
        assert {index.partition("(")[2].rstrip(")") for (index,) in found} == columns
    keys = admin.execute(
        "SELECT conrelid::regclass::text, contype FROM pg_constraint"
        " WHERE conrelid = ANY (%s::text[]::regclass[]) AND contype <> 'n'",
        [list(INDEXES)],
    )
    assert keys.fetchall() == [("receipt", "p")]
