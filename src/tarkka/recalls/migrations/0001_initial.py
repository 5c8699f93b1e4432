"""Recalls, whom each affects, and what they were told. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("access", "0001_initial"),
        ("jobs", "0001_initial"),
        ("people", "0001_initial"),
        ("purchases", "0001_initial"),
    ]
    operations = [*sql_files("tarkka.recalls", "tables.sql", "rights.sql", "delivery.sql", "trace_job.sql", "reach.sql")]
