"""The tables of people as Django sees them. PostgreSQL owns their shape (sql/tables.sql); these read, inside the door.

Columns that the person's role may not read, such as by which employee a choice was made, are not here.
"""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models


class Person(models.Model):
    """Somebody in the register."""

    given_name = models.TextField()
    family_name = models.TextField()
    language = models.TextField()

    class Meta:
        managed = False
        db_table = "person"

    def __str__(self) -> str:
        return str(self.pk)


class Card(models.Model):
    """A card and when it is open."""

    number = models.TextField()
    person = models.ForeignKey(Person, models.PROTECT)
    valid = DateTimeRangeField()

    class Meta:
        managed = False
        db_table = "card"

    def __str__(self) -> str:
        return str(self.pk)


class Objection(models.Model):
    """A choice, in force while it is not withdrawn."""

    person = models.ForeignKey(Person, models.PROTECT)
    kind = models.TextField()
    made_at = models.DateTimeField()
    made_place = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_place = models.TextField(null=True)  # noqa: DJ001  # not withdrawn is not an empty place

    class Meta:
        managed = False
        db_table = "objection"

    def __str__(self) -> str:
        return str(self.pk)
