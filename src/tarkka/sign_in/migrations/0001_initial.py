"""Sessions, what was used once, and how often somebody asks. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("access", "0001_initial")]
    operations = [*sql_files("tarkka.sign_in", "tables.sql")]
