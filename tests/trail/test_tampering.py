"""Whatever a superuser changes of what was sealed is found: a thousand times at random."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from building import administrator
from emptying import empty_by_hand
from serving import Installation

ROOT = Path(__file__).parents[2]
TAMPERINGS = 1000
OWN = {
    "trail_leaf": "index",
    "trail_node": "level, index",
    "trail_checkpoint": "number",
    "trail_erased": "kind, row_id",
}
DESCRIPTION = {"description_level": "version", "description_use": "version", "description_situation": "version"}
EVENTS = """
WITH event AS (
    INSERT INTO access_event (role, actor, purpose, basis, subject_kind, subject_id, case_ref, level, version)
    SELECT 'customer_service', 'u' || n, 'customer_service', 'contract', k, CASE k WHEN 'person' THEN n % 9 + 1 END, 'C-1', 'TOTAL', 1
    FROM generate_series(1, 60) n, LATERAL (SELECT CASE WHEN n % 6 = 0 THEN 'household' ELSE 'person' END AS k) k
    RETURNING id, subject_kind)
INSERT INTO access_event_person (person_id, event_id) SELECT p, e.id FROM event e, generate_series(1, 3) p WHERE e.subject_kind = 'household'
"""
STAFF = """
INSERT INTO access_cover (event_id, people) SELECT id, 2 FROM access_event WHERE subject_kind = 'person' LIMIT 2;
INSERT INTO agreement_signed (actor, number, language) VALUES ('u{0}', 1, 'fi');
INSERT INTO mandate (actor, role, valid, reason, given_by) VALUES ('u{0}', 'marketer', '[2026-01-01,2027-01-01)', 'r', 'boss');
INSERT INTO mandate_confirmed (mandate_id, confirmed_by) SELECT max(id), 'other' FROM mandate;
INSERT INTO mandate_ended (mandate_id, ended_by, reason) SELECT max(id), 'other', 'left' FROM mandate;
INSERT INTO service_case (person_id, opened_by, situation, break_glass, place, identified_by, closes_at)
    SELECT p, 'u{0}', 'unclear_receipt', false, 'desk', 'card', now() FROM generate_series(4, 6) p;
INSERT INTO case_closed (case_id, closed_by) SELECT max(id), 'u{0}' FROM service_case;
INSERT INTO case_receipt (case_id, receipt_id) SELECT max(id), 7 FROM service_case;
INSERT INTO case_receipt (case_id, receipt_id) SELECT max(id), 8 FROM service_case WHERE person_id = 5;
INSERT INTO case_review (case_id, reviewed_by, verdict, words) SELECT max(id), 'other', 'accepted', 'as it should be' FROM service_case;
INSERT INTO look_delay (case_id, until, reason, set_by) SELECT max(id), now(), 'why', 'officer' FROM service_case;
INSERT INTO flag (rule, actor, first_at, last_at, figures) VALUES ('own', 'u{0}', now(), now(), '{{}}');
INSERT INTO flag_event (event_id, rule, flag_id) SELECT e.id, 'own', f.id FROM (SELECT max(id) AS id FROM flag) f, (SELECT id FROM access_event ORDER BY id DESC LIMIT 2) e;
INSERT INTO flag_decision (flag_id, decided_by, verdict, words) SELECT max(id), 'officer', 'explained', 'as it should be' FROM flag;
INSERT INTO staff_call (ref, user_id, began_at, ended_at) VALUES ('c{0}', 'u{0}', now(), now());
INSERT INTO supervision_run (since, until) VALUES (now() - interval '1 day', now());
INSERT INTO breach (found_at, recorded_by) VALUES (now(), 'officer');
INSERT INTO breach_entry (breach_id, about, words, by) SELECT max(id), 'happened', 'something', 'officer' FROM breach;
INSERT INTO breach_notice (breach_id, fi, sv, en, by) SELECT max(id), 'f', 's', 'e', 'officer' FROM breach;
INSERT INTO breach_person (breach_id, person_id) SELECT max(b.id), p FROM breach b, generate_series(4, 6) p GROUP BY p;
INSERT INTO objection (person_id, kind, made_place, made_by, made_version) SELECT p, 'A', 'portal', p, 1 FROM generate_series(4, 5) p;
UPDATE objection SET withdrawn_at = now(), withdrawn_place = 'desk', withdrawn_by = 'u{0}', withdrawn_version = 1 WHERE withdrawn_at IS NULL;
INSERT INTO register_extract (person_id, way) VALUES (4, 'paper');
INSERT INTO request (person_id, kind, text, place, taken_by, received_on) VALUES (4, 'erasure', 'all', 'desk', 'u{0}', now());
UPDATE request SET answered_at = now(), outcome = 'partly', answer = 'some', answered_by = 'officer' WHERE answered_at IS NULL;
INSERT INTO erased (person_id, request_id, counts, bonus_before_cents, bonus_after_cents) SELECT 4, max(id), 'wish: 1', 7, 7 FROM request;
INSERT INTO restriction (person_id, request_id, valid, reason)
    SELECT 4, max(id), tstzrange('2026-01-01'::timestamptz + interval '{0} days', '2026-01-02'::timestamptz + interval '{0} days'), 'r' FROM request;
