"""Figures as Finnish, Swedish and English write them. No database, no Django."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
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
    assert formats.month_inside(moment, language) == (month if language == "en" else month.lower())
    assert formats.clock(moment, language) == clock


@given(st.integers(-(10**12), 10**12), st.sampled_from(LANGUAGES))
def test_money_never_breaks_over_a_line_and_never_has_a_hyphen(amount_cents, language):
    text = formats.money(amount_cents, "EUR", language)
    assert " " not in text
    assert "-" not in text
    assert (MINUS in text) == (amount_cents < 0)
    assert int("".join(filter(str.isdigit, text))) == abs(amount_cents)


@given(st.integers(-(10**12), 10**12), st.sampled_from(LANGUAGES), st.sampled_from(["EUR", "SEK", "USD"]))
def test_money_is_what_cldr_makes_of_it(amount_cents, language, currency):
    locale = {"en": "en_GB", "fi": "fi_FI", "sv": "sv_FI"}[language]
    exact = Decimal(amount_cents).scaleb(-2)
    plain = str.maketrans({" ": NBSP, "-": MINUS})
    by_cldr = format_currency(exact, currency, locale=locale).translate(plain)
    assert formats.money(amount_cents, currency, language) == by_cldr
    assert formats.amount(amount_cents, language) == format_decimal(exact, "#,##0.00", locale=locale).translate(plain)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fi", (f"1{NBSP}200{NBSP}€", f"+12,50{NBSP}€", f"{MINUS}12{NBSP}%", "1.1.–22.11.2025", "marras", "Marraskuu")),
        ("sv", (f"1{NBSP}200{NBSP}€", f"+12,50{NBSP}€", f"{MINUS}12{NBSP}%", f"1{NBSP}jan.–22{NBSP}nov.{NBSP}2025",
                "nov.", "November")),
        ("en", ("€1,200", "+€12.50", f"{MINUS}12%", f"1{NBSP}Jan\u202f–\u202f22{NBSP}Nov{NBSP}2025",
                "Nov", "November")),
    ],
)  # fmt: skip
def test_the_words_of_a_chart_are_written_as_the_language_writes_them(language, expected):
    november = date(2025, 11, 22)
    assert (
        formats.whole_money(120000, "EUR", language),
        formats.change(1250, "EUR", language),
        formats.percent(-0.123, language),
        formats.days(date(2025, 1, 1), november, language),
        formats.month_name(november, "abbreviated", language),
        formats.month_name(november, "wide", language),
    ) == expected
    assert formats.change(0, "EUR", language)[0] not in "+" + MINUS
    assert formats.month_name(november, "narrow", language) in "MN"


@pytest.mark.parametrize(("language", "comma", "sign"), [("fi", ",", "\xa0%"), ("sv", ",", "\xa0%"), ("en", ".", "%")])
def test_rate_has_the_decimals_that_it_has(language, comma, sign):
    for per_cent, expected in (("14", "14"), ("25.50", "25.5"), ("0", "0"), ("100", "100"), ("9.75", "9.75")):
        assert formats.rate(Decimal(per_cent), language) == expected.replace(".", comma) + sign


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fi", ("7 vuotta", "1 vuosi", "18 kuukautta", "30 päivää")), ("sv", ("7 år", "1 år", "18 månader", "30 dygn")),
     ("en", ("7 years", "1 year", "18 months", "30 days"))],
)  # fmt: skip
def test_lengths_of_time_are_written_as_the_language_writes_them(language, expected):
    told = (*(formats.quarters(count, language) for count in (28, 4, 6)), formats.day_count(30, language))
    assert tuple(text.replace(NBSP, " ") for text in told) == expected
