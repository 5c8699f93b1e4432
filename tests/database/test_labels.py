"""Every personal column is labelled with its data category, every personal table is under forced row-level security."""

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tarkka.cli.datamap import NOT_PERSONAL, PERSONAL, WITHOUT_POLICIES, text

ROOT = Path(__file__).parents[2]
COLUMNS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
"""


def unlabelled(admin: Any) -> tuple[set[str], set[str]]:
    """Columns of the database that no room labels, and labels of no column."""
    labelled = {f"{name}.{column}" for name, table in PERSONAL.items() for column in table.columns}
    found = {(table, column) for table, column in admin.execute(COLUMNS)}
    personal = {f"{table}.{column}" for table, column in found if table not in NOT_PERSONAL}
    nowhere = {name for name in NOT_PERSONAL if name not in {table for table, _ in found}}
    return personal - labelled, (labelled - personal) | nowhere


def test_every_column_is_labelled_and_every_label_has_its_column(admin: Any) -> None:
    assert unlabelled(admin) == (set(), set())


def test_column_without_a_label_is_found(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("ALTER TABLE person ADD COLUMN shoe_size integer")
        assert unlabelled(admin) == ({"person.shoe_size"}, set())


def test_table_without_labels_is_found(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("CREATE TABLE nickname (person_id bigint)")
        assert unlabelled(admin) == ({"nickname.person_id"}, set())


def test_label_without_its_column_is_found(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("ALTER TABLE contact DROP COLUMN for_safety_only CASCADE")
        admin.execute("DROP TABLE cardless_receipt")
        assert unlabelled(admin) == (set(), {"contact.for_safety_only", "cardless_receipt"})


def test_no_table_is_both_personal_and_not() -> None:
    assert not PERSONAL.keys() & NOT_PERSONAL.keys()
    assert WITHOUT_POLICIES.keys() <= PERSONAL.keys()


def test_every_personal_table_is_under_forced_row_level_security(admin: Any) -> None:
    forced = {
        name
        for (name,) in admin.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND NOT relispartition"
        )
    }
    assert forced == PERSONAL.keys() - WITHOUT_POLICIES.keys()


def test_tables_tell_whose_their_rows_are() -> None:
    for name, table in PERSONAL.items():
        assert table.whose is None or table.whose in table.columns, name
    assert {name for name, table in PERSONAL.items() if table.whose is None} == {"household"}


def test_command_writes_the_data_map(tmp_path: Path) -> None:
    from tarkka.cli.main import main

    answer = CliRunner().invoke(main, ["datamap", "--to", str(tmp_path / "map.md")])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "map.md").read_text() == text()


def test_data_map_is_up_to_date() -> None:
    assert (ROOT / "docs" / "data-map.md").read_text() == text(), "run `tarkka datamap`"