INSERT INTO level_cap (person_id, request_id, level, valid, reason)
    SELECT 4, max(id), 'GROUP', tstzrange('2026-01-01'::timestamptz + interval '{0} days', '2026-01-02'::timestamptz + interval '{0} days'), 'r' FROM request;
INSERT INTO recall (id) VALUES ({0} + 1);
INSERT INTO recall_draft (recall_id, kind, is_dangerous, gtins, group_codes, lots, outlets, period, texts, drafted_by)
    SELECT max(id), 'food', true, '{{}}', '{{a}}', '{{}}', '{{}}', '[2026-01-01,2026-02-01)', '{{}}', 'u{0}' FROM recall;
INSERT INTO recall_release (recall_id, draft_id, released_by) SELECT max(recall_id), max(id), 'other' FROM recall_draft;
INSERT INTO recall_end (recall_id, ended_by, reason) SELECT max(recall_id), 'other', 'done' FROM recall_release;
INSERT INTO bonus_program (version, effective_from, adjusted_for_months, chains_left_out, outlets_left_out, payments_left_out, benefit_methods,
    benefit_basis_points, published_by, digest, source, compiled)
    VALUES ({0} + 1, '2026-01-01'::date + interval '{0} months', 1, '{{}}', '{{}}', '{{}}', '{{}}', 1, 'boss', sha256('{{}}'), 's', '{{}}');
INSERT INTO bonus_run (month, number, program_version, acting) VALUES ('2026-01-01', {0} + 1, {0} + 1, 'u{0}');
WITH entry AS (
    INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)
    SELECT 1, '2026-01-01', 'bonus', 'bonus_cost', 'household', 7, {0} + 1, max(id) FROM bonus_run RETURNING *)
INSERT INTO bonus_part (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest)
    SELECT run_id, id, id, kind, debit, credit, 1, amount_cents, sha256(int8send(id) || int8send(household_id) || int8send(amount_cents)) FROM entry;
INSERT INTO household (id) VALUES ({0} + 1000);
INSERT INTO payout_run (id, month, payer_name, payer_iban, payouts, paid_cents, without_account, digest, acting)
    VALUES ({0} + 1, '2026-01-01'::date + interval '{0} months', 'S', 'FI', 1, 7, 1,
            sha256(convert_to(concat_ws(' ', {0} + 1, {0} + 1000, 7, encode(sha256('a'), 'hex')), 'UTF8')), 'u{0}');
INSERT INTO payout (id, run_id, household_id, iban_digest, amount_cents) VALUES ({0} + 1, {0} + 1, {0} + 1000, sha256('a'), 7);
INSERT INTO payout_return (payout_id, acting) VALUES ({0} + 1, 'u{0}');
INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, payout_id)
    VALUES ({0} + 1000, '2026-01-01'::date + interval '{0} months', 'payout', 'household', 'bank', 7, {0} + 1),
           ({0} + 1000, '2026-01-01'::date + interval '{0} months', 'payout_returned', 'bank', 'household', 7, {0} + 1);
