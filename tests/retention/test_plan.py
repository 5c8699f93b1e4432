"""What goes is what is older than the description keeps, finer levels first; what Bonus needs stays."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tarkka.retention.plan import TABLES, Partition, first_kept, make_plan, quarter_name
from tarkka.vocabulary import Level, months_later

KEPT = {Level.TOTAL: 28, Level.GROUP: 20, Level.PRODUCT: 12}
TODAY = date(2026, 11, 23)


def partitions(first: date = date(2014, 4, 1), last: date = TODAY) -> list[Partition]:
    quarters = [first]
    while (following := months_later(quarters[-1], 3)) <= last:
        quarters.append(following)
    return [Partition(level, quarter) for level in Level for quarter in quarters]


def test_oldest_quarter_kept_is_so_many_whole_ones_before_this() -> None:
    assert first_kept(TODAY, 12) == date(2023, 10, 1)
    assert first_kept(date(2026, 12, 31), 12) == date(2023, 10, 1)
    assert first_kept(date(2027, 1, 1), 12) == date(2024, 1, 1)
    assert first_kept(TODAY, 1) == date(2026, 7, 1)


def test_each_level_goes_when_its_own_time_is_over_the_finer_first() -> None:
    plan = make_plan(KEPT, partitions(), {}, TODAY)
    assert [each.level for each in plan.drops] == sorted((each.level for each in plan.drops), reverse=True)
    last = {level: max(each.quarter for each in plan.drops if each.level is level) for level in Level}
    assert last == {Level.PRODUCT: date(2023, 7, 1), Level.GROUP: date(2021, 7, 1), Level.TOTAL: date(2019, 7, 1)}


def test_totals_wait_for_the_months_that_bonus_has_not_closed() -> None:
    months = (date(2017, 4, 1), date(2017, 5, 1))
    plan = make_plan(KEPT, partitions(), {date(2017, 4, 1): months, date(2020, 1, 1): months}, TODAY)
    [waiting] = plan.waiting
    assert (waiting.partition, waiting.months) == (Partition(Level.TOTAL, date(2017, 4, 1)), months)
    assert waiting.partition not in plan.drops
    assert Partition(Level.GROUP, date(2017, 4, 1)) in plan.drops


def test_nothing_is_left_to_do_once_it_is_done() -> None:
    plan = make_plan(KEPT, partitions(), {}, TODAY)
    left = [each for each in partitions() if each not in plan.drops]
    assert make_plan(KEPT, left, {}, TODAY) == make_plan(KEPT, [], {}, TODAY)


@given(
    quarters=st.lists(st.integers(1, 60), min_size=3, max_size=3).map(sorted),
    days=st.integers(0, 20 * 365),
    unclosed=st.sets(st.sampled_from([each.quarter for each in partitions()])),
)
def test_a_level_goes_never_before_its_time_nor_before_a_finer_one(
    quarters: list[int], days: int, unclosed: set[date]
) -> None:
    kept = dict(zip(reversed(Level), quarters, strict=True))
    today = date(2015, 1, 1) + timedelta(days=days)
    there = partitions(last=today)
    plan = make_plan(kept, there, {quarter: [quarter] for quarter in unclosed}, today)
    gone: set[Partition] = set()
    for each in plan.drops:
        assert months_later(each.quarter, 3 * (kept[each.level] + 1)) <= today
        finer = {Partition(level, each.quarter) for level in TABLES if level > each.level}
        assert finer <= gone
        gone.add(each)
    for each in set(there) - gone:
        is_old = months_later(each.quarter, 3 * (kept[each.level] + 1)) <= today
        assert not is_old or (each.level is Level.TOTAL and each.quarter in unclosed)


def test_quarters_are_named_as_their_tables_are() -> None:
    assert [quarter_name(date(2024, month, 1)) for month in (1, 4, 7, 10)] == ["2024q1", "2024q2", "2024q3", "2024q4"]
