"""The level that is stored, on the real register: by chain, channel and moment, what was delivered, a personal cap."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from building import GROUP_TIME, a_household, a_receipt, a_source, administrator, outlet_of, take
from storing import kept, rows

HELSINKI = ZoneInfo("Europe/Helsinki")
FIRST, CHANGE = date(2014, 5, 1), date(2016, 9, 1)
DAYS = [day + timedelta(days=step) for day in (FIRST, CHANGE) for step in (-1, 0, 1)]

# R1–R3 and the rulings, cell by cell: until 31 August 2016, and from 1 September 2016.
TABLE = {
    ("s-market", "store"): ("GROUP", "PRODUCT"),
    ("s-market", "web"): ("TOTAL", "PRODUCT"),
    ("prisma", "store"): ("GROUP", "PRODUCT"),
    ("prisma", "web"): ("PRODUCT", "PRODUCT"),
    ("sale", "store"): ("GROUP", "PRODUCT"),
    ("sale", "web"): ("TOTAL", "PRODUCT"),
    ("alepa", "store"): ("GROUP", "PRODUCT"),
    ("alepa", "web"): ("TOTAL", "PRODUCT"),
    ("sokos", "store"): ("PRODUCT", "PRODUCT"),
    ("sokos", "web"): ("PRODUCT", "PRODUCT"),
    ("emotion", "store"): ("PRODUCT", "PRODUCT"),
    ("emotion", "web"): ("TOTAL", "PRODUCT"),
    ("marks-and-spencer", "store"): ("TOTAL", "PRODUCT"),
    ("marks-and-spencer", "web"): ("TOTAL", "PRODUCT"),
    ("kodin-terra", "store"): ("GROUP", "PRODUCT"),
    ("kodin-terra", "web"): ("PRODUCT", "PRODUCT"),
    ("s-rauta", "store"): ("GROUP", "PRODUCT"),
    ("s-rauta", "web"): ("TOTAL", "PRODUCT"),
    ("abc", "store"): ("GROUP", "PRODUCT"),
    ("abc", "web"): ("TOTAL", "PRODUCT"),
    ("hotels", "store"): ("TOTAL", "TOTAL"),
    ("hotels", "web"): ("TOTAL", "TOTAL"),
    ("restaurants", "store"): ("TOTAL", "TOTAL"),
    ("restaurants", "web"): ("TOTAL", "TOTAL"),
    ("partners", "store"): ("TOTAL", "TOTAL"),
    ("partners", "web"): ("TOTAL", "TOTAL"),
}
CHAINS = sorted({chain for chain, _ in TABLE})
TIMES = ("00:00:00", "12:00:00", "23:59:59.999999")


@pytest.fixture(scope="module")
def everywhere(database):
    """A source that may speak for every chain."""
    return a_source(CHAINS)


def in_tables(receipt):
    """The finest of the three tables that has rows of a receipt, each of the coarser ones having them too."""
    if receipt.lines:
        assert receipt.groups
        return "PRODUCT"
    return "GROUP" if receipt.groups else "TOTAL"


def test_walk_of_chains_channels_and_days_around_the_changes(everywhere, card):
    """What stands in which tables after purchases on each day around R1–R3, and across its midnights in Helsinki."""
    expected = {}
    receipts = []
    for (chain, channel), levels in TABLE.items():
        for day in DAYS:
            for time in TIMES:
                moment = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=HELSINKI)
                # Every other one with the same moment told by a clock in UTC.
                told = moment.astimezone(UTC) if len(receipts) % 2 else moment
                receipt_id = f"{chain} {channel} {moment}"
                expected[receipt_id] = None if day < FIRST else (levels[day >= CHANGE], 1 + (day >= CHANGE))
                receipts.append(
                    a_receipt(
                        receipt_id=receipt_id,
                        card=card,
                        outlet=outlet_of(chain),
                        channel=channel,
                        purchased_at=told.isoformat(),
                    )
                )
    verdicts = take(everywhere, receipts)
    for receipt, verdict in zip(receipts, verdicts, strict=True):
        wanted = expected[receipt["receipt_id"]]
        assert (verdict.level and verdict.level.name) == (wanted and wanted[0]), receipt["receipt_id"]
        assert verdict.rejection is None or verdict.rejection.reason == "before_register"
    found = {name: (receipt.level, receipt.version) for name, receipt in kept(everywhere).items()}
    assert found == {name: wanted for name, wanted in expected.items() if wanted}
    for receipt in kept(everywhere).values():
        assert in_tables(receipt) == receipt.level
        assert sum(receipt.groups.values()) == (0 if receipt.level == "TOTAL" else receipt.total)
        assert sum(line[3] for line in receipt.lines) == (receipt.total if receipt.level == "PRODUCT" else 0)


@pytest.mark.parametrize("when", [GROUP_TIME, "2024-03-05T12:30:00+02:00"], ids=["in 2015", "in 2024"])
@pytest.mark.parametrize("delivered", ["lines", "groups", "neither"])
@pytest.mark.parametrize("chain", ["prisma", "sokos", "restaurants"])
def test_stored_level_is_the_coarsest_of_in_force_delivered_and_cap(database, chain, delivered, when):
    order = ["TOTAL", "GROUP", "PRODUCT"]
    in_force = TABLE[chain, "store"][when > "2016-09"]
    as_delivered = {"lines": "PRODUCT", "groups": "GROUP", "neither": "TOTAL"}[delivered]
    groups = [{"group": "dairy", "amount": "4.00"}, {"group": "bakery", "amount": "6.00"}]
    detail = {} if delivered == "lines" else {"lines": None, "groups": groups if delivered == "groups" else None}
    sender, people = a_source(), a_household(3)
    caps = dict(zip(order, people.persons, strict=True))
    with administrator() as connection:
        for cap, person in caps.items():
            connection.execute(
                "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, %s, '[2014-05-01,)', 'upheld')",
                [person, cap],
            )
    sales = [a_receipt(card=card, purchased_at=when, outlet=outlet_of(chain), **detail) for card in people.cards]
    take(sender, sales)
    found = kept(sender)
    for cap, sale in zip(order, sales, strict=True):
        wanted = min(in_force, as_delivered, cap, key=order.index)
        receipt = found[sale["receipt_id"]]
        assert (receipt.level, in_tables(receipt)) == (wanted, wanted)


def test_cap_holds_for_its_period_and_its_person_alone(database):
    sender, people = a_source(), a_household(2)
    with administrator() as connection:
        connection.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason)"
            " VALUES (%s, 'TOTAL', '[2024-01-01 00:00+02, 2024-02-01 00:00+02)', 'upheld')",
            [people.persons[0]],
        )
    moments = ("2023-12-31T23:59:59.999999", "2024-01-01T00:00:00", "2024-01-31T23:59:59.999999", "2024-02-01T00:00:00")
    sales = [a_receipt(card=card, purchased_at=f"{moment}+02:00") for card in people.cards for moment in moments]
    levels = [verdict.level.name for verdict in take(sender, sales)]
    assert levels == ["PRODUCT", "TOTAL", "TOTAL", "PRODUCT"] + ["PRODUCT"] * 4


def test_late_arrival_is_stored_as_of_its_purchase(database, card):
    """A till that was cut off for years sends what it kept: the version of then decides, not today's (R4)."""
    sender = a_source()
    late = a_receipt(card=card, purchased_at="2016-08-31T23:59:59+03:00")
    in_time = a_receipt(card=card, purchased_at="2016-09-01T00:00:00+03:00")
    take(sender, [in_time])
    take(sender, [late])
    found = kept(sender)
    assert {name: (receipt.level, receipt.version) for name, receipt in found.items()} == {
        late["receipt_id"]: ("GROUP", 1),
        in_time["receipt_id"]: ("PRODUCT", 2),
    }


