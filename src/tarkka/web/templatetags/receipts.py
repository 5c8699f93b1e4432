"""The parts of a receipt, for its page and its paper."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.translation import gettext

from tarkka.purchases.queries import Line
from tarkka.wording import formats
from tarkka.wording.language import reader_language
from tarkka.wording.words import UNIT

register = template.Library()


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit of a line cost, in cents; exact, or rounded because the line's sum was."""

    cents: int
    is_exact: bool


def unit_price(line: Line) -> UnitPrice | None:
    """Return the unit price of a line; None for a single unit, whose price is the line's sum.

    The register holds quantity and sum. Of weighed goods and of three for ten euros the price on the shelf cannot be
    told back exactly, so it must not be shown as if it could.
    """
    if line.quantity in (0, 1):
        return None
    price = line.amount_cents / line.quantity
    return UnitPrice(int(price.quantize(Decimal(1), ROUND_HALF_UP)), is_exact=price == price.to_integral_value())


@register.filter
def quantity(line: Line) -> str:
    """Return a line's quantity with its unit and the unit price: `3 × 1,15`, `0,642 kg ≈ 19,90/kg`."""
    language = reader_language()
    unit = gettext(UNIT[line.unit]) if line.unit in UNIT else line.unit
    text = formats.number(line.quantity, language)
    if line.unit != "pcs":
        text += f"\N{NO-BREAK SPACE}{unit}"
    price = unit_price(line)
    if price is None:
        return text
    amount = formats.amount(price.cents, language)
    return f"{text} ×\N{NO-BREAK SPACE}{amount}" if price.is_exact else f"{text} ≈\N{NO-BREAK SPACE}{amount}/{unit}"
