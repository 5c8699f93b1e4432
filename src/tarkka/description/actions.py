"""Writing to the published description: only ever adding to it. Runs as the owner of the tables, for operators."""

from datetime import date

from django.db import connections, transaction

from tarkka.description import models
from tarkka.description.announcing import Announced, reasons_against
from tarkka.description.errors import BeforeFirstVersion, NotPublishable, choose
from tarkka.description.loading import parse
from tarkka.description.queries import load_rulebook
from tarkka.description.rows import rows_of
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.description.value import Description

OWNER = "owner"


def publish(source: str, *, effective_on: date, acting: str, file: str = "description") -> tuple[PublishedVersion, ...]:
    """Publish what a file's text says to hold from a day, and return the new versions, all of them or none.

    Usually that is one version, of a day after the last version's and after today. An empty register is given its
    history instead: one version for each day of change in the file up to `effective_on`, with the file's announcements.

    `acting` is the operator's user id, `file` names the text in errors. Raises DescriptionInvalid; NotPublishable with
    every reason, among them a widening that was not announced (R32) and a file that tells the past otherwise than it
    was published (rulings: Levels).
    """
    description = parse(source, file)
    with transaction.atomic(using=OWNER, durable=True):
        with connections[OWNER].cursor() as cursor:
            cursor.execute("LOCK TABLE description_version IN SHARE ROW EXCLUSIVE MODE")
        rulebook = load_rulebook(OWNER)
        days = [effective_on] if rulebook else [day for day in description.days_of_change if day <= effective_on]
        reasons = _against_beginning(description, effective_on)
        if rulebook:
            reasons += _against_days(description, rulebook, effective_on)
        if reasons:
            raise NotPublishable(reasons)
        if not rulebook:
            _record_history(description, days, acting)
        announced = [
            Announced(bytes(row.digest), row.effective_on, row.channel, row.announced_on) for row in _announcements()
        ]
        first = len(rulebook.versions) + 1
        new = tuple(PublishedVersion(number, day, description.as_of(day)) for number, day in enumerate(days, first))
        for before, after in zip((*rulebook.versions[-1:], *new), (*rulebook.versions[-1:], *new)[1:], strict=False):
            reasons += reasons_against(before.description, after.description, after.effective_on, announced)
        if reasons:
            raise NotPublishable(reasons)
        for version in new:
            _store(version, source, acting)
    return new


def record_announcement(
    source: str, *, effective_on: date, channel: str, announced_on: date, acting: str, file: str = "description"
) -> None:
    """Record that what a file's text says to hold from a day was announced in a channel on an earlier day (R32).

    `acting` is the operator's user id. Raises DescriptionInvalid; NotPublishable for an unknown channel, a day to come,
    a day after the change, or an announcement that is recorded already.
    """
    description = parse(source, file)
    reasons = _against_beginning(description, effective_on)
    if channel not in description.document.notice_channel:
        reasons.append(
            f"the description has no notice channel {channel!r}. {choose(channel, description.document.notice_channel)}"
        )
    if announced_on > description.today():
        reasons.append(f"{announced_on} is yet to come: record an announcement once it is made")
    if announced_on > effective_on:
        reasons.append(f"{announced_on} is after {effective_on}, the day that it announces")
    if reasons:
        raise NotPublishable(reasons)
    row, made = models.Announcement.objects.using(OWNER).get_or_create(
        digest=description.as_of(effective_on).digest(),
        effective_on=effective_on,
        channel=channel,
        defaults={"announced_on": announced_on, "recorded_by": acting},
    )
    if not made and row.announced_on != announced_on:
        raise NotPublishable(
            [f"{channel} was already recorded as announced on {row.announced_on}; what was recorded never changes"]
        )


def _against_days(description: Description, rulebook: Rulebook, effective_on: date) -> list[str]:
    last = rulebook.versions[-1]
    reasons = []
    if effective_on <= last.effective_on:
        reasons.append(
            f"version {last.number} holds from {last.effective_on}: a new version must hold from a later day than that"
        )
    if effective_on <= description.today():
        reasons.append(
            f"{effective_on} has begun: its purchases are being collected by what was published for them, "
            "which never changes. Choose tomorrow or a later day"
        )
    register, old = description.document.register, last.description.document.register
    for key in ("time_zone", "currency"):
        if getattr(register, key) != getattr(old, key):
            reasons.append(
                f"register.{key} is {getattr(register, key)!r}, but the register was begun with {getattr(old, key)!r}, "
                "which stays"
            )
    agreement, before = description.document.agreement, last.description.document.agreement
    if agreement.number < before.number or (agreement.number == before.number and agreement.text != before.text):
        reasons.append(
            f"the confidentiality agreement {before.number} was signed with another text: write agreement.number = "
            f"{before.number + 1}, so that everyone signs the new one"
        )
    return reasons + _against_past(description, rulebook, effective_on)


def _against_past(description: Description, rulebook: Rulebook, effective_on: date) -> list[str]:
    """The file's history must be the published one: people read it, and since when a level holds is told from it."""
    reasons = []
    told = {version.effective_on for version in rulebook.versions} | set(description.days_of_change)
    for day in sorted(day for day in told if day < effective_on):
        try:
            version = rulebook.on(day)
        except BeforeFirstVersion as error:
            reasons.append(f"a [[collection]] is from {day}, but {error}. Write from = {error.first}")
            continue
        for chain, channel in description.pairs:
            if (chain, channel) in version.description.pairs and day >= description.days_of_change[0]:
                was = version.description.level_at(chain, channel, day)
                says = description.level_at(chain, channel, day)
                if was is not says:
                    reasons.append(
                        f"on {day} {chain} {channel} was collected at {was.name} (version {version.number}), "
                        f"but the file says {says.name}. The past cannot be changed: leave its [[collection]] rules "
                        f"as they were, and add one from = {effective_on}"
                    )
    return reasons


def _against_beginning(description: Description, effective_on: date) -> list[str]:
    first = description.days_of_change[0]
    return (
        [] if first <= effective_on else [f"the file's first [[collection]] is from {first}: choose that day or later"]
    )


def _record_history(description: Description, days: list[date], acting: str) -> None:
    models.Announcement.objects.using(OWNER).bulk_create(
        [
            models.Announcement(
                digest=description.as_of(entry.effective_on).digest(),
                effective_on=entry.effective_on,
                channel=channel,
                announced_on=entry.on,
                recorded_by=acting,
            )
            for entry in description.document.announcement
            if entry.effective_on in days
            for channel in entry.channels
        ],
        ignore_conflicts=True,
    )


def _store(version: PublishedVersion, source: str, acting: str) -> None:
    document = version.description.document
    models.Version.objects.using(OWNER).create(
        number=version.number,
        effective_on=version.effective_on,
        time_zone=document.register.time_zone,
        published_by=acting,
        digest=version.description.digest(),
        source=source,
        compiled=version.description.compiled(),
        agreement=document.agreement.number,
    )
    with connections[OWNER].cursor() as cursor:
        for table, rows in rows_of(version.number, version.effective_on, version.description).items():
            if rows:
                places = ", ".join(f"%({column})s" for column in rows[0])
                statement = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({places})"  # noqa: S608  # our own words
                cursor.executemany(statement, rows)


def _announcements() -> list[models.Announcement]:
    return list(models.Announcement.objects.using(OWNER).all())
