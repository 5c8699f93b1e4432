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


class Contact(models.Model):
    """A way to reach a person."""

    person = models.ForeignKey(Person, models.PROTECT)
    kind = models.TextField()
    value = models.TextField()
    for_safety_only = models.BooleanField()

    class Meta:
        managed = False
        db_table = "contact"

    def __str__(self) -> str:
        return str(self.pk)


class Wish(models.Model):
    """What a person wished to be sent, in force while it has not ended."""

    person = models.ForeignKey(Person, models.PROTECT)
    purpose = models.TextField()
    kind = models.TextField()
    wished_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "wish"

    def __str__(self) -> str:
        return str(self.pk)


class Objection(models.Model):
    """A choice, in force while it is not withdrawn."""

    person = models.ForeignKey(Person, models.PROTECT)
    kind = models.TextField()
    made_at = models.DateTimeField()
    made_place = models.TextField()
    made_version = models.IntegerField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_place = models.TextField(null=True)  # noqa: DJ001  # not withdrawn is not an empty place
    withdrawn_version = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "objection"

    def __str__(self) -> str:
        return str(self.pk)
