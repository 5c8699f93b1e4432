"""The trail as a person may see it: without the actor, who may be an employee."""

from typing import ClassVar

from django.db import models

from tarkka.description.fields import LevelField


class AccessEvent(models.Model):
    """One look, or one refusal. PostgreSQL owns its shape (sql/tables.sql); only the door writes it."""

    at = models.DateTimeField()
    role = models.TextField()
    purpose = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    case_ref = models.TextField(null=True)  # noqa: DJ001  # no case is not an empty one
    level = LevelField(null=True)
    version = models.IntegerField(null=True)
    refusal = models.TextField(null=True)  # noqa: DJ001  # granted is not an empty reason

    class Meta:
        managed = False
        db_table = "access_event"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return str(self.pk)
