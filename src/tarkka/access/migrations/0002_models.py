"""What Django knows of the tables that 0001 made. Changes nothing in the database."""

import tarkka.description.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('role', models.TextField()),
                ('purpose', models.TextField()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.BigIntegerField(null=True)),
                ('case_ref', models.TextField(null=True)),
                ('level', tarkka.description.fields.LevelField(null=True)),
                ('version', models.IntegerField(null=True)),
                ('refusal', models.TextField(null=True)),
            ],
            options={
                'db_table': 'access_event',
                'ordering': ['-id'],
                'managed': False,
            },
        ),
    ]
