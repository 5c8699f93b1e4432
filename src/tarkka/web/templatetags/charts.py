"""The bars of charts and the cells of their tables: tags, for a page has some hundred of each."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tarkka.web.charts import Figure, Rect
from tarkka.wording import formats
from tarkka.wording.language import reader_language

register = template.Library()


@register.simple_tag
def bar(rect: Rect | None, kind: str) -> SafeString:
    """Draw one bar, `now` or `before`; nothing where there is none."""
    if rect is None:
        return SafeString()
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>', kind, rect.x, rect.y, rect.width, rect.height
    )


@register.simple_tag
def amounts(figure: Figure, currency: str) -> SafeString:
    """Write a row's cells: the figure's amount, and if it is compared the earlier one and the change."""
    language = reader_language()
    own = format_html('<td role="cell" class="n">{}</td>', formats.money(figure.amount, currency, language))
    if figure.before is None:
        return own
    return own + format_html(
        '<td role="cell" class="n">{}</td><td role="cell" class="n change">{}</td>',
        formats.money(figure.before, currency, language),
        change(figure, currency),
    )


@register.filter
def change(figure: Figure, currency: str) -> str:
    """Return how much more a figure is than in the compared period: `+12,50 €`; nothing if there is no such period."""
    return "" if figure.change is None else formats.change(figure.change, currency, reader_language())


@register.filter
def change_share(figure: Figure) -> str:
    """Return the same as a share of the compared period: `+5 %`; nothing where a share would tell nothing.

    So it is where the compared period has nothing or less, or so little that the share is ten times it and more.
    """
    if figure.change is None or not figure.before or not 0 < abs(figure.change) < 10 * figure.before:
        return ""
    return f"{'+' if figure.change > 0 else ''}{formats.percent(figure.change / figure.before, reader_language())}"
