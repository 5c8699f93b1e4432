"""What Django knows of the tables that 0001 made. Changes nothing in the database."""

import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.TextField()),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
            ],
            options={
                'db_table': 'card',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('made_place', models.TextField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_place', models.TextField(null=True)),
            ],
            options={
                'db_table': 'objection',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_name', models.TextField()),
                ('family_name', models.TextField()),
                ('language', models.TextField()),
            ],
            options={
                'db_table': 'person',
                'managed': False,
            },
        ),
    ]
