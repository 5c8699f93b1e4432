"""Accounts of staff and their credentials. Runs before a deployment."""

from django.db import migrations

from tarkka.database.migration import sql_files


class Migration(migrations.Migration):
    initial = True
    dependencies = [("sign_in", "0001_initial")]
    operations = [*sql_files("tarkka.staff", "tables.sql")]
