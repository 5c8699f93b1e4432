"""The level mark, the icons, the demo's mark, and figures and words in the reader's language."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.conf import settings
from django.template import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tarkka.site.app import theme_colour
from tarkka.vocabulary import Level
from tarkka.web.addresses import present_page
from tarkka.wording import formats, words
from tarkka.wording.language import reader_language

register = template.Library()
register.simple_tag(theme_colour)


def _drawn(*baselines: int) -> SafeString:
    strokes = ((y, 8 if place % 2 else 12) for place, y in enumerate(baselines))
    return format_html(
        '<svg class="mark" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.7"'
        ' stroke-linecap="round" aria-hidden="true">{}</svg>',
        format_html_join("", '<path d="M2 {}h{}"/>', strokes),
    )


# A receipt in small: one stroke for the total, three for groups, five for products.
_MARKS = {
    Level.TOTAL: _drawn(8),
    Level.GROUP: _drawn(4, 8, 12),
    Level.PRODUCT: _drawn(2, 5, 8, 11, 14),
}


@register.simple_tag
def mark(level: Level = Level.PRODUCT) -> SafeString:
    """Draw the level mark without its word: for the brand, and where the word stands beside it already."""
    return _MARKS[level]


@register.simple_tag
def level(level: Level) -> SafeString:
    """Draw the level mark with its word."""
    return format_html('<span class="level">{}{}</span>', _MARKS[level], gettext(words.LEVEL[level]))


@register.simple_tag
def is_demo() -> bool:
    """Tell whether this is the demo, which every page must say."""
    return bool(settings.TARKKA_DEMO)


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return each language's code and what the language calls itself."""
    return list(settings.LANGUAGES)


@register.simple_tag(takes_context=True)
def first_page(context: RequestContext) -> str:
    """Return the address of the first page of whoever is signed in, or the one for everyone."""
    session = getattr(context.get("request"), "session", {})
    return reverse("console-home" if "staff" in session else "home" if "person_id" in session else "start")


@register.simple_tag(takes_context=True)
def this_page(context: RequestContext) -> str:
    """Return the address to come back to from choosing a language: of this page, or of the one its form was on."""
    return present_page(context["request"], first_page(context))


@register.filter
def money(amount_cents: int, currency: str) -> str:
    """Return `formats.money` in the reader's language."""
    return formats.money(amount_cents, currency, reader_language())


@register.filter
def amount(amount_cents: int) -> str:
    """Return `formats.amount` in the reader's language."""
    return formats.amount(amount_cents, reader_language())


@register.filter
def number(value: Decimal | int) -> str:
    """Return `formats.number` in the reader's language."""
    return formats.number(value, reader_language())


@register.filter
def rate(per_cent: Decimal) -> str:
    """Return `formats.rate` in the reader's language."""
    return formats.rate(per_cent, reader_language())


@register.filter
def symbol(currency: str) -> str:
    """Return the currency's symbol in the reader's language."""
    return formats.currency_symbol(currency, reader_language())


@register.filter
def day(value: date) -> str:
    """Return a day with its year; an aware datetime is taken to the register's time zone first."""
    return formats.day(_local(value), reader_language())


@register.filter
def full_day(value: date) -> str:
    """Return a day with its weekday and its year."""
    return formats.full_day(value, reader_language())


@register.filter
def clock(at: datetime) -> str:
    """Return the time of day of an aware datetime, in the register's time zone."""
    return formats.clock(timezone.localtime(at), reader_language())


@register.filter
def month(value: date) -> str:
    """Return a month and its year as a heading."""
    return formats.month(value, reader_language())


@register.filter
def month_inside(value: date) -> str:
    """Return a month and its year as they stand inside a sentence."""
    return formats.month_inside(value, reader_language())


@register.filter
def moment(at: datetime) -> str:
    """Return day, year and time of an aware datetime."""
    return _at(formats.day(_local(at), reader_language()), at)


@register.filter
def recently(at: datetime) -> str:
    """Return the time of an aware datetime under a month's heading: today, yesterday, or weekday and day."""
    today = timezone.localdate()
    if timezone.localdate(at) == today:
        return _at(gettext("time.today"), at)
    if timezone.localdate(at) == today - timedelta(days=1):
        return _at(gettext("time.yesterday"), at)
    return _at(formats.day_of_week(_local(at), reader_language()), at)


@register.filter
def duration(length: timedelta) -> str:
    """Return `formats.duration` in the reader's language."""
    return formats.duration(length, reader_language())


@register.filter
def word(member: object, of: str) -> str:
    """Return the word for a member of a list in `tarkka.wording.words`: `{{ event.role|word:"role" }}`.

    A payment method or a unit that has no word is shown as the source wrote it.
    """
    msgid = getattr(words, of.upper()).get(member)
    return str(member) if msgid is None else gettext(msgid)


@register.filter
def each_word(members: Iterable[object], of: str) -> str:
    """Return the words for several members of a list, as `word` does, with commas between."""
    return ", ".join(word(member, of) for member in members)


@register.filter
def named(thing: object) -> str:
    """Return the name, in the reader's language, of what has names in all three."""
    name: str = thing.name(reader_language())  # type: ignore[attr-defined]  # whatever has name(language)
    return name


def _at(on: str, at: datetime) -> str:
    return gettext("time.at %(day)s %(time)s") % {
        "day": on,
        "time": formats.clock(timezone.localtime(at), reader_language()),
    }


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
