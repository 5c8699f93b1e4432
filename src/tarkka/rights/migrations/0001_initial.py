"""Extracts and requests, what is done at a request, and breaches. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("bonus", "0001_initial"),
        ("people", "0001_initial"),
        ("purchases", "0001_initial"),
        ("services", "0001_initial"),
    ]
    operations = [*sql_files("tarkka.rights", "tables.sql", "rights.sql", "breaches.sql", "upheld.sql")]
