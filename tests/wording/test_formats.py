"""Figures as Finnish, Swedish and English write them. No database, no Django."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarkka.wording import formats

NBSP, MINUS = "\u00a0", "\u2212"
LANGUAGES = ("fi", "sv", "en")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fi", f"{MINUS}1{NBSP}234,50{NBSP}€"), ("sv", f"{MINUS}1{NBSP}234,50{NBSP}€"), ("en", f"{MINUS}€1,234.50")],
)
def test_money_is_written_as_the_language_writes_it(language, expected):
    assert formats.money(-123450, "EUR", language) == expected


@pytest.mark.parametrize(("language", "expected"), [("fi", "0,05"), ("sv", "0,05"), ("en", "0.05")])
def test_an_amount_in_a_column_has_two_decimals_and_no_currency(language, expected):
    assert formats.amount(5, language) == expected
    assert formats.currency_symbol("EUR", language) == "€"


@pytest.mark.parametrize(
    ("value", "fi", "en"),
    [
        (Decimal("0.6420"), "0,642", "0.642"),
        (Decimal(3), "3", "3"),
        (Decimal("3E+1"), "30", "30"),
        (Decimal("-1234.5"), f"{MINUS}1{NBSP}234,5", f"{MINUS}1,234.5"),
    ],
)
def test_a_number_keeps_the_decimals_that_it_has(value, fi, en):
    assert formats.number(value, "fi") == formats.number(value, "sv") == fi
    assert formats.number(value, "en") == en


@pytest.mark.parametrize(
    ("language", "day", "with_weekday", "month", "clock"),
    [
        ("fi", "22.11.2016", f"ti{NBSP}22.11.", "Marraskuu 2016", "8.05"),
        ("sv", f"22{NBSP}nov.{NBSP}2016", f"tis{NBSP}22{NBSP}nov.", "November 2016", "08:05"),
        ("en", f"22{NBSP}Nov{NBSP}2016", f"Tue{NBSP}22{NBSP}Nov", "November 2016", "08:05"),
    ],
)
def test_days_and_times_are_written_as_the_language_writes_them(language, day, with_weekday, month, clock):
    moment = datetime(2016, 11, 22, 8, 5, tzinfo=UTC)
    assert formats.day(moment, language) == formats.day(date(2016, 11, 22), language) == day
    assert formats.day_of_week(moment, language) == with_weekday
    assert formats.month(moment, language) == month
    assert formats.clock(moment, language) == clock


@given(st.integers(-(10**12), 10**12), st.sampled_from(LANGUAGES))
def test_money_never_breaks_over_a_line_and_never_has_a_hyphen(amount_cents, language):
    text = formats.money(amount_cents, "EUR", language)
    assert " " not in text
    assert "-" not in text
    assert (MINUS in text) == (amount_cents < 0)
    assert int("".join(filter(str.isdigit, text))) == abs(amount_cents)
