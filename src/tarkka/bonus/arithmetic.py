"""What a month's sums earn, in integer cents: the one rounding, the step that is reached, the next one. Pure.

The closing does the same in SQL (`sql/closing.sql`), for all households at once; a property test holds them together.
"""

from dataclasses import dataclass

from tarkka.bonus.program import WHOLE, Program, Step


@dataclass(frozen=True, slots=True)
class Counted:
    """What the household's receipts of a month come to, in cents, by the rule of `sql/counting.sql`.

    Of `eligible_cents`, `left_out_cents` were bought where nothing is earned; of the rest `earning_cents` were paid in
    ways that count. `paid_cents` earns the payment-method benefit. `card_benefit_cents` were
    given at the till. What a viewer may not see is None: another member than the main one sees what earns, and not
    how it was paid (R11). `cooperative` is the household's own, if it has one.
    """

    earning_cents: int
    eligible_cents: int
    sales: int | None = None
    left_out_cents: int | None = None
    paid_cents: int | None = None
    card_benefit_cents: int | None = None
    cooperative: str | None = None

    @property
    def unpaid_cents(self) -> int | None:
        """What was bought where Bonus is earned, but paid in ways that do not count."""
        left_out = self.left_out_cents
        return None if left_out is None else self.eligible_cents - left_out - self.earning_cents


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a month earns: by which cooperative's step, how many cents of each kind, and the next step, if any."""

    counted: Counted
    cooperative: str
    step: Step
    bonus_cents: int
    benefit_cents: int | None
    next_step: Step | None

    @property
    def missing_cents(self) -> int | None:
        """How much more would reach the next step."""
        return None if self.next_step is None else self.next_step.from_cents - self.counted.earning_cents


def share(cents: int, basis_points: int) -> int:
    """Return a share of a sum that is not below zero, rounded half up to the cent: 50 basis points of 300 are 2."""
    return (cents * basis_points + WHOLE // 2) // WHOLE


def reckon(program: Program, counted: Counted) -> Reckoned:
    """Return what the month earns by the program: the rate of the step that its sum reaches, on all of the sum."""
    code = program.cooperative_of(counted.cooperative)
    steps = program.cooperative[code].steps
    earning = max(0, counted.earning_cents)
    reached = max(place for place, step in enumerate(steps) if step.from_cents <= earning)
    paid = counted.paid_cents
    return Reckoned(
        counted=counted,
        cooperative=code,
        step=steps[reached],
        bonus_cents=share(earning, steps[reached].basis_points),
        benefit_cents=None if paid is None else share(max(0, paid), program.payment_benefit.basis_points),
        next_step=steps[reached + 1] if reached + 1 < len(steps) else None,
    )
