"""Flags, decisions on them, and the telephone system's calls. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("access", "0001_initial"), ("people", "0001_initial"), ("staff", "0001_initial")]
    operations = [*sql_files("tarkka.supervision", "tables.sql", "views.sql", "rights.sql")]
