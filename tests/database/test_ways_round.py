"""No way round row-level security stands open; and each that is known is found when it is opened."""

from typing import Any

import pytest

from tarkka.database.safety import unsafe_logins, ways_round

DEFINER = (
    "CREATE FUNCTION people.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER {} AS 'SELECT count(*) FROM person'"
)
PINNED = "SET search_path = pg_catalog, public, pg_temp"
MAY_CREATE = "GRANT CREATE ON SCHEMA public TO tarkka_door"
OPENINGS = {
    "owner passes by": ("ALTER TABLE receipt NO FORCE ROW LEVEL SECURITY", "the table receipt does not force"),
    "policies switched off": ("ALTER TABLE card DISABLE ROW LEVEL SECURITY", "the table card does not force"),
    "partition without policies": (
        "ALTER TABLE receipt_line_{q} DISABLE ROW LEVEL SECURITY",
        "the table receipt_line_{q} does not force",
    ),
    "partition that is granted": ("GRANT SELECT ON receipt_{q} TO tarkka_person", "receipt_{q} can be asked"),
    "column of a partition that is granted": (
        "GRANT SELECT (total_cents) ON receipt_{q} TO tarkka_household",
        "receipt_{q} can be asked",
    ),
    "partition granted to PUBLIC": ("GRANT SELECT ON receipt_{q} TO PUBLIC", "policies of its parent by PUBLIC"),
    "policy for PUBLIC": ("CREATE POLICY open ON card USING (true)", "a policy of card is for PUBLIC: open"),
    "view of the administrator": ("CREATE VIEW peek AS SELECT * FROM person", "the view peek"),
    "view of the owner": ("SET ROLE tarkka_owner; CREATE VIEW peek AS SELECT * FROM person", "the view peek"),
    "view of the door": (
        f"CREATE VIEW peek AS SELECT * FROM person; {MAY_CREATE}; ALTER VIEW peek OWNER TO tarkka_door",
        "the view peek is read with the rights of tarkka_door",
    ),
    "view that says it is no invoker": (
        "CREATE VIEW peek WITH (security_invoker = false) AS SELECT * FROM person",
        "the view peek",
    ),
    "materialised view": ("CREATE MATERIALIZED VIEW peek AS SELECT * FROM person", "the materialised view peek"),
    "function of the administrator": (
        DEFINER.format(PINNED) + "; REVOKE EXECUTE ON FUNCTION people.peek FROM PUBLIC",
        "the function people.peek() runs with the rights of postgres",
    ),
    "function of a role that bypasses": (
        DEFINER.format(PINNED)
        + "; GRANT CREATE ON SCHEMA people TO tarkka_intake; ALTER FUNCTION people.peek OWNER TO tarkka_intake",
        "the function people.peek() runs with the rights of tarkka_intake",
    ),
    "function with its caller's search path": (
        "SET ROLE tarkka_owner; " + DEFINER.format(""),
        "the function people.peek() runs with its owner's rights and a caller's search_path",
    ),
    "function with temporary objects first": (
        "SET ROLE tarkka_owner; " + DEFINER.format("SET search_path = public"),
        "the function people.peek() runs with its owner's rights and a caller's search_path",
    ),
    "function for PUBLIC": (
        "GRANT EXECUTE ON FUNCTION people.holders TO PUBLIC",
        "the function people.holders(bigint,text[]) may be called by PUBLIC",
    ),
    "function for PUBLIC by default": (
        "CREATE FUNCTION people.peek() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "the function people.peek() may be called by PUBLIC",
    ),
    "leakproof function": ("ALTER FUNCTION period_box LEAKPROOF", "is called leakproof"),
    "temporary tables": ("GRANT TEMPORARY ON DATABASE tarkka TO PUBLIC", "PUBLIC may make temporary tables"),
    "objects of anybody": (
        "GRANT CREATE ON SCHEMA audience TO PUBLIC",
        "PUBLIC may make objects in the schema audience",
    ),
    "large objects": ("GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO PUBLIC", "in a large object"),
}
LOGINS = {
    "superuser": ("CREATE ROLE guest LOGIN SUPERUSER", "guest, which is a superuser"),
    "bypassing login": (
        "CREATE ROLE guest LOGIN BYPASSRLS; GRANT SELECT ON receipt TO guest",
        "guest, which bypasses row-level security and may read receipt;",
    ),
    "bypassing login that reads a column": (
        "CREATE ROLE guest LOGIN BYPASSRLS; GRANT SELECT (number) ON card TO guest",
        "guest, which bypasses row-level security and may read card;",
    ),
    "login that may switch to one that bypasses": (
        "GRANT SELECT ON person TO tarkka_intake",
        "tarkka_app can act as tarkka_intake, which bypasses row-level security and may read person;",
    ),
    "reader of everything that bypasses": (
        "GRANT pg_read_all_data TO tarkka_intake WITH INHERIT TRUE",
        "tarkka_app can act as tarkka_intake, which bypasses row-level security and may read access_cover,",
    ),
    "member of the owner": (
        "GRANT tarkka_owner TO tarkka_app WITH INHERIT FALSE, SET TRUE",
        "tarkka_owner, which owns",
    ),
    "inheritor of the owner": (
        "GRANT tarkka_owner TO tarkka_app WITH INHERIT TRUE, SET FALSE",
        "tarkka_owner, which owns",
    ),
    "one who may make itself a member": (
        "GRANT tarkka_owner TO tarkka_app WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
        "tarkka_owner, which owns",
    ),
    "member of the door": (
        "GRANT tarkka_door TO tarkka_app WITH INHERIT FALSE, SET TRUE",
        "tarkka_door, which may read every row of",
    ),
    "reader of the server's files": ("GRANT pg_read_server_files TO tarkka_app", "which reaches the server's files"),
    "maker of roles": ("ALTER ROLE tarkka_app CREATEROLE", "tarkka_app, which may make roles or copy"),
    "copier of the server": ("ALTER ROLE tarkka_person REPLICATION", "tarkka_person, which may make roles or copy"),
    "maker of objects": ("GRANT CREATE ON SCHEMA public TO tarkka_person", "may make objects in the schemas public"),
    "maker of temporary tables": ("GRANT TEMP ON DATABASE tarkka TO tarkka_app", "may make temporary tables"),
}


