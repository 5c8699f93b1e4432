"""A card's number as bars that a till reads: EAN-13 where the number is one, else Code 128 (ISO/IEC 15420, 15417)."""

from dataclasses import dataclass
from itertools import groupby

from barcode.codex import Code128
from barcode.ean import EuropeanArticleNumber13
from barcode.errors import BarcodeError

from tarkka.vocabulary import is_gtin


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of `width` modules, quiet zones included, and `height`: the outlines of its bars as an SVG path.

    A module drawn two CSS pixels wide is a third of a millimetre on a phone: EAN-13 at its nominal size.
    """

    symbology: str
    path: str
    width: int
    height: int

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in CSS pixels: whole ones for a module, so that no bar is blurred."""
        return 2 * self.width, 2 * self.height


class _Code128(Code128):  # type: ignore[misc]  # the package has no types
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        # python-barcode 0.16 drops the digits 99 at the beginning: it takes them for a change of signs (its issue 251).
        return encoded if self.code[:2].isdigit() else list(super()._try_to_optimize(encoded))


_HEIGHT = 56


def drawn(number: str) -> Bars | None:
    """Return the bars of a card number, or None if Code 128 has no signs for it."""
    is_ean = len(number) == 13 and is_gtin(number)
    before, after = (11, 7) if is_ean else (10, 10)
    try:
        [modules] = (EuropeanArticleNumber13 if is_ean else _Code128)(number).build()
    except BarcodeError:
        return None
    path, at = "", before
    for is_bar, run in groupby(modules, key="1".__eq__):
        wide = len(list(run))
        if is_bar:
            path += f"M{at} 0h{wide}v{_HEIGHT}h-{wide}z"
        at += wide
    return Bars("EAN-13" if is_ean else "Code 128", path, at + after, _HEIGHT)
