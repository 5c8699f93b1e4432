"""What each role of the door may do to each table, column by column: the whole of it, as the database has it."""

import pytest

ALL = "*"
SHARED = {(table, "SELECT"): ALL for table in ("outlet", "product", "product_group")}
PUBLISHED = ("announcement", "in_force", "level", "use", "version")
DESCRIPTION = {(f"description_{part}", "SELECT"): ALL for part in PUBLISHED}
WITHDRAWN = "withdrawn_at withdrawn_place withdrawn_version"
EVENT = "id at role purpose basis subject_kind subject_id case_ref level version refusal"
AMOUNTS = "currency total_cents bonus_eligible_cents card_benefit_cents payments"
HOUSEHOLD_RECEIPT = "household_id purchased_at id outlet_id channel kind " + AMOUNTS
RIGHTS: dict[str, dict[tuple[str, str], str]] = {
    "tarkka_app": SHARED
    | DESCRIPTION
    | {(table, "SELECT"): ALL for table in ("source", "source_scope")}
    | {("django_session", verb): ALL for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")},
    "tarkka_person": SHARED
    | {(table, "SELECT"): ALL for table in ("card", "contact", "level_cap", "membership", "person")}
    | {(table, "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line")}
    | {(f"description_{part}", "SELECT"): ALL for part in ("in_force", "version")}
    | {
        ("access_event", "SELECT"): EVENT,
        ("card", "INSERT"): "number person_id valid",
        ("card", "UPDATE"): "valid",
        ("contact", "INSERT"): "person_id kind value for_safety_only",
        ("contact", "DELETE"): ALL,
        ("membership", "INSERT"): "person_id household_id is_main_member valid",
        ("membership", "UPDATE"): "valid",
        ("objection", "SELECT"): "id person_id kind made_at made_place made_version " + WITHDRAWN,
        ("objection", "INSERT"): "person_id kind made_place made_by made_version",
        ("objection", "UPDATE"): "withdrawn_at withdrawn_place withdrawn_by withdrawn_version",
        ("person", "UPDATE"): "given_name family_name language",
    },
    "tarkka_household": SHARED | {("receipt", "SELECT"): HOUSEHOLD_RECEIPT},
    "tarkka_trace": SHARED | {(table, "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line")},
    "tarkka_audience": SHARED
    | {(f"audience.{table}", "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line")},
    "tarkka_intake": {
        (table, "INSERT"): ALL
        for table in (
            "card", "contact", "household", "membership", "person", "receipt", "receipt_group", "receipt_line",
        )
    },
}  # fmt: skip

CALLERS = {
    "access.bonus_left_out": {"household"},
    "access.cover": {"trace", "audience"},
    "access.group_ok": {"trace", "audience"},
    "access.issue": {"app"},
    "access.lowering": {"audience"},
    "access.revoke_tickets": {"owner"},
    "access.shared_looks": {"person"},
    "access.subject": {"person", "household"},
    "access.subject_for": {"person"},
    "access.subject_period": {"household"},
    "people.holders": {"intake"},
    "people.person_by_identity": {"app"},
    "purchases.broken_references": {"app"},
    "purchases.cardless": {"intake"},
    "purchases.claim": {"intake"},
    "purchases.count_cardless": {"intake"},
    "purchases.make_partitions": {"app", "intake"},
    "purchases.products": {"intake"},
    "purchases.sales": {"intake"},
    "purchases.taken": {"intake"},
}

_GRANTED = """
WITH granted AS (
    SELECT c.oid, x.grantee, x.privilege_type, NULL::name AS attname
    FROM pg_class c, aclexplode(c.relacl) x WHERE relkind <> 'S'
    UNION ALL
    SELECT attrelid, x.grantee, x.privilege_type, attname FROM pg_attribute a, aclexplode(a.attacl) x
)
SELECT oid::regclass::text, privilege_type, coalesce(string_agg(attname, ' '), '*') FROM granted
WHERE grantee IN (0, %s::regrole) AND oid >= 16384 GROUP BY 1, 2
"""
_CALLABLE = """
SELECT pronamespace::regnamespace || '.' || proname, x.grantee::regrole::text FROM pg_proc, aclexplode(proacl) x
WHERE pronamespace::regnamespace::text IN ('access', 'people', 'purchases') AND x.grantee <> proowner
"""


@pytest.mark.parametrize("role", RIGHTS)
def test_role_has_exactly_the_rights_that_it_needs(database: str, role: str) -> None:
    from looking import rows

    found = {(table, verb): columns for table, verb, columns in rows(_GRANTED, role)}
    assert {step: set(columns.split()) for step, columns in found.items()} == {
        step: set(columns.split()) for step, columns in RIGHTS[role].items()
    }


def test_functions_of_the_door_are_called_by_those_who_need_them(database: str) -> None:
    from looking import rows

    found: dict[str, set[str]] = {}
    for function, role in rows(_CALLABLE):
        found.setdefault(function, set()).add(role.removeprefix("tarkka_"))
    assert found == CALLERS
