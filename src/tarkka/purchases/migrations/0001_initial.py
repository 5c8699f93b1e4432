"""Outlets, products, sources, receipts at three levels, and the functions of intake. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("people", "0001_initial")]
    operations = [*sql_files(
            "tarkka.purchases", "tables.sql", "rights.sql", "intake.sql", "retention.sql", "returns.sql", "household.sql"
        )]