INSERT INTO retention_run (version, acting) VALUES (1, 'u{0}');
INSERT INTO retention_drop (run_id, version, level, quarter, rows, bytes, held)
    SELECT max(id), 1, 'PRODUCT', '2016-01-01'::date + {0} * interval '3 months', 1, 1, 0 FROM retention_run;
INSERT INTO retention_release (run_id, hold, rows) SELECT max(id), 'recall', 1 FROM retention_run;
INSERT INTO staff_act (event_id, person_id, act) SELECT max(id), 5, 'card_closed' FROM access_event WHERE subject_kind = 'person' AND subject_id = 5
"""
OFFICER = """
WITH event AS (
    INSERT INTO access_event (role, actor, purpose, basis, subject_kind, subject_id, level, version)
    VALUES ('data_protection_officer', 'officer', 'register_upkeep', 'contract', 'person', 5, 'TOTAL', 1) RETURNING id)
INSERT INTO staff_act (event_id, person_id, act) SELECT id, 5, 'data_erased' FROM event;
DELETE FROM objection WHERE person_id = 5
"""
PERSONS = """
INSERT INTO person (id, identity_hash, identity_sealed, given_name, family_name, language)
SELECT p, sha256(p::text::bytea), '', 'A', 'B', 'fi' FROM generate_series(4, 5) p
"""


@dataclass(frozen=True)
class Register:
    """A register of this test's own with a trail: the administrator's address, the log's key, its newest checkpoint."""

    address: str
    vkey: str
    newest: str
    verified: str


@pytest.fixture(scope="module")
def register(database: str, tmp_path_factory: pytest.TempPathFactory) -> Register:
    with administrator() as connection:
        connection.execute("CREATE DATABASE tampered")
        address = make_conninfo(connection.info.dsn, dbname="tampered")
    installation = Installation(tmp_path_factory.mktemp("tampered"), {"TARKKA_DATABASE_URL": address})

    def run(*arguments: object) -> str:
        done = installation.run(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    run("migrate")
    run("description", "publish", ROOT / "descriptions" / "s_group.toml", "--effective-on", "2016-09-01")
    with psycopg.connect(address) as connection:
        connection.execute(PERSONS)
    for round_ in range(7):
        with psycopg.connect(address) as connection:
            connection.execute(EVENTS)
            connection.execute(STAFF.format(round_))
            if round_ == 3:
                connection.execute(OFFICER)
                connection.execute("SELECT trail.erase(5, 'officer')")
        run("audit", "seal", "--once")
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) > 512, max(level) FROM trail_leaf, trail_node").fetchone() == (
            True,
            8,
        )
    verified = installation.run("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    return Register(address, run("audit", "key"), run("audit", "checkpoint"), verified.stdout)


@pytest.fixture
def tampering(register: Register) -> Iterator["Tampering"]:
    with psycopg.connect(register.address) as connection:
        yield Tampering(connection, register)
        connection.rollback()


class Tampering:
    """A superuser at work in a transaction that nothing stops, and what is then found."""

    def __init__(self, connection: psycopg.Connection[Any], register: Register) -> None:
        from tarkka.trail.note import Verifier
        from tarkka.trail.sealed import RECORDED, SEALED

        self.connection = connection
        self.verifier = Verifier.parsed(register.vkey)
        self.newest = self.verifier.read(register.newest)
        self.tables = {each.table: each.key for each in SEALED} | OWN | DESCRIPTION | dict.fromkeys(RECORDED, "id")
        self.blinded = [each.table for each in SEALED if each.blinded]

    def begin(self) -> None:
        self.connection.rollback()
        self.connection.execute("SET LOCAL session_replication_role = replica")

    def free(self, table: str) -> None:
        """Take away what could refuse a change."""
        for (name,) in self.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype <> 'n'", table
        ):
            self.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        if self.tables[table] == "id":
            self.execute(f"ALTER TABLE {table} ALTER id DROP IDENTITY")

    def execute(self, statement: str, *parameters: object) -> Any:
        cursor = self.connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount

    def found(self) -> list[str]:
        from tarkka.trail.verifying import verify

        verified = verify(self.connection, self.verifier, since=self.newest, now=self.newest.at)
        return [f"{each.where}: {each.what}" for each in (*verified.findings, *verified.late)]


