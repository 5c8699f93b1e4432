"""What was published, as rows. All of it is immutable, by triggers of the database; writes are in `actions`."""

from django.db import models
from django.db.models.functions import Now

from tarkka.description.fields import LevelField


class Version(models.Model):
    """One published version of the register description: in force from `effective_on`, in its own time zone, on."""

    number = models.IntegerField(primary_key=True)
    effective_on = models.DateField(unique=True)
    time_zone = models.TextField()
    published_at = models.DateTimeField(db_default=Now())
    published_by = models.TextField()
    digest = models.BinaryField()
    source = models.TextField()
    compiled = models.TextField()
    agreement = models.IntegerField()

    class Meta:
        db_table = "description_version"

    def __str__(self) -> str:
        return f"version {self.number} from {self.effective_on}"


class VersionLevel(models.Model):
    """How finely a version collects from one chain in one channel (R4)."""

    pk = models.CompositePrimaryKey("version", "chain", "channel")
    version = models.ForeignKey(Version, models.PROTECT, db_column="version", db_index=False, related_name="levels")
    chain = models.TextField()
    channel = models.TextField()
    level = LevelField()

    class Meta:
        db_table = "description_level"

    def __str__(self) -> str:
        return f"{self.chain} {self.channel}"


class Use(models.Model):
    """What a version lets one role do for one purpose with one kind of subject. The door reads this, nothing else."""

    pk = models.CompositePrimaryKey("version", "purpose", "role", "subject_kind")
    version = models.ForeignKey(Version, models.PROTECT, db_column="version", db_index=False, related_name="uses")
    purpose = models.TextField()
    role = models.TextField()
    subject_kind = models.TextField()
    level = LevelField()
    basis = models.TextField()
    person_needs_case = models.BooleanField()
    staff = models.BooleanField()
    lowered_by_a = LevelField(null=True)
    lowered_by_b = LevelField(null=True)
    under_restriction = models.BooleanField()

    class Meta:
        db_table = "description_use"

    def __str__(self) -> str:
        return f"{self.purpose} by {self.role} on {self.subject_kind}"


class Announcement(models.Model):
    """That a content was announced in one channel before the day from which it holds (R32)."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField()
    effective_on = models.DateField()
    channel = models.TextField()
    announced_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.TextField()

    class Meta:
        db_table = "description_announcement"

    def __str__(self) -> str:
        return f"{self.channel} on {self.announced_on}"
