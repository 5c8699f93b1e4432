"""What Django knows of the tables that 0001 made. Changes nothing in the database."""

import django.contrib.sessions.base_session
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sign_in', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('person_id', models.BigIntegerField(null=True)),
                ('staff', models.TextField(null=True)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
                'db_table': 'session',
                'managed': False,
            },
            managers=[
                ('objects', django.contrib.sessions.base_session.BaseSessionManager()),
            ],
        ),
    ]
