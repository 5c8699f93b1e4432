"""The published description: the type `level`, the tables that the door and the intake obey, the triggers that keep them. Runs before a deployment."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import tarkka.description.fields
from tarkka.database.migration import sql_files

MODELS = [
    migrations.CreateModel(
        name="Announcement",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("digest", models.BinaryField()),
            ("effective_on", models.DateField()),
            ("channel", models.TextField()),
            ("announced_on", models.DateField()),
            ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("recorded_by", models.TextField()),
        ],
        options={"db_table": "description_announcement"},
    ),
    migrations.CreateModel(
        name="Version",
        fields=[
            ("number", models.IntegerField(primary_key=True, serialize=False)),
            ("effective_on", models.DateField(unique=True)),
            ("time_zone", models.TextField()),
            ("published_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("published_by", models.TextField()),
            ("digest", models.BinaryField()),
            ("source", models.TextField()),
            ("compiled", models.TextField()),
            ("agreement", models.IntegerField()),
        ],
        options={"db_table": "description_version"},
    ),
    migrations.CreateModel(
        name="Use",
        fields=[
            ("pk", models.CompositePrimaryKey("version", "purpose", "role", "subject_kind", blank=True, editable=False, primary_key=True, serialize=False)),
            ("purpose", models.TextField()),
            ("role", models.TextField()),
            ("subject_kind", models.TextField()),
            ("level", tarkka.description.fields.LevelField()),
            ("basis", models.TextField()),
            ("person_needs_case", models.BooleanField()),
            ("staff", models.BooleanField()),
            ("lowered_by_a", tarkka.description.fields.LevelField(null=True)),
            ("lowered_by_b", tarkka.description.fields.LevelField(null=True)),
            ("under_restriction", models.BooleanField()),
            ("version", models.ForeignKey(db_column="version", db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="description.version")),
        ],
        options={"db_table": "description_use"},
    ),
    migrations.CreateModel(
        name="VersionLevel",
        fields=[
            ("pk", models.CompositePrimaryKey("version", "chain", "channel", blank=True, editable=False, primary_key=True, serialize=False)),
            ("chain", models.TextField()),
            ("channel", models.TextField()),
            ("level", tarkka.description.fields.LevelField()),
            ("version", models.ForeignKey(db_column="version", db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="levels", to="description.version")),
        ],
        options={"db_table": "description_level"},
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = [migrations.SeparateDatabaseAndState(sql_files("tarkka.description", "tables.sql"), MODELS)]
