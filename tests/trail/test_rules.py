"""The database's own rules are what the migrations make, and whatever a superuser changes of them is found."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarkka.trail import rules

HELD = Path(rules.__file__).with_name("rules.txt")


@pytest.fixture
def freely(admin: Any) -> Iterator[Any]:
    with admin.transaction(force_rollback=True):
        yield admin


def test_held_rules_are_what_the_migrations_make(admin: Any) -> None:
    made = rules.text(rules.rules_of(admin))
    if os.environ.get("TARKKA_WRITE_RULES"):
        HELD.write_text(made)
    assert HELD.read_text() == made, "write it anew: TARKKA_WRITE_RULES=1 pytest tests/trail/test_rules.py"
    assert rules.changed_rules(admin) == []


CHANGES = {
    "policy seals on public.access_event": "ALTER POLICY seals ON access_event USING (id > 7)",
    "policy own on public.staff_act": "DROP POLICY own ON staff_act",
    "policy everyone on public.mandate": "CREATE POLICY everyone ON mandate USING (true)",
    "table public.look_delay": "ALTER TABLE look_delay NO FORCE ROW LEVEL SECURITY",
    "table public.access_event": "ALTER TABLE access_event DROP CONSTRAINT looked_or_refused",
    "table public.service_case": "GRANT SELECT ON service_case TO tarkka_app",
    "table public.mandate": "ALTER TABLE mandate ALTER given_at SET DEFAULT '2020-01-01'",
    "table public.case_review": "CREATE RULE never AS ON INSERT TO case_review DO INSTEAD NOTHING",
    "trigger stays on public.trail_leaf": "DROP TRIGGER stays ON trail_leaf; CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE"
    " ON trail_leaf FOR EACH STATEMENT WHEN (current_user <> 'postgres') EXECUTE FUNCTION access.refuse_change()",
    "trigger stays on public.trail_node": "ALTER TABLE trail_node DISABLE TRIGGER stays",
    "trigger mine on public.staff_act": "CREATE TRIGGER mine BEFORE INSERT ON staff_act FOR EACH ROW"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "function access.refuse_change()": "CREATE OR REPLACE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NULL;END $$",
    "function access.cases_untold()": "ALTER FUNCTION access.cases_untold SECURITY INVOKER",
    "function access.record_act(text)": "ALTER FUNCTION access.record_act OWNER TO postgres",
    "function access.ticket()": "ALTER FUNCTION access.ticket SET search_path = public",
    "function public.mine()": "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_changed_rule_is_found(freely: Any, name: str) -> None:
    for statement in CHANGES[name].split("; "):
        freely.execute(statement)
    assert rules.changed_rules(freely) == [name]
