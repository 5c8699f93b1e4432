"""Drawing a month of purchases and returns, as the intake gets them and as the oracle reckons them."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bonus_oracle import Bought
from building import Household, Source
from earning import back, bring, euros, sale

WAYS = ("card", "cash", "group_card", "gift_card")


@dataclass
class Drawn:
    """A month under way: its sales as delivered and as the oracle keeps them."""

    random: Random
    homes: list[Household]
    source: Source
    sales: list[tuple[dict[str, Any], Bought]] = field(default_factory=list)
    operations: int = 0
    is_fine: bool = False
    """Whether receipts have lines, and so come in at PRODUCT."""

    def buy(self, times: int) -> None:
        """Let somebody buy, so many times, in one batch."""
        receipts = []
        for _ in range(times):
            home = self.random.choice(self.homes)
            total = self.random.choice((self.random.randint(1, 400), self.random.randint(1, 60_000)))
            eligible = self.random.choice((total, total, self.random.randint(0, total)))
            paid = self._paid(total)
            lines = self.lines(total, "1000.000")
            receipt = sale(total, eligible=eligible, paid=paid, card=self.random.choice(home.cards), lines=lines)
            self.sales.append((receipt, Bought(home.id, total, eligible, dict(paid))))
            receipts.append(receipt)
        bring(self.source, receipts)
        self.operations += len(receipts)

    def give_back(self, times: int) -> None:
        """Let parts of sales be returned, paid back in any way; some days or months later."""
        receipts = []
        for _ in range(times):
            receipt, kept = self.random.choice(self.sales)
            if not kept.total:
                continue
            total = self.random.choice((kept.total, self.random.randint(1, kept.total)))
            least = max(0, kept.eligible - (kept.total - total))
            eligible = self.random.randint(least, min(total, kept.eligible))
            paid = self._paid(total)
            at = f"2024-{self.random.choice(('03-30', '04-15', '06-02'))}T12:00:00+02:00"
            lines = self.lines(-total, "-0.001")
            receipts.append(back(receipt, total, eligible=eligible, paid=paid, purchased_at=at, lines=lines))
            kept.take_back(total, eligible, paid)
        if receipts:
            bring(self.source, receipts)
        self.operations += len(receipts)

    def lines(self, cents: int, quantity: str) -> list[dict[str, Any]] | None:
        """Return the lines of a receipt of so many cents, if receipts have some."""
        line = {"line": 1, "name": "Milk", "group": "dairy", "quantity": quantity, "unit": "kg"}
        return [line | {"amount": euros(cents)}] if self.is_fine else None

    def _paid(self, total: int) -> dict[str, int]:
        first, second = self.random.sample(WAYS, 2)
        part = self.random.choice((total, total, self.random.randint(0, total)))
        return {first: part} if part == total else {first: part, second: total - part}
