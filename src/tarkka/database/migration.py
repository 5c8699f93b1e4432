"""Migrations whose statements stand in `.sql` files, with a bound on how long they may wait for a lock."""

from importlib.resources import files

from django.db.migrations import RunSQL

LOCK_LIMIT = "SET LOCAL lock_timeout = '10s';\n"


def sql_files(package: str, *names: str) -> list[RunSQL]:
    """Return one operation for each file of the package's `sql` folder, in the order given. They cannot be undone."""
    return [RunSQL(LOCK_LIMIT + files(package).joinpath("sql", name).read_text()) for name in names]
