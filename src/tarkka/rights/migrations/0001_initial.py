"""Extracts and requests. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("people", "0001_initial")]
    operations = [*sql_files("tarkka.rights", "tables.sql", "rights.sql")]
