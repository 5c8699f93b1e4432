"""The trail's tables and functions, after every sealed table. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import LOCK_LIMIT, sql_files
from tarkka.trail.sealed import functions


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("access", "0001_initial"),
        ("bonus", "0001_initial"),
        ("description", "0001_initial"),
        ("purchases", "0001_initial"),
        ("recalls", "0001_initial"),
        ("rights", "0001_initial"),
        ("supervision", "0001_initial"),
    ]
    operations = [*sql_files("tarkka.trail", "tables.sql"), migrations.RunSQL(LOCK_LIMIT + functions())]
