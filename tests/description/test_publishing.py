"""Publishing: an empty register's history, then one version at a time; no unannounced widening, and no change after."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import Error, connections, transaction

from tarkka.description.errors import DescriptionInvalid, NotPublishable
from tarkka.description.loading import parse
from tarkka.vocabulary import Channel, Level, Objection

SOURCE = (Path(__file__).parents[2] / "descriptions" / "s_group.toml").read_text()
CHANNELS = tuple(parse(SOURCE).document.notice_channel)
CHANGE = date(2016, 9, 1)
TODAY = parse(SOURCE).today()
FAR = TODAY + timedelta(days=400)


# Models can be imported only once the fixture `database` has set Django up.


def publish(source, *, effective_on, **named):
    from tarkka.description import actions

    return actions.publish(source, effective_on=effective_on, acting="operator", **named)


def record_announcement(source, **named):
    from tarkka.description import actions

    actions.record_announcement(source, acting="operator", **named)


def load_rulebook():
    from tarkka.description import queries

    return queries.load_rulebook()


def rows(statement, using="default"):
    with connections[using].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def published():
    return [number for (number,) in rows("SELECT number FROM description_version ORDER BY number")]


def adding(day, level="PRODUCT", chain="hotels"):
    return f'{SOURCE}\n[[collection]]\nfrom = {day}\nlevel = "{level}"\nchains = ["{chain}"]\nchannels = ["store"]\n'


def announce(source, effective_on, on=TODAY, channels=CHANNELS):
    for channel in channels:
        record_announcement(source, effective_on=effective_on, channel=channel, announced_on=on)


def reasons(source, effective_on):
    with pytest.raises(NotPublishable) as caught:
        publish(source, effective_on=effective_on)
    return "\n".join(caught.value.reasons)


@pytest.fixture
def history(empty_register):
    """The reference description published to an empty register, as an installation begins."""
    return publish(SOURCE, effective_on=CHANGE)


# ---- an empty register


def test_empty_register_is_given_its_history(history):
    assert [(version.number, version.effective_on) for version in history] == [(1, date(2014, 5, 1)), (2, CHANGE)]
    statement = "SELECT number, effective_on, published_by, time_zone, source FROM description_version ORDER BY number"
    for using in ("default", "owner"):
        assert rows(statement, using) == [
            (1, date(2014, 5, 1), "operator", "Europe/Helsinki", SOURCE),
            (2, CHANGE, "operator", "Europe/Helsinki", SOURCE),
        ]
    ((oldest,),) = rows("SELECT min(published_at) FROM description_version")
    assert timedelta(0) < datetime.now(UTC) - oldest < timedelta(minutes=1)


def test_history_takes_the_announcements_of_the_file_along(history):
    digest = parse(SOURCE).as_of(CHANGE).digest()
    assert sorted(
        rows("SELECT channel, effective_on, announced_on, recorded_by, digest FROM description_announcement")
    ) == sorted((channel, CHANGE, date(2016, 8, 2), "operator", digest) for channel in CHANNELS)


def test_announcements_are_told_by_version_in_the_order_of_recording(history):
    from tarkka.description.queries import load_announcements

    kept = rows("SELECT announced_on, channel FROM description_announcement ORDER BY id")
    assert load_announcements() == {2: kept}
    assert len(kept) == len(CHANNELS) > 1


def test_history_ends_on_the_day_asked_for(empty_register):
    versions = publish(SOURCE, effective_on=date(2016, 8, 31))
    assert [version.effective_on for version in versions] == [date(2014, 5, 1)]
    assert rows("SELECT count(*) FROM description_announcement") == [(0,)]


def test_history_does_not_begin_before_the_file(empty_register):
    assert "choose that day or later" in reasons(SOURCE, date(2014, 4, 30))
    assert published() == []


def test_history_needs_its_announcements_too(empty_register):
    silent = SOURCE[: SOURCE.index("[[announcement]]")] + SOURCE[SOURCE.index("[right.access]") :]
    told = reasons(silent, CHANGE)
    assert "announced 30 days before 2016-09-01, by 2016-08-02" in told
    assert "widening: finer: prisma store is collected at PRODUCT instead of GROUP" in told
    assert "press_release: not announced" in told
    assert published() == []
    late = reasons(SOURCE.replace("\non = 2016-08-02", "\non = 2016-08-03"), CHANGE)
    assert "press_release: announced on 2016-08-03, 29 days before; it must be by 2016-08-02" in late
    assert rows("SELECT count(*) FROM description_announcement") == [(0,)]


def test_invalid_file_publishes_nothing(empty_register):
    with pytest.raises(DescriptionInvalid, match=r"mine\.toml: notice\.lead_days"):
        publish(SOURCE.replace("lead_days = 30", "lead_days = 0"), effective_on=CHANGE, file="mine.toml")
    assert published() == []


# ---- what the door and the intake obey


def test_levels_in_the_database_are_those_of_the_description(history):
    description = parse(SOURCE)
    days = {1: date(2014, 5, 1), 2: CHANGE}
    expected = {
        (number, chain, channel.value, description.level_at(chain, channel, day).name)
        for number, day in days.items()
        for chain, channel in description.pairs
    }
    assert set(rows("SELECT version, chain, channel, level FROM description_level")) == expected
    assert len(expected) == 52


def test_uses_in_the_database_leave_what_the_description_leaves(history):
    description = history[-1].description
    document = description.document
    uses = rows(
        "SELECT purpose, role, subject_kind, level, basis, person_needs_case, staff, lowered_by_a, lowered_by_b "
        "FROM description_use WHERE version = 2"
    )
    assert {use[:3] for use in uses} == {
        (purpose.value, role.value, subject.value)
        for purpose, rule in document.purpose.items()
        for use in rule.use
        for role in use.roles
        for subject in use.subjects
    }
    finest: dict[tuple[str, str, tuple[Objection, ...]], Level] = {}
    for purpose, role, kind, level, basis, needs_case, staff, by_a, by_b in uses:
        lowered = {Objection.A: by_a, Objection.B: by_b}
        for made in ((), (Objection.A,), (Objection.B,), tuple(Objection)):
            left = min(Level[each] for each in (level, *(lowered[one] for one in made)) if each is not None)
            finest[purpose, role, made] = max(left, finest.get((purpose, role, made), left))
        assert staff is document.role[role].staff
        assert basis == document.purpose[purpose].basis
        assert needs_case is (role == "customer_service" and kind == "person")
    assert finest == {each: description.level_left(*each) for each in finest}


def test_models_read_what_was_published(history):
    from tarkka.description.models import Announcement, Use, Version, VersionLevel

    row = Use.objects.get(version=2, purpose="marketing", role="marketer")
    assert (row.level, row.lowered_by_a, row.lowered_by_b) == (Level.PRODUCT, Level.TOTAL, Level.GROUP)
    assert (
        Use.objects.filter(level="TOTAL", version=1).count() == Use.objects.filter(level=Level.TOTAL, version=2).count()
    )
    assert VersionLevel.objects.get(pk=(1, "prisma", "store")).level is Level.GROUP
    assert [str(each) for each in Version.objects.order_by("number")] == [
        "version 1 from 2014-05-01",
        "version 2 from 2016-09-01",
    ]
    assert Announcement.objects.filter(effective_on=CHANGE).count() == len(CHANNELS)


def test_rulebook_comes_back_as_it_was_published(history):
    rulebook = load_rulebook()
    assert rulebook.versions == history
    assert rulebook.level_at("prisma", Channel.STORE, datetime(2016, 8, 31, 20, 59, 59, tzinfo=UTC)) == (Level.GROUP, 1)
    assert rulebook.level_at("prisma", Channel.STORE, datetime(2016, 8, 31, 21, tzinfo=UTC)) == (Level.PRODUCT, 2)
    assert load_rulebook() is rulebook
    publish(SOURCE, effective_on=FAR)
    assert [version.number for version in load_rulebook().versions] == [1, 2, 3]


def test_stored_digest_is_of_what_is_stored(history):
    assert rows("SELECT bool_and(digest = sha256(convert_to(compiled, 'UTF8'))) FROM description_version") == [(True,)]


# ---- a later version


def test_version_after_the_last_is_published(history):
    (version,) = publish(adding(FAR, "TOTAL"), effective_on=FAR)
    assert (version.number, version.effective_on) == (3, FAR)


def test_of_two_publishing_at_once_one_is_refused(history):
    def attempt(_):
        try:
            return [version.number for version in publish(SOURCE, effective_on=FAR)]
        except NotPublishable as refusal:
            return refusal.reasons[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, range(2)))
    assert [3] in answers
    assert any("version 3 holds from" in answer for answer in answers)


@pytest.mark.parametrize("day", [CHANGE, date(2016, 8, 1), TODAY - timedelta(days=1), TODAY], ids=str)
def test_day_that_has_begun_is_refused(history, day):
    assert "has begun" in reasons(SOURCE, day)


def test_version_before_the_last_is_refused(history):
    publish(SOURCE, effective_on=FAR)
    for day in (FAR, FAR - timedelta(days=1)):
        assert f"version 3 holds from {FAR}" in reasons(SOURCE, day)


def test_past_cannot_be_told_otherwise(history):
    source = SOURCE.replace('chains = ["sokos", "emotion"]', 'chains = ["sokos", "emotion", "hotels"]')
    told = reasons(source, FAR)
    assert "on 2014-05-01 hotels store was collected at TOTAL (version 1), but the file says PRODUCT" in told
    told = reasons(adding("2020-01-01"), FAR)
    assert "on 2020-01-01 hotels store was collected at TOTAL (version 2), but the file says PRODUCT" in told
    assert f"add one from = {FAR}" in told
    told = reasons(adding("2014-01-01", "TOTAL"), FAR)
    assert "a [[collection]] is from 2014-01-01" in told


def test_file_that_begins_later_is_refused(history):
    later = SOURCE.replace("from = 2014-05-01", f"from = {FAR}").replace("2016-09-01", str(FAR + timedelta(days=1)))
    later = later.replace("on = 2016-08-02", f"on = {TODAY}")
    assert f"the file's first [[collection]] is from {FAR}" in reasons(later, FAR - timedelta(days=1))
    with pytest.raises(NotPublishable, match=f"is from {FAR}"):
        record_announcement(later, effective_on=FAR - timedelta(days=1), channel="portal", announced_on=TODAY)


def test_time_zone_and_currency_stay(history):
    told = reasons(SOURCE.replace("Europe/Helsinki", "Europe/Stockholm").replace('"EUR"', '"SEK"'), FAR)
    assert "register.time_zone is 'Europe/Stockholm'" in told
    assert "register.currency is 'SEK'" in told


# ---- a widening


def test_widening_without_announcements_is_refused(history):
    told = reasons(adding(FAR), FAR)
    assert f"announced 30 days before {FAR}, by {FAR - timedelta(days=30)}" in told
    assert "widening: finer: hotels store is collected at PRODUCT instead of TOTAL" in told
    assert all(f"missing: {channel}: not announced; it must be by" in told for channel in CHANNELS)
    assert published() == [1, 2]


def test_widening_announced_everywhere_in_time_is_published(history):
    announce(adding(FAR), FAR)
    (version,) = publish(adding(FAR), effective_on=FAR)
    assert version.description.level_at("hotels", Channel.STORE, FAR) is Level.PRODUCT


@pytest.mark.parametrize("channel", CHANNELS)
def test_widening_that_one_channel_lacks_is_refused(history, channel):
    announce(adding(FAR), FAR, channels=[other for other in CHANNELS if other != channel])
    told = reasons(adding(FAR), FAR)
    assert f"missing: {channel}: not announced" in told
    assert told.count("missing: ") == 1


def test_widening_announced_too_late_is_refused(history):
    soon = TODAY + timedelta(days=29)
    announce(adding(soon), soon)
    told = reasons(adding(soon), soon)
    assert f"portal: announced on {TODAY}, 29 days before; it must be by {soon - timedelta(days=30)}" in told
    in_time = TODAY + timedelta(days=30)
    announce(adding(in_time), in_time)
    assert publish(adding(in_time), effective_on=in_time)


def test_announcement_is_of_one_content(history):
    announce(adding(FAR), FAR)
    assert "not announced" in reasons(adding(FAR, chain="restaurants"), FAR)
    reworded = adding(FAR).replace("Kuitin jokainen rivi", "Kuitin kaikki rivit")
    assert "not announced" in reasons(reworded, FAR)
    assert publish(adding(FAR) + "\n# a comment tells people nothing\n", effective_on=FAR)


def test_announcement_is_of_one_day(history):
    announce(adding(FAR), FAR)
    later = FAR + timedelta(days=1)
    assert "not announced" in reasons(adding(later), later)


def test_announcements_written_in_the_file_alone_do_not_count(history):
    entry = f"\n[[announcement]]\neffective_on = {FAR}\nchannels = {list(CHANNELS)}\non = 2020-01-01\n"
    assert "not announced" in reasons(adding(FAR) + entry, FAR)


def test_longer_retention_and_weaker_objection_are_widenings(history):
    for old, new, words in (
        ("quarters = 12", "quarters = 13", "longer: PRODUCT data is kept 13 quarters"),
        ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "GROUP" }', "wider: objection A leaves GROUP"),
    ):
        assert words in reasons(SOURCE.replace(old, new), FAR)


def test_notice_rules_cannot_be_dropped_by_the_change_that_they_are_for(history):
    lax = adding(FAR).replace("lead_days = 30", "lead_days = 1")
    told = reasons(lax, FAR)
    assert "announced 30 days before" in told
    start, end = lax.index("[notice_channel.news_item]"), lax.index("[notice_channel.questions_and_answers]")
    silent = (lax[:start] + lax[end:]).replace('"news_item", ', "")
    assert "missing: news_item: not announced" in reasons(silent, FAR)


def test_operator_comes_from_an_empty_register_to_an_announced_widening(empty_register, tmp_path):
    from typer.testing import CliRunner

    from tarkka.cli.description import app

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    file, day = tmp_path / "wider.toml", TODAY + timedelta(days=30)
    file.write_text(SOURCE)
    assert "nothing is published yet" in run("explain", "--chain", "prisma").stderr
    begun = run("publish", file, "--effective-on", "2016-09-01", "--acting", "operator")
    assert begun.stdout.splitlines() == [
        "Published version 1, in force from 2014-05-01.",
        "Published version 2, in force from 2016-09-01.",
    ]
    file.write_text(adding(day))
    assert run("publish", file, "--effective-on", day).exit_code == 1
    early = run("publish", file, "--effective-on", TODAY + timedelta(days=1))
    assert f"The file's rules from {day} hold only once it is published with --effective-on {day}." in early.stdout
    for channel in CHANNELS:
        announced = run("announce", file, "--effective-on", day, "--channel", channel, "--on", TODAY)
        assert announced.stdout == f"Recorded: announced in {channel} on {TODAY}, to hold from {day}.\n"
    assert run("publish", file, "--effective-on", day).stdout == f"Published version 4, in force from {day}.\n"
    told = run("explain", "--chain", "hotels", "--on", day, "--format", "json").stdout
    assert told == f'{{"level": "PRODUCT", "since": "{day}", "version": 4}}\n'
    assert "finer: hotels store is collected at PRODUCT instead of TOTAL" in run("diff", "3", "4").stdout


# ---- announcements


@pytest.mark.parametrize(
    ("channel", "on", "words"),
    [
        ("radio", TODAY, "no notice channel 'radio'"),
        ("portel", TODAY, "Did you mean 'portal'?"),
        ("portal", TODAY + timedelta(days=1), "yet to come"),
    ],
)
def test_announcement_that_cannot_be_is_refused(history, channel, on, words):
    with pytest.raises(NotPublishable, match=words.replace("?", r"\?")):
        record_announcement(SOURCE, effective_on=FAR, channel=channel, announced_on=on)


def test_announcement_after_the_change_is_refused(history):
    with pytest.raises(NotPublishable, match="is after"):
        record_announcement(SOURCE, effective_on=CHANGE, channel="portal", announced_on=TODAY)


def test_announcement_recorded_again_stays_as_it_was(history):
    announce(adding(FAR), FAR, channels=["portal"])
    announce(adding(FAR), FAR, channels=["portal"])
    with pytest.raises(NotPublishable, match="already recorded"):
        announce(adding(FAR), FAR, on=TODAY - timedelta(days=9), channels=["portal"])
    assert rows(f"SELECT channel FROM description_announcement WHERE effective_on = '{FAR}'") == [("portal",)]


# ---- immutability

TABLES = ("description_version", "description_level", "description_use", "description_announcement")
CHANGES = [
    *(f"DELETE FROM {table}" for table in TABLES),
    *(f"TRUNCATE {table} CASCADE" for table in TABLES),
    "UPDATE description_version SET effective_on = effective_on + 1",
    "UPDATE description_level SET level = 'TOTAL'",
    "UPDATE description_use SET staff = false",
    "UPDATE description_announcement SET announced_on = '2000-01-01'",
    "INSERT INTO description_level VALUES (1, 'kiosks', 'store', 'PRODUCT')",
    "INSERT INTO description_use VALUES (2, 'marketing', 'customer', 'person', 'PRODUCT', 'consent', false, false)",
    "MERGE INTO description_level l USING description_version v ON l.version = v.number WHEN MATCHED THEN DELETE",
]


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("using", ["default", "owner"])
def test_published_version_is_immutable_also_to_sql(database, using, statement):
    refusal = "never changes" if using == "owner" else "permission denied"
    with pytest.raises(Error, match=refusal), transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_application_may_only_read(database, table):
    verbs = "ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']"
    assert rows(f"SELECT verb FROM unnest({verbs}) verb WHERE has_table_privilege('{table}', verb)") == [("SELECT",)]
