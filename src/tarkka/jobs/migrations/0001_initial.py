"""Procrastinate's own tables and functions, in a schema of their own. Runs before a deployment."""

from django.db import migrations
from django.db.migrations import RunSQL
from procrastinate.schema import SchemaManager

from tarkka.database.migration import LOCK_LIMIT, sql_files

_THERE = "CREATE SCHEMA jobs;\nSET LOCAL search_path = jobs, pg_catalog;\n"
_BACK = "\nSET LOCAL search_path TO DEFAULT;\n"


class Migration(migrations.Migration):
    initial = True
    operations = [
        RunSQL(LOCK_LIMIT + _THERE + str(SchemaManager.get_schema()) + _BACK),
        *sql_files("tarkka.jobs", "rights.sql"),
    ]
