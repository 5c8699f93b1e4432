"""R1–R4 cell by cell: every chain and channel on the days around each change, by a table of its own."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tarkka.description.errors import BeforeFirstVersion, UnknownChain
from tarkka.description.explanation import explain_level
from tarkka.description.loading import load
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.description.schema import Collection
from tarkka.description.value import Description
from tarkka.vocabulary import Channel, Level

S_GROUP = load(Path(__file__).parents[2] / "descriptions" / "s_group.toml")
FIRST, CHANGE = date(2014, 5, 1), date(2016, 9, 1)
RULEBOOK = Rulebook(PublishedVersion(number, day, S_GROUP.as_of(day)) for number, day in ((1, FIRST), (2, CHANGE)))

# chain, channel: the level from 1 May 2014 until 31 August 2016, and from 1 September 2016 on.
TABLE = """
s-market          store GROUP   PRODUCT
s-market          web   TOTAL   PRODUCT
prisma            store GROUP   PRODUCT
prisma            web   PRODUCT PRODUCT
sale              store GROUP   PRODUCT
sale              web   TOTAL   PRODUCT
alepa             store GROUP   PRODUCT
alepa             web   TOTAL   PRODUCT
sokos             store PRODUCT PRODUCT
sokos             web   PRODUCT PRODUCT
emotion           store PRODUCT PRODUCT
emotion           web   TOTAL   PRODUCT
marks-and-spencer store TOTAL   PRODUCT
marks-and-spencer web   TOTAL   PRODUCT
kodin-terra       store GROUP   PRODUCT
kodin-terra       web   PRODUCT PRODUCT
s-rauta           store GROUP   PRODUCT
s-rauta           web   TOTAL   PRODUCT
abc               store GROUP   PRODUCT
abc               web   TOTAL   PRODUCT
hotels            store TOTAL   TOTAL
hotels            web   TOTAL   TOTAL
restaurants       store TOTAL   TOTAL
restaurants       web   TOTAL   TOTAL
partners          store TOTAL   TOTAL
partners          web   TOTAL   TOTAL
"""
ROWS = [tuple(line.split()) for line in TABLE.split("\n") if line]

# days, and which column of the table holds on them
DAYS = [
    (date(2014, 5, 1), 2),
    (date(2014, 5, 2), 2),
    (date(2016, 8, 30), 2),
    (date(2016, 8, 31), 2),
    (date(2016, 9, 1), 3),
    (date(2016, 9, 2), 3),
    (date(2026, 1, 1), 3),
]
BEFORE = [date(2014, 4, 30), date(2014, 4, 29), date(2000, 1, 1)]


def test_table_names_every_chain_and_channel_of_the_file():
    assert {(chain, Channel(channel)) for chain, channel, _, _ in ROWS} == set(S_GROUP.pairs)
    assert len(ROWS) == 26


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
@pytest.mark.parametrize(("day", "column"), DAYS, ids=str)
def test_level_is_that_of_the_source(row, day, column):
    chain, channel, expected = row[0], Channel(row[1]), Level[row[column]]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/Helsinki"))

    assert S_GROUP.level_at(chain, channel, day) is expected
    assert S_GROUP.as_of(day).level_at(chain, channel, day) is expected
    assert RULEBOOK.level_at(chain, channel, noon) == (expected, column - 1)
    since = FIRST if row[2] == row[3] else (FIRST, CHANGE)[column - 2]
    for source, version in ((S_GROUP, None), (RULEBOOK, column - 1)):
        explained = explain_level(source, chain, channel, day)
        assert explained.as_json() == {"level": expected.name, "since": since.isoformat(), "version": version}


@pytest.mark.parametrize("day", BEFORE, ids=str)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_nothing_is_collected_before_the_first_version(row, day):
    chain, channel = row[0], Channel(row[1])
    with pytest.raises(BeforeFirstVersion, match="2014-05-01"):
        S_GROUP.level_at(chain, channel, day)
    with pytest.raises(BeforeFirstVersion):
        S_GROUP.as_of(day)
    with pytest.raises(BeforeFirstVersion, match="2014-05-01"):
        RULEBOOK.level_at(chain, channel, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


HELSINKI_MIDNIGHT = datetime(2016, 8, 31, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone", [UTC, ZoneInfo("Europe/Helsinki"), timezone(timedelta(hours=-11)), ZoneInfo("Asia/Tokyo")]
)
def test_day_begins_at_midnight_in_helsinki_wherever_the_clock_is(zone):
    last = (HELSINKI_MIDNIGHT - timedelta(microseconds=1)).astimezone(zone)
    assert RULEBOOK.level_at("prisma", Channel.STORE, last) == (Level.GROUP, 1)
    assert RULEBOOK.level_at("prisma", Channel.STORE, HELSINKI_MIDNIGHT.astimezone(zone)) == (Level.PRODUCT, 2)


def test_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        RULEBOOK.level_at("prisma", Channel.STORE, datetime(2016, 9, 1))  # noqa: DTZ001


def test_unknown_chain_is_told_the_near_one():
    with pytest.raises(UnknownChain, match="Did you mean 'prisma'"):
        S_GROUP.level_at("prizma", Channel.STORE, CHANGE)
    with pytest.raises(UnknownChain, match="Did you mean 'prisma'"):
        RULEBOOK.level_at("Prisma", Channel.STORE, HELSINKI_MIDNIGHT)


def test_rulebook_without_versions_decides_nothing():
    empty = Rulebook(())
    assert not empty
    with pytest.raises(BeforeFirstVersion, match="no description has been published"):
        empty.level_at("prisma", Channel.STORE, HELSINKI_MIDNIGHT)
    with pytest.raises(BeforeFirstVersion, match="no description has been published"):
        empty.on(CHANGE)
    with pytest.raises(BeforeFirstVersion, match="no description has been published"):
        _ = empty.time_zone
    assert RULEBOOK.time_zone == ZoneInfo("Europe/Helsinki")


def test_value_of_a_day_knows_nothing_of_earlier_days():
    with pytest.raises(BeforeFirstVersion, match="2016-09-01"):
        S_GROUP.as_of(CHANGE).level_at("prisma", Channel.STORE, date(2016, 8, 31))


def test_later_version_changes_no_earlier_day():
    later = Rulebook([*RULEBOOK.versions, PublishedVersion(3, date(2027, 1, 1), S_GROUP.as_of(CHANGE))])
    assert later.level_at("prisma", Channel.STORE, HELSINKI_MIDNIGHT - timedelta(days=1)) == (Level.GROUP, 1)
    assert later.level_at("prisma", Channel.STORE, datetime(2026, 12, 31, 12, tzinfo=UTC)) == (Level.PRODUCT, 2)
    assert later.level_since("prisma", Channel.STORE, date(2027, 6, 1)) == (Level.PRODUCT, CHANGE, 3)


def test_level_that_became_total_is_told_since_that_day():
    rules = [
        Collection(from_=FIRST, level=Level.PRODUCT, chains=("hotels",), channels=(Channel.STORE,)),
        Collection(from_=CHANGE, level=Level.TOTAL, chains=("hotels",), channels=(Channel.STORE,)),
    ]
    description = Description(msgspec.structs.replace(S_GROUP.document, collection=tuple(rules), announcement=()))
    for source in (description, description.as_of(CHANGE)):
        assert source.level_since("hotels", Channel.STORE, CHANGE) == (CHANGE, Level.TOTAL)
