"""Money, GTIN and periods, as properties."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tarkka.vocabulary import Level, Period, cents, decimal_text, is_gtin

CENTS = st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1)
MOMENTS = st.datetimes(datetime(2014, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds


@given(CENTS)
def test_cents_come_back_as_they_were(amount):
    assert cents(decimal_text(amount)) == amount
    assert Decimal(decimal_text(amount)) * 100 == amount


@given(CENTS, CENTS)
def test_sum_of_texts_is_the_sum_of_cents(a, b):
    assert Decimal(decimal_text(a)) + Decimal(decimal_text(b)) == Decimal(a + b) / 100


@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", fullmatch=True, alphabet="-.0123456789"))
def test_decimal_text_is_read_exactly(text):
    assert cents(text) == Decimal(text) * 100


@given(st.text(alphabet="-+.,e 0123456789٣", max_size=18))
@example("1" * 400)
@example("0.001")
@example("1\n")
@example("")
def test_text_is_an_amount_or_an_error(text):
    whole, point, decimals = text.removeprefix("-").partition(".")
    digits = set("0123456789")
    if set(whole + decimals) <= digits and 1 <= len(whole) <= 12 and (1 <= len(decimals) <= 2 if point else True):
        assert Decimal(text) * 100 == cents(text)
    else:
        with pytest.raises(ValueError, match="decimal text"):
            cents(text)


def gtin(digits: str) -> str:
    return next(digits + check for check in "0123456789" if is_gtin(digits + check))


GTINS = st.sampled_from((7, 11, 12, 13)).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length).map(gtin)
)


@given(GTINS, st.data())
def test_one_wrong_digit_is_noticed(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    assert not is_gtin(text[:place] + digit + text[place + 1 :])


@given(GTINS)
def test_leading_zero_changes_nothing(text):
    assert is_gtin("0" + text) == (len(text) in (12, 13))


@pytest.mark.parametrize("text", ["6408430000135", "73513537", "036000291452", "00012345600012"])
def test_known_gtins(text):
    assert is_gtin(text)


@given(st.text(max_size=16))
def test_any_text_is_a_gtin_or_not(text):
    assert is_gtin(text) in (True, False)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(MOMENTS)
    days = draw(st.none() | st.integers(1, 2_000))
    return Period(start, start + timedelta(days=days) if days else None)


@given(periods(), periods(), MOMENTS)
def test_moment_in_both_means_that_they_overlap(a, b, moment):
    assert a.overlaps(b) == b.overlaps(a)
    assert a.overlaps(a)
    if moment in a and moment in b:
        assert a.overlaps(b)
    if a.overlaps(b):
        assert max(a.start, b.start) in a
        assert max(a.start, b.start) in b


@given(periods())
def test_start_belongs_to_a_period_and_end_does_not(period):
    assert period.start in period
    assert period.start - timedelta(microseconds=1) not in period
    if period.end is not None:
        assert period.end not in period
        assert not period.overlaps(Period(period.end))


@given(MOMENTS)
def test_empty_or_naive_period_is_refused(moment):
    for start, end in ((moment, moment), (moment, moment - timedelta(1)), (moment.replace(tzinfo=None), None)):
        with pytest.raises(ValueError, match="period"):
            Period(start, end)


@given(st.lists(st.sampled_from(Level), min_size=1))
def test_coarsest_level_is_the_least(levels):
    assert (min(levels) is Level.TOTAL) == (Level.TOTAL in levels)
