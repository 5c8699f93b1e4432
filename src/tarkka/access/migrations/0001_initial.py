"""The trail, the tickets and the functions of the door. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("description", "0001_initial")]
    operations = [*sql_files("tarkka.access", "tables.sql", "staff_tables.sql", "door.sql", "staff.sql", "rights.sql", "batches.sql", "changes.sql")]
