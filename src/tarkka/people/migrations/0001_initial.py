"""Persons, households, cards, contacts, objections, caps. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("access", "0001_initial")]
    operations = [*sql_files("tarkka.people", "tables.sql", "rights.sql", "household.sql", "lookup.sql")]
