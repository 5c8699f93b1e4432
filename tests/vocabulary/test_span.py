"""Stretches of whole days, in every zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tarkka.vocabulary import Span, month_span, months_later

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = [ZoneInfo(name) for name in ("Europe/Helsinki", "UTC", "America/Sao_Paulo", "Pacific/Auckland", "Asia/Tehran")]


@given(
    st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(-400, 400), st.sampled_from(ZONES), st.integers(1, 30)
)
def test_spans_hold_exactly_their_days(day, months, zone, days):
    later = months_later(day, months)
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
    assert (later.year - day.year) * 12 + later.month - day.month == months
    span = Span(day, day + timedelta(days=days), zone)
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for hours in range(-48, 24 * (days + 3), 7):
        at = moment + timedelta(hours=hours)
        is_in = span.starts_at <= at < span.ends_at
        assert is_in == (span.first <= at.astimezone(zone).date() < span.end)


@given(
    st.integers(2000, 2040),
    st.integers(1, 12),
    st.dates(date(2000, 1, 1), date(2041, 12, 31)),
    st.sampled_from([1, 12]),
)
def test_a_span_under_way_is_compared_with_as_many_days(year, month, today, back):
    span = month_span(year, month, HELSINKI)
    earlier = span.earlier(back, today)
    assert earlier.first == months_later(span.first, -back)
    if span.first <= today < span.end:
        assert earlier.last == min(months_later(today, -back), months_later(span.end, -back) - timedelta(days=1))
        assert (earlier.last - earlier.first).days <= (today - span.first).days
    else:
        assert earlier == month_span(earlier.first.year, earlier.first.month, HELSINKI)
