"""What a month earns, from delivered receipts in plain Python: as docs/bonus.md says, with nothing of the program's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

STEPS = ((0, 100), (20_000, 150), (35_000, 200), (50_000, 300), (70_000, 400), (90_000, 500))
BENEFIT = 50
LEFT_OUT, BENEFITING = {"gift_card"}, {"group_card"}


@dataclass
class Bought:
    """A sale with what its returns took back; cents. `paid` by method."""

    household: int
    total: int
    eligible: int
    paid: dict[str, int] = field(default_factory=dict)

    def take_back(self, total: int, eligible: int, paid: dict[str, int]) -> None:
        self.total -= total
        self.eligible -= eligible
        self.paid = {method: self.paid.get(method, 0) - paid.get(method, 0) for method in {*self.paid, *paid}}


def earned(sales: Iterable[Bought]) -> dict[int, tuple[int, int]]:
    """Return the cents of Bonus and of the payment-method benefit of each household in a month of these sales."""
    earning: dict[int, int] = defaultdict(int)
    paid: dict[int, int] = defaultdict(int)
    for sale in sales:
        unpaid = max(0, sum(cents for method, cents in sale.paid.items() if method in LEFT_OUT))
        by_card = sum(cents for method, cents in sale.paid.items() if method in BENEFITING)
        earning[sale.household] += max(0, sale.eligible - unpaid)
        paid[sale.household] += max(0, min(sale.total, by_card))
    return {home: (share(earning[home], rate(earning[home])), share(paid[home], BENEFIT)) for home in earning}


def rate(cents: int) -> int:
    return max((start, points) for start, points in STEPS if start <= cents)[1]


def share(cents: int, points: int) -> int:
    return int((Decimal(cents) * points / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
