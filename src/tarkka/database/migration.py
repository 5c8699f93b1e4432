"""Migrations whose statements stand in `.sql` files, with a bound on how long they may wait for a lock."""

import hashlib
from importlib.resources import files

from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

LOCK_LIMIT = "SET LOCAL lock_timeout = '10s';\n"


def sql_files(package: str, *names: str) -> list[RunSQL]:
    """Return one operation for each file of the package's `sql` folder, in the order given. They cannot be undone."""
    return [RunSQL(LOCK_LIMIT + files(package).joinpath("sql", name).read_text()) for name in names]


def statements_digest() -> str:
    """Return a digest of all that the migrations run: until the first release they are changed in place."""
    digest = hashlib.sha256()
    for name, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update(repr(name).encode())
        for operation in migration.operations:
            if isinstance(operation, RunSQL):
                digest.update(str(operation.sql).encode())
    return digest.hexdigest()[:16]
