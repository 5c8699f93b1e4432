"""What was sent to whom. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("people", "0001_initial"), ("purchases", "0001_initial")]
    operations = [*sql_files("tarkka.services", "tables.sql", "rights.sql", "glass.sql")]
