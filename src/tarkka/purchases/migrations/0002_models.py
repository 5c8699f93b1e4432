"""What Django knows of the tables that 0001 made. Changes nothing in the database."""

import tarkka.description.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('purchases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outlet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('chain', models.TextField()),
            ],
            options={
                'db_table': 'outlet',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gtin', models.TextField()),
                ('product_code', models.TextField()),
                ('name', models.TextField()),
                ('group_code', models.TextField()),
            ],
            options={
                'db_table': 'product',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ProductGroup',
            fields=[
                ('code', models.TextField(primary_key=True, serialize=False)),
                ('name_fi', models.TextField()),
                ('name_sv', models.TextField()),
                ('name_en', models.TextField()),
            ],
            options={
                'db_table': 'product_group',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('id', models.BigIntegerField()),
                ('household_id', models.BigIntegerField()),
                ('source_id', models.BigIntegerField()),
                ('version', models.IntegerField()),
                ('level', tarkka.description.fields.LevelField()),
                ('channel', models.TextField()),
                ('kind', models.TextField()),
                ('source_receipt_id', models.TextField()),
                ('refers_to', models.BigIntegerField(null=True)),
                ('refers_to_at', models.DateTimeField(null=True)),
                ('currency', models.TextField()),
                ('total_cents', models.BigIntegerField()),
                ('bonus_eligible_cents', models.BigIntegerField()),
                ('card_benefit_cents', models.BigIntegerField()),
                ('payments', models.JSONField()),
            ],
            options={
                'db_table': 'receipt',
                'ordering': ['-purchased_at', '-id'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ReceiptGroup',
            fields=[
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'receipt_id', 'group_code', blank=True, editable=False, primary_key=True, serialize=False)),
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('receipt_id', models.BigIntegerField()),
                ('group_code', models.TextField()),
                ('amount_cents', models.BigIntegerField()),
            ],
            options={
                'db_table': 'receipt_group',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ReceiptLine',
            fields=[
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'receipt_id', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('receipt_id', models.BigIntegerField()),
                ('line', models.IntegerField()),
                ('quantity', models.DecimalField(decimal_places=6, max_digits=15)),
                ('unit', models.TextField()),
                ('amount_cents', models.BigIntegerField()),
                ('lot', models.TextField(null=True)),
                ('vat_rate', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
            ],
            options={
                'db_table': 'receipt_line',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HeldReceipt',
            fields=[
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('id', models.BigIntegerField()),
                ('household_id', models.BigIntegerField()),
                ('source_id', models.BigIntegerField()),
                ('version', models.IntegerField()),
                ('level', tarkka.description.fields.LevelField()),
                ('channel', models.TextField()),
                ('kind', models.TextField()),
                ('source_receipt_id', models.TextField()),
                ('refers_to', models.BigIntegerField(null=True)),
                ('refers_to_at', models.DateTimeField(null=True)),
                ('currency', models.TextField()),
                ('total_cents', models.BigIntegerField()),
                ('bonus_eligible_cents', models.BigIntegerField()),
                ('card_benefit_cents', models.BigIntegerField()),
                ('payments', models.JSONField()),
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'id', 'hold', 'hold_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hold', models.TextField()),
                ('hold_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'held_receipt',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HeldReceiptGroup',
            fields=[
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('receipt_id', models.BigIntegerField()),
                ('group_code', models.TextField()),
                ('amount_cents', models.BigIntegerField()),
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'receipt_id', 'group_code', 'hold', 'hold_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hold', models.TextField()),
                ('hold_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'held_receipt_group',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HeldReceiptLine',
            fields=[
                ('purchaser_id', models.BigIntegerField()),
                ('purchased_at', models.DateTimeField()),
                ('receipt_id', models.BigIntegerField()),
                ('line', models.IntegerField()),
                ('quantity', models.DecimalField(decimal_places=6, max_digits=15)),
                ('unit', models.TextField()),
                ('amount_cents', models.BigIntegerField()),
                ('lot', models.TextField(null=True)),
                ('vat_rate', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('pk', models.CompositePrimaryKey('purchaser_id', 'purchased_at', 'receipt_id', 'line', 'hold', 'hold_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hold', models.TextField()),
                ('hold_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'held_receipt_line',
                'managed': False,
            },
        ),
    ]
