"""The tables of purchases as Django sees them, to read inside the door. PostgreSQL owns their shape: sql/tables.sql."""

from typing import ClassVar

from django.db import models

from tarkka.description.fields import LevelField


class Outlet(models.Model):
    """A shop, or whatever else receipts come from."""

    code = models.TextField(unique=True)
    name = models.TextField()
    chain = models.TextField()

    class Meta:
        managed = False
        db_table = "outlet"

    def __str__(self) -> str:
        return self.code


class ProductGroup(models.Model):
    """A group of products, named in each language."""

    code = models.TextField(primary_key=True)
    name_fi = models.TextField()
    name_sv = models.TextField()
    name_en = models.TextField()

    class Meta:
        managed = False
        db_table = "product_group"

    def __str__(self) -> str:
        return self.code


class Product(models.Model):
    """A product as some source names it."""

    gtin = models.TextField()
    product_code = models.TextField()
    name = models.TextField()
    group_code = models.TextField()

    class Meta:
        managed = False
        db_table = "product"

    def __str__(self) -> str:
        return self.name


class ReceiptColumns(models.Model):
    """What every receipt has, and a held one too."""

    purchaser_id = models.BigIntegerField()
    purchased_at = models.DateTimeField()
    id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    outlet = models.ForeignKey(Outlet, models.PROTECT, db_constraint=False)
    source_id = models.BigIntegerField()
    version = models.IntegerField()
    level = LevelField()
    channel = models.TextField()
    kind = models.TextField()
    source_receipt_id = models.TextField()
    refers_to = models.BigIntegerField(null=True)
    refers_to_at = models.DateTimeField(null=True)
    currency = models.TextField()
    total_cents = models.BigIntegerField()
    bonus_eligible_cents = models.BigIntegerField()
    card_benefit_cents = models.BigIntegerField()
    payments = models.JSONField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class Receipt(ReceiptColumns):
    """What every receipt has: TOTAL."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "id")

    class Meta:
        managed = False
        db_table = "receipt"
        ordering: ClassVar = ["-purchased_at", "-id"]


class HeldReceipt(ReceiptColumns):
    """A receipt that was held back from retention, for one hold."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "id", "hold", "hold_id")
    hold = models.TextField()
    hold_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "held_receipt"


class GroupColumns(models.Model):
    """The sum of one product group on a receipt, and a held one's too."""

    purchaser_id = models.BigIntegerField()
    purchased_at = models.DateTimeField()
    receipt_id = models.BigIntegerField()
    group_code = models.TextField()
    amount_cents = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.group_code


class ReceiptGroup(GroupColumns):
    """The sum of one product group on a receipt: GROUP."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "receipt_id", "group_code")

    class Meta:
        managed = False
        db_table = "receipt_group"


class HeldReceiptGroup(GroupColumns):
    """A group's sum that was held back from retention, for one hold."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "receipt_id", "group_code", "hold", "hold_id")
    hold = models.TextField()
    hold_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "held_receipt_group"


class LineColumns(models.Model):
    """One product line of a receipt, and a held one too."""

    purchaser_id = models.BigIntegerField()
    purchased_at = models.DateTimeField()
    receipt_id = models.BigIntegerField()
    line = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, db_constraint=False)
    quantity = models.DecimalField(max_digits=15, decimal_places=6)
    unit = models.TextField()
    amount_cents = models.BigIntegerField()
    lot = models.TextField(null=True)  # noqa: DJ001  # no lot is not an empty lot
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.line)


class ReceiptLine(LineColumns):
    """One product line of a receipt: PRODUCT."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "receipt_id", "line")

    class Meta:
        managed = False
        db_table = "receipt_line"


class HeldReceiptLine(LineColumns):
    """A line that was held back from retention, for one hold."""

    pk = models.CompositePrimaryKey("purchaser_id", "purchased_at", "receipt_id", "line", "hold", "hold_id")
    hold = models.TextField()
    hold_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "held_receipt_line"