def test_untouched_trail_has_nothing_to_find(tampering: Tampering) -> None:
    assert tampering.found() == []


def test_every_erasure_is_told_with_what_it_emptied(register: Register) -> None:
    assert re.search(
        r"^Erasure 1 of \d{4}-\d\d-\d\d [\d:]{8} UTC: access_event \d+, breach_person 4, case_receipt 4, register_change 8,"
        r" service_case 4, staff_act \d+\.$",
        register.verified,
        re.MULTILINE,
    ), register.verified


CHANGED = {
    "boolean": "NOT {0}", "tstzrange": "range_merge({0}, '[2027-01-01,2028-01-01)')",
    "bigint[]": "{0} || 1::bigint", "daterange": "range_merge({0}, '[2027-01-01,2028-01-01)')",
    "bigint": "{0} + 1", "bytea": "sha256(coalesce({0}, ''))", "date": "{0} - 1", "integer": "coalesce({0}, 0) + 1",
    "jsonb": """{0} || '{{"actor": "00"}}'""", "level": "CASE {0} WHEN 'TOTAL' THEN 'GROUP' ELSE 'TOTAL' END::level",
    "ledger_account": "CASE {0} WHEN 'bank' THEN 'household' ELSE 'bank' END::ledger_account",
    "ledger_kind": "CASE {0} WHEN 'bonus' THEN 'payout' ELSE 'bonus' END::ledger_kind",
    "smallint": "{0} + 8::smallint", "text": "coalesce({0}, '') || 'x'", "text[]": "{0} || 'x'::text", "timestamp with time zone": "{0} - interval '1 microsecond'",
    "xid8": "({0}::text::bigint + 1)::text::xid8",
}  # fmt: skip


def columns_of(tampering: Tampering, table: str) -> dict[str, str]:
    return dict(
        tampering.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            table,
        )
    )


# Each takes a table, and does something to it at random.
def edit(tampering: Tampering, chance: random.Random, table: str) -> str:
    columns = columns_of(tampering, table)
    column = chance.choice(sorted(columns if table in tampering.blinded else columns.keys() - {"salt"}))
    [(row,)] = tampering.execute(
        f"SELECT ctid FROM {table} {waiting(table, column)} ORDER BY md5(ctid::text || %s) LIMIT 1",
        str(chance.random()),
    )
    changed = CHANGED[columns[column]].format(column)
    assert (
        tampering.execute(
            f"UPDATE {table} SET {column} = coalesce({changed}, {fallback(columns[column])}) WHERE ctid = %s", row
        )
        == 1
    )
    return f"{column} of {table}"


def waiting(table: str, column: str) -> str:
    """The newest checkpoint is a row that waits; of its columns all but one are what is signed."""
    return (
        "WHERE number < (SELECT max(number) FROM trail_checkpoint)"
        if (table, column) == ("trail_checkpoint", "xid")
        else ""
    )


def fallback(kind: str) -> str:
    return {
        "bigint": "1",
        "level": "'TOTAL'",
        "ledger_account": "'bank'",
        "ledger_kind": "'bonus'",
        "timestamp with time zone": "now()",
    }.get(kind, "NULL")


def delete(tampering: Tampering, chance: random.Random, table: str) -> str:
    order = chance.choice([f"{tampering.tables[table]} DESC", tampering.tables[table], "md5(ctid::text || %(seed)s)"])
    cursor = tampering.connection.execute(
        f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} ORDER BY {order} LIMIT %(most)s)",
        {"seed": str(chance.random()), "most": chance.randint(1, 3)},
    )
    assert cursor.rowcount > 0
    return f"deletion from {table}"


