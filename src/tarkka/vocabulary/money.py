"""Money is integer cents inside and decimal text outside; nothing in between is a float."""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?", re.ASCII)


def cents(text: str) -> int:
    """Return the integer cents of a decimal text such as `12.50`, `-3` or `0.5`.

    Raises ValueError on anything else: a comma, an exponent, a third decimal, more than twelve whole digits.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError("an amount is decimal text with at most two decimals, for instance 12.50")
    whole, _, decimals = text.partition(".")
    value = int(whole.lstrip("-")) * 100 + int(decimals.ljust(2, "0") or "0")
    return -value if whole.startswith("-") else value


def decimal_text(amount_cents: int) -> str:
    """Return cents as decimal text with two decimals: 1250 → `12.50`."""
    return f"{Decimal(amount_cents).scaleb(-2):.2f}"