@pytest.fixture(scope="module")
def quarter(database: str) -> str:
    """The name that a partition of a quarter ends with."""
    from building import administrator

    with administrator() as connection:
        connection.execute("SELECT purchases.make_partitions('2024-01-01', '2024-03-31')")
    return "2024q1"


def test_no_way_round_stands_open(admin: Any) -> None:
    assert ways_round(admin) == []


def test_application_may_see_what_stands_open(database: str) -> None:
    from looking import login

    with login() as connection:
        assert ways_round(connection) == []
        assert "tarkka_app" not in unsafe_logins(connection)


def test_no_login_but_the_administrators_passes_by_the_policies(admin: Any) -> None:
    assert unsafe_logins(admin).keys() == {admin.info.user}


@pytest.mark.parametrize("opening", OPENINGS)
def test_way_round_is_found_when_it_is_opened(admin: Any, quarter: str, opening: str) -> None:
    statement, finding = (text.replace("{q}", quarter) for text in OPENINGS[opening])
    with admin.transaction(force_rollback=True):
        admin.execute(statement)
        admin.execute("RESET ROLE")
        assert any(finding in found for found in ways_round(admin)), ways_round(admin)


@pytest.mark.parametrize("opening", LOGINS)
def test_login_that_passes_by_the_policies_is_found(admin: Any, opening: str) -> None:
    statement, finding = LOGINS[opening]
    with admin.transaction(force_rollback=True):
        admin.execute(statement)
        reasons = [
            reason for login, found in unsafe_logins(admin).items() if login != admin.info.user for reason in found
        ]
        assert any(finding in reason for reason in reasons), reasons


def test_view_with_its_readers_rights_is_no_way_round(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("CREATE VIEW peek WITH (security_invoker) AS SELECT * FROM person")
        assert ways_round(admin) == []


# What a violation of uniqueness would tell a role about rows that it cannot see: of somebody else's card or household.
# Both are written for the register's upkeep alone, whose operator must learn that a number is taken.
# What is written of Bonus is written at looks that see all of it.
TELLING = {
    ("tarkka_person", "card_number_key"),
    ("tarkka_person", "one_main_member_at_a_time"),
    ("tarkka_household", "household_cooperative_pkey"),
}
_TELLING = """
WITH index AS (SELECT indexrelid, indrelid, indkey::int[] AS keys FROM pg_index WHERE indisunique OR indisexclusion),
dependency AS (
    SELECT i.indexrelid, i.indrelid, d.refobjsubid AS number FROM index i
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
    JOIN pg_depend d ON d.objid IN (i.indexrelid, k.oid) AND d.refobjid = i.indrelid
    UNION SELECT indexrelid, indrelid, unnest(keys) FROM index
)
SELECT r.rolname, i.indexrelid::regclass::text
FROM dependency i JOIN pg_class t ON t.oid = i.indrelid AND t.relrowsecurity
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.number AND a.attnum > 0
JOIN pg_roles r ON r.rolname IN ('tarkka_app', 'tarkka_person', 'tarkka_household', 'tarkka_trace', 'tarkka_audience')
GROUP BY 1, 2
HAVING bool_or(has_column_privilege(r.oid, t.oid, a.attnum, 'INSERT, UPDATE'))
AND NOT bool_or(a.attname IN ('person_id', 'purchaser_id'))
"""


def test_uniqueness_tells_nobody_of_hidden_rows(admin: Any) -> None:
    assert set(admin.execute(_TELLING).fetchall()) == TELLING


def test_uniqueness_that_tells_is_found(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("GRANT INSERT (identity_hash) ON person TO tarkka_person")
        admin.execute("CREATE UNIQUE INDEX told ON contact (value) WHERE id < 0")
        found = set(admin.execute(_TELLING).fetchall()) - TELLING
        assert found == {("tarkka_person", "person_identity_hash_key"), ("tarkka_person", "told")}