def double(tampering: Tampering, chance: random.Random, table: str) -> str:
    names = ", ".join(columns_of(tampering, table))
    tampering.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} {waiting(table, 'xid')} ORDER BY md5(ctid::text || %s) LIMIT 1",
        str(chance.random()),
    )
    return f"a row of {table} twice"


def insert(tampering: Tampering, chance: random.Random, table: str) -> str:
    """A row as another is, under a new key, as if it had been there long."""
    columns = columns_of(tampering, table)
    key = tampering.tables[table].rpartition(" ")[2]
    values = [f"{name} + 1000000" if name == key else name for name in columns]
    sealed = "WHERE xid < (SELECT since FROM trail_progress)" if "xid" in columns else ""
    tampering.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} {sealed}"
        " ORDER BY md5(ctid::text || %s) LIMIT 1",
        str(chance.random()),
    )
    return f"insertion into {table}"


def swap(tampering: Tampering, chance: random.Random, table: str) -> str:
    """Two rows change places: all that they say but one column, in which they differ."""
    if table in DESCRIPTION:  # whose rows may be the same in every other
        return edit(tampering, chance, table)
    columns = columns_of(tampering, table)
    column = chance.choice(
        [name for name in columns if name != "salt" or (table in tampering.blinded and table != "erasure")]
    )
    pairs = tampering.execute(
        f"SELECT a.ctid, b.ctid FROM {table} a JOIN {table} b ON a.{column} IS DISTINCT FROM b.{column} AND a.ctid < b.ctid"
        + (
            " AND greatest(a.number, b.number) < (SELECT max(number) FROM trail_checkpoint)"
            if table == "trail_checkpoint"
            else ""
        )
        + " ORDER BY md5(a.ctid::text || b.ctid::text || %s) LIMIT 1",
        str(chance.random()),
    )
    if not pairs:
        return edit(tampering, chance, table)
    one, other = pairs[0]
    tampering.execute(
        f"UPDATE {table} t SET {column} = o.{column} FROM {table} o WHERE (t.ctid, o.ctid) IN ((%s, %s), (%s, %s))",
        one, other, other, one,
    )  # fmt: skip
    return f"swap of {column} in {table}"


def unguard(tampering: Tampering, chance: random.Random, table: str) -> str:
    tampering.execute("SET LOCAL session_replication_role = origin")
    name = chance.choice(
        tampering.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgtype & 56 > 0"
            " AND tgname <> 'names_who_chose'",  # which guards nothing of the trail
            table,
        )
    )[0]
    tampering.execute(chance.choice([f"ALTER TABLE {table} DISABLE TRIGGER {name}", f"DROP TRIGGER {name} ON {table}"]))
    return f"trigger {name} of {table}"


def empty(tampering: Tampering, chance: random.Random, table: str) -> str:
    """A row becomes one of an erasure that nobody made."""
    if table not in tampering.blinded:
        return edit(tampering, chance, table)
    key = tampering.tables[table]
    [(row,)] = tampering.execute(
        f"SELECT {key} FROM {table} WHERE salt IS NOT NULL ORDER BY md5(ctid::text || %s) LIMIT 1", str(chance.random())
    )
    [(made,)] = tampering.execute(
        "INSERT INTO erasure (id, acting, digest) SELECT max(id) + 1, 'officer', '' FROM erasure RETURNING id"
    )
    empty_by_hand(tampering.connection, made, kind=table, row_id=row)
    return f"a row of {table} emptied by hand"


WAYS: list[Callable[[Tampering, random.Random, str], str]] = [
    edit,
    edit,
    edit,
    delete,
    double,
    insert,
    swap,
    unguard,
    empty,
]


def test_a_thousand_random_tamperings_are_all_found(tampering: Tampering) -> None:
    chance, unnoticed = random.Random(20261122), []
    for number in range(TAMPERINGS):
        tampering.begin()
        table = chance.choice(sorted(tampering.tables))
        tampering.free(table)
        what = chance.choice(WAYS)(tampering, chance, table)
        if not tampering.found():
            unnoticed.append((number, what))
    assert unnoticed == []
