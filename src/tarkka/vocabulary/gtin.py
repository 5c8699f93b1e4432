"""GTIN, the Global Trade Item Number: 8, 12, 13 or 14 digits, the last a check digit (GS1 General Specifications)."""

from typing import NewType

Gtin = NewType("Gtin", str)
"""A GTIN whose check digit is right, as the source wrote it."""


def is_gtin(text: str) -> bool:
    """Tell whether the text is a GTIN with a right check digit."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdigit()):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0


def gtin14(text: str) -> Gtin:
    """Return a GTIN with 14 digits, zeros put before it: the same product is so the same text however it was written.

    Spaces and hyphens between the digits are let be. Raises ValueError if it is no GTIN or its check digit is wrong.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not is_gtin(digits):
        raise ValueError("no GTIN: it has 8, 12, 13 or 14 digits, and the last is a check digit")
    return Gtin(digits.rjust(14, "0"))
