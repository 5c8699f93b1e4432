"""What is held back from retention, and its functions. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("bonus", "0001_initial"), ("recalls", "0001_initial"), ("rights", "0001_initial")]
    operations = [*sql_files("tarkka.retention", "holds.sql")]
