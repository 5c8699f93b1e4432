"""Money, numbers, dates and times as Finnish, Swedish and English write them, by CLDR through Babel.

Every space inside a figure is a no-break space and every minus is a minus sign, so that a figure is never torn apart or
mistaken for a range. Languages are the codes of `tarkka.vocabulary.Language`.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from babel.units import format_unit

# Finnish and Swedish as in Finland; English as in Britain, whose order of day and month is the one that Finns know.
_LOCALES = {"en": Locale("en", "GB"), "fi": Locale("fi", "FI"), "sv": Locale("sv", "FI")}

_MINUS = "\N{MINUS SIGN}"
_UNBREAKING = str.maketrans({" ": "\N{NO-BREAK SPACE}", "\N{THIN SPACE}": "\N{NARROW NO-BREAK SPACE}", "-": _MINUS})


def money(amount_cents: int, currency: str, language: str) -> str:
    """Return cents as money with its currency: −1250 EUR → `−12,50 €` in Finnish, `−€12.50` in English."""
    before, after = _around_money(currency, language, amount_cents < 0)
    return f"{before}{_digits(abs(amount_cents), language)}{after}"


def whole_money(amount_cents: int, currency: str, language: str) -> str:
    """Return whole units of money, for the scale of a chart: 120000 EUR → `1 200 €`, `€1,200`."""
    locale = _LOCALES[language]
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return _unbroken(format_currency(_units(amount_cents), currency, pattern, locale, currency_digits=False))


def change(amount_cents: int, currency: str, language: str) -> str:
    """Return a change of money, its sign also if it is more: 1250 EUR → `+12,50 €`, `+€12.50`."""
    return f"{'+' if amount_cents > 0 else ''}{money(amount_cents, currency, language)}"


def percent(share: Decimal | float, language: str) -> str:
    """Return a share as whole percent: 0.123 → `12 %`, `12%`."""
    return _unbroken(format_percent(share, locale=_LOCALES[language]))


def rate(per_cent: Decimal, language: str) -> str:
    """Return a rate of tax with the decimals that it has: 25.50 → `25,5 %`, `25.5%`."""
    locale = _LOCALES[language]
    pattern = locale.percent_formats[None].pattern.replace("0", "0.##")
    return _unbroken(format_percent(per_cent / 100, pattern, locale))


def amount(amount_cents: int, language: str) -> str:
    """Return cents without their currency, for a column whose head states it: 1250 → `12,50`."""
    digits = _digits(abs(amount_cents), language)
    return f"{_MINUS}{digits}" if amount_cents < 0 else digits


def number(value: Decimal | int, language: str) -> str:
    """Return a number with the decimals that it has, trailing zeros left out: 0.6420 → `0,642`."""
    return _unbroken(format_decimal(value, "#,##0.######", locale=_LOCALES[language]))


def currency_symbol(currency: str, language: str) -> str:
    """Return the symbol of an ISO 4217 code: EUR → `€`."""
    return get_currency_symbol(currency, locale=_LOCALES[language])


def day(value: date, language: str) -> str:
    """Return a day with its year: `22.11.2016`, `22 nov. 2016`, `22 Nov 2016`. A datetime must be in local time."""
    return _unbroken(format_date(value, "medium", locale=_LOCALES[language]))


def days(first: date, last: date, language: str) -> str:
    """Return a stretch of days, both ends in it: `1.1.–22.11.2016`, `1 jan.–22 nov. 2016`, `1 Jan – 22 Nov 2016`."""
    skeleton = "yMd" if language == "fi" else "yMMMd"
    return _unbroken(format_interval(first, last, skeleton, locale=_LOCALES[language]))


def day_count(count: int, language: str) -> str:
    """Return a number of days: `30 päivää`, `30 dygn`, `30 days`."""
    return _unbroken(format_unit(count, "duration-day", locale=_LOCALES[language]))


def duration(length: timedelta, language: str) -> str:
    """Return a length of time in its greatest unit: `42 minuuttia`, `3 timmar`, `2 days`."""
    return _unbroken(format_timedelta(length, threshold=1.5, locale=_LOCALES[language]))


def quarters(count: int, language: str) -> str:
    """Return a number of quarters of a year, in whole years if it is such: `7 vuotta`, else in months: `18 months`."""
    years, over = divmod(count, 4)
    unit, amount = ("duration-month", 3 * count) if over else ("duration-year", years)
    return _unbroken(format_unit(amount, unit, locale=_LOCALES[language]))


def day_of_week(value: date, language: str) -> str:
    """Return a day with its weekday and without its year, for use under a month's heading: `ti 22.11.`."""
    return _unbroken(format_skeleton("MMMEd", value, locale=_LOCALES[language]))


def full_day(value: date, language: str) -> str:
    """Return a day with its weekday and its year, as a heading: `ti 22.11.2016`, `tis 22 nov. 2016`."""
    return _unbroken(format_skeleton("yMMMEd", value, locale=_LOCALES[language]))


def month(value: date, language: str) -> str:
    """Return a month as a heading: `Marraskuu 2016`."""
    text = month_inside(value, language)
    return text[:1].upper() + text[1:]


def month_inside(value: date, language: str) -> str:
    """Return a month as it stands inside a sentence: `marraskuu 2016`, `november 2016`, `November 2016`."""
    text: str = format_skeleton("yMMMM", value, locale=_LOCALES[language])
    return text


def month_name(value: date, width: str, language: str) -> str:
    """Return a month's name alone: `wide` (`Marraskuu`), `abbreviated` (`marras`) or `narrow` (`M`)."""
    text: str = _LOCALES[language].months["stand-alone"][width][value.month]
    return text[:1].upper() + text[1:] if width == "wide" else text


def clock(value: datetime, language: str) -> str:
    """Return the time of day of a local datetime: `16.05`, `16:05`."""
    return format_time(value, "short", locale=_LOCALES[language], tzinfo=value.tzinfo)


@cache
def _around_money(currency: str, language: str, is_negative: bool) -> tuple[str, str]:
    """Return what stands before and after the digits of money. Asked of CLDR once: a page has hundreds of figures."""
    sample = format_currency(-1 if is_negative else 1, currency, locale=_LOCALES[language], currency_digits=False)
    before, _, after = _unbroken(sample).partition(_digits(100, language))
    return before, after


def _digits(amount_cents: int, language: str) -> str:
    """Return cents, none below zero, as the language writes a number with two decimals."""
    symbols = _LOCALES[language].number_symbols["latn"]
    whole, over = divmod(amount_cents, 100)
    return f"{f'{whole:,}'.replace(',', symbols['group'])}{symbols['decimal']}{over:02d}"


def _units(amount_cents: int) -> Decimal:
    return Decimal(amount_cents).scaleb(-2)


def _unbroken(text: str) -> str:
    return text.translate(_UNBREAKING)
