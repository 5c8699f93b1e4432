"""The VAT that amounts have in them, summed by rate, as a receipt shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class RateSum:
    """What was bought at one rate, in per cent. In cents: `gross_cents` with VAT, of which `vat_cents` is VAT."""

    rate: Decimal
    gross_cents: int
    vat_cents: int

    @property
    def net_cents(self) -> int:
        """The sum without VAT."""
        return self.gross_cents - self.vat_cents


@dataclass(frozen=True, slots=True)
class Vat:
    """The sums of a receipt by rate, the lowest first, and how many of its lines have no rate that is known."""

    sums: tuple[RateSum, ...]
    untold: int


def vat_of(lines: Iterable[tuple[Decimal | None, int]]) -> Vat | None:
    """Return the VAT of lines, each a rate and an amount in cents with VAT; None if no rate is known.

    VAT is taken of each rate's sum, and half a cent is rounded away from zero: a return has what its sale had.
    """
    gross: dict[Decimal, int] = {}
    untold = 0
    for rate, amount_cents in lines:
        if rate is None:
            untold += 1
        else:
            gross[rate] = gross.get(rate, 0) + amount_cents
    sums = tuple(RateSum(rate, cents, _within(cents, rate)) for rate, cents in sorted(gross.items()))
    return Vat(sums, untold) if sums else None


def _within(gross_cents: int, rate: Decimal) -> int:
    return int((gross_cents * rate / (100 + rate)).quantize(Decimal(1), ROUND_HALF_UP))
