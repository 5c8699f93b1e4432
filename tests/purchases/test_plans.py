"""Every personal read touches few partitions, however many years there are: the queries' plans, through the door."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from building import Household, a_household, a_receipt, a_source, take
from looking import latest_events, login, own_look
from planning import assert_few, plans

ZONE = ZoneInfo("Europe/Helsinki")


@pytest.fixture(scope="module")
def buyer(database: str) -> Household:
    """One person with a receipt in each of twelve years, the newest of today; partitions of all that time and ahead."""
    home, now = a_household(1), datetime.now(UTC)
    with login() as connection:
        connection.execute("SELECT purchases.make_partitions('2014-05-01', %s)", [now.date() + timedelta(days=390)])
    moments = [now - timedelta(minutes=1), *(datetime(year, 6, 1, tzinfo=UTC) for year in range(2014, now.year))]
    verdicts = take(a_source(), [a_receipt(card=home.cards[0], purchased_at=at.isoformat()) for at in moments])
    assert {verdict.status for verdict in verdicts} == {"accepted"}
    return home


def test_latest_receipts_touch_few_partitions(buyer: Household) -> None:
    from tarkka.purchases.queries import latest_receipts

    with own_look(buyer.persons[0]), plans() as found:
        receipts = latest_receipts(limit=50)
    assert len(receipts) == datetime.now(UTC).year - 2014 + 1
    assert_few(found, at_least_one_of="receipt_2014q2")


def test_first_page_of_a_frequent_buyer_touches_few_partitions_in_one_statement(buyer: Household) -> None:
    from tarkka.purchases.queries import latest_receipts

    with own_look(buyer.persons[0]), plans() as found:
        assert len(latest_receipts(limit=1)) == 1
    assert len([partitions for _, partitions in found if partitions]) == 1
    assert_few(found, at_least_one_of="receipt_2")


def test_older_page_touches_few_partitions(buyer: Household) -> None:
    from tarkka.purchases.queries import latest_receipts

    with own_look(buyer.persons[0]):
        newest = latest_receipts(limit=3)[-1]
        with plans() as found:
            assert len(latest_receipts(before=newest.id, limit=50)) == datetime.now(UTC).year - 2014 - 2
    assert_few(found, at_least_one_of="receipt_2014q2")


@pytest.mark.parametrize(
    "asked",
    [
        {"words": ("milk", "prisma")},
        {"group": "dairy"},
        {"chain": "prisma", "least_cents": 1, "most_cents": 10**6},
        {"first_day": date(2014, 1, 1), "last_day": date(2100, 1, 1), "words": ("bread",)},
    ],
)
def test_searches_touch_few_partitions_in_each_statement(buyer: Household, asked: dict[str, Any]) -> None:
    from tarkka.purchases.search import Search, find_receipts

    with own_look(buyer.persons[0]):
        newest = find_receipts(Search(**asked), limit=3)[-1].receipt.id
        oldest = find_receipts(Search(**asked))[-1].receipt.id
        for cursor in ({}, {"before": newest}, {"after": oldest}):
            with plans() as found:
                assert find_receipts(Search(**asked), **cursor)
            assert_few(found, at_least_one_of="receipt_201")


def test_the_ordinary_search_is_one_statement_of_receipts_and_one_of_their_products(buyer: Household) -> None:
    from tarkka.purchases.search import Search, find_receipts

    with own_look(buyer.persons[0]), plans() as found:
        (only,) = find_receipts(Search(words=("milk",)), limit=1)
    assert only.products == ("Milk",)
    assert len([partitions for _, partitions in found if partitions]) == 2
    assert_few(found, at_least_one_of="receipt_line_2")


def test_a_year_by_months_touches_few_partitions(buyer: Household) -> None:
    from tarkka.purchases.queries import sums_by_month
    from tarkka.vocabulary import month_span, year_span

    with own_look(buyer.persons[0]), plans() as found:
        (june,) = sums_by_month(year_span(2020, ZONE))
    assert (june.first_day, june.total_cents, june.receipts) == (date(2020, 6, 1), 1000, 1)
    assert_few(found, at_least_one_of="receipt_2020q2")
    with own_look(buyer.persons[0]), plans() as found:
        spans = [month_span(year, 6, ZONE) for year in (2015, 2022)]
        assert [each.first_day.year for each in sums_by_month(*spans)] == [2015, 2022]
    assert_few(found, at_least_one_of="receipt_2015q2")
    assert len([partitions for _, partitions in found if partitions]) == 1


@pytest.mark.parametrize("place", [0, -1])
def test_one_receipt_with_its_groups_and_lines_touches_few_partitions(buyer: Household, place: int) -> None:
    from tarkka.purchases.queries import find_receipt, latest_receipts

    with own_look(buyer.persons[0]):
        wanted = latest_receipts()[place]
        with plans() as found:
            detail = find_receipt(wanted.id)
    assert detail is not None
    assert detail.groups
    assert_few(found, at_least_one_of="receipt_group_2")
    for parent in ("receipt_group_2", "receipt_line_2"):
        for _, partitions in found:
            assert len([name for name in partitions if name.startswith(parent)]) <= 1


def test_receipt_that_is_nobodys_touches_few_partitions(buyer: Household) -> None:
    from tarkka.purchases.queries import find_receipt

    with own_look(buyer.persons[0]), plans() as found:
        assert find_receipt(0) is None
    assert_few(found, at_least_one_of="receipt_2014q2")


def test_trail_and_person_touch_no_partition(buyer: Household) -> None:
    from tarkka.people.queries import read_person

    with own_look(buyer.persons[0]), plans() as found:
        latest_events()
        read_person(buyer.persons[0])
    assert len(found) == 2
    assert all(not partitions for _, partitions in found)


def test_read_without_a_bound_is_found(buyer: Household) -> None:
    from tarkka.purchases.models import Receipt

    with own_look(buyer.persons[0]), plans() as found:
        list(Receipt.objects.all()[:50])
    with pytest.raises(AssertionError):
        assert_few(found, at_least_one_of="receipt_2")
