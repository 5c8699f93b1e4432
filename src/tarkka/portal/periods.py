"""A year or one of its months: how an address asks for it, what it is called, and its months as a chart."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest

from tarkka.vocabulary import Span, month_span, year_span
from tarkka.web import charts
from tarkka.wording import formats
from tarkka.wording.language import reader_language


@dataclass(frozen=True, slots=True)
class Step:
    """A period's name and the address of its page, for whoever steps there."""

    name: str
    address: str


def asked_period(request: HttpRequest) -> tuple[int | None, int | None]:
    """Return year and month (1 to 12) of the address, None where it has none. Raises Http404 for what is neither."""
    year, month = request.GET.get("year", ""), request.GET.get("month", "")
    if not re.fullmatch("(20[0-9]{2})?", year, re.ASCII) or not re.fullmatch("([1-9]|1[0-2])?", month, re.ASCII):
        raise Http404
    return int(year) if year else None, int(month) if month else None


def span_of(year: int, month: int | None, zone: ZoneInfo) -> Span:
    """Return the month, or without one the year."""
    return month_span(year, month, zone) if month else year_span(year, zone)


def span_name(span: Span, *, is_inside: bool = False) -> str:
    """Return what a period is called, or what inside a sentence: a whole year or month by its name, else its days."""
    if not span.is_whole:
        return formats.days(span.first, span.last, reader_language())
    month = formats.month_inside if is_inside else formats.month
    return month(span.first, reader_language()) if len(span.months()) == 1 else str(span.first.year)


def month_names() -> list[tuple[int, str]]:
    """Return the number and name of every month."""
    return [(month, formats.month_name(date(2000, month, 1), "wide", reader_language())) for month in range(1, 13)]


def month_columns(
    months: Mapping[date, tuple[int, int | None]], currency: str, address: Callable[[date], str]
) -> charts.Columns:
    """Return the chart of a year's months by first day: cents, and those of the compared month if any.

    `address` tells each month's page.
    """
    language = reader_language()
    figures = [
        charts.Figure(
            formats.month(first, language),
            cents,
            before,
            short=formats.month_name(first, "abbreviated", language),
            narrow=formats.month_name(first, "narrow", language),
            address=address(first),
        )
        for first, (cents, before) in months.items()
    ]
    return charts.columns(figures, lambda cents: formats.whole_money(cents, currency, language), places=12)