def test_purchaser_and_household_are_those_of_the_moment(database):
    """R10–R11: the household of a purchase is the one at that time, whatever came after; and so the card's holder."""
    sender, home, new_home = a_source(), a_household(2), a_household(1)
    person, card = home.persons[1], home.cards[1]
    with administrator() as connection:
        connection.execute(
            "UPDATE membership SET valid = tstzrange(lower(valid), '2024-01-01 00:00+02') WHERE person_id = %s",
            [person],
        )
        connection.execute(
            "INSERT INTO membership (person_id, household_id, is_main_member, valid)"
            " VALUES (%s, %s, false, '[2024-01-01 00:00+02,)')",
            [person, new_home.id],
        )
        connection.execute(
            "UPDATE card SET valid = tstzrange(lower(valid), '2024-06-01 00:00+03') WHERE number = %s", [card]
        )
    moments = {
        "2023-12-31T23:59:59+02:00": home.id,
        "2024-01-01T00:00:00+02:00": new_home.id,
        "2024-05-31T23:59:59+03:00": new_home.id,
        "2024-06-01T00:00:00+03:00": "card_closed",
    }
    sales = [a_receipt(card=card, purchased_at=moment) for moment in moments]
    verdicts = take(sender, sales)
    found = kept(sender)
    for sale, verdict, expected in zip(sales, verdicts, moments.values(), strict=True):
        if expected == "card_closed":
            assert verdict.rejection.reason == expected
        else:
            receipt = found[sale["receipt_id"]]
            assert (receipt.purchaser_id, receipt.household_id) == (person, expected)


def test_partitions_are_made_for_whatever_quarter_is_sold_in(database, card):
    """Every quarter from the first to this one, in one batch, each row where its quarter is."""
    sender = a_source()
    now = datetime.now(UTC)
    moments = [datetime(year, month, 15, tzinfo=UTC) for year in range(2014, now.year + 1) for month in (2, 5, 8, 11)]
    moments = [moment for moment in moments if datetime(2014, 5, 1, tzinfo=UTC) < moment < now]
    sales = [a_receipt(card=card, purchased_at=moment.isoformat()) for moment in moments]
    assert Counter(verdict.status for verdict in take(sender, sales)) == {"accepted": len(sales)}
    for table in ("receipt", "receipt_group", "receipt_line"):
        names = rows(
            f"SELECT DISTINCT tableoid::regclass::text, to_char(purchased_at AT TIME ZONE 'UTC', 'YYYY\"q\"Q')"
            f" FROM {table} WHERE purchaser_id IN (SELECT purchaser_id FROM receipt WHERE source_id = %s)",
            sender.id,
        )
        assert all(name == f"{table}_{quarter}" for name, quarter in names)
