"""What is unusual against one's own past and the role's, in figures alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tarkka.supervision.robust import OWN_DAYS, ROLE_DAYS, Day, unusual_days

AT = datetime(2025, 1, 1, tzinfo=UTC)
JUDGED = date(2025, 3, 3)


def a_day(actor, back, amount, *, is_suspected=False):
    return Day(actor, "clerk", JUDGED - timedelta(days=back), amount, AT, AT, [], is_suspected)


def past(actor, *, days=20, amount=10):
    return [a_day(actor, back, amount) for back in range(1, days + 1)]


def found(days, *, least=0):
    return [(each.day.actor, each.usual, each.most) for each in unusual_days(days, [JUDGED], least=least)]


def test_a_day_far_above_ones_own_past_is_unusual():
    others = past("b")
    assert found([*past("a"), *others, a_day("a", 0, 26)]) == [("a", 10, 25)]
    assert found([*past("a"), *others, a_day("a", 0, 25)]) == []
    assert found([*past("a"), *others, a_day("a", 0, 26)], least=27) == []


def test_what_was_suspected_is_no_past():
    suspected = [a_day("a", back, 40, is_suspected=True) for back in range(21, 55)]
    assert found([*suspected, *past("a"), *past("b"), a_day("a", 0, 40)]) == [("a", 10, 25)]


def test_whoever_is_new_is_judged_by_the_role_and_nobody_before_it_has_a_past():
    new = past("a", days=OWN_DAYS - 1, amount=100)
    role = [day for actor in "bcdef" for day in past(actor)]
    assert found([*new, *role, a_day("a", 0, 100)]) == [("a", 10, 25)]
    assert found([*past("a", days=ROLE_DAYS - 1), a_day("a", 0, 100)]) == []


@pytest.mark.parametrize(("others", "expected"), [(5, []), (2, [("a", 10, 25)])])
def test_a_busy_day_is_everybodys_if_enough_are_at_work_to_tell(others, expected):
    names = "bcdefg"[:others]
    days = [day for actor in ("a", *names) for day in past(actor)]
    busy = [a_day(actor, 0, 25) for actor in names]
    assert found([*days, *busy, a_day("a", 0, 40)]) == expected


def test_days_older_than_eight_weeks_are_no_past():
    old = [a_day("a", back, 100) for back in range(57, 80)]
    assert found([*old, *past("a", days=12), *past("b"), a_day("a", 0, 60)]) == [("a", 10, 25)]
