"""What charts and their tables say of a change."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from tarkka.portal.charts import Figure
from tarkka.wording import formats

register = template.Library()


@register.filter
def change(figure: Figure, currency: str) -> str:
    """Return how much more a figure is than in the compared period: `+12,50 €`; nothing if there is no such period."""
    return "" if figure.change is None else formats.change(figure.change, currency, _language())


@register.filter
def change_share(figure: Figure) -> str:
    """Return the same as a share of the compared period: `+5 %`; nothing where a share would tell nothing.

    So it is where the compared period has nothing or less, or so little that the share is ten times it and more.
    """
    if figure.change is None or not figure.before or not 0 < abs(figure.change) < 10 * figure.before:
        return ""
    return f"{'+' if figure.change > 0 else ''}{formats.percent(figure.change / figure.before, _language())}"


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
