"""How a household's month was worked out, step by step: for whoever asks, with the figures of the ledger beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from tarkka import access
from tarkka.bonus.arithmetic import Reckoned, reckon
from tarkka.bonus.comparison import per_cent
from tarkka.bonus.queries import Entry, PublishedProgram, balance, closed_at, counted, entries, program_for
from tarkka.vocabulary import Language, Purpose, Role, decimal_text

ACTOR = "bonus explain"


@dataclass(frozen=True, slots=True)
class Explained:
    """A month of a household: what its receipts earn by the program, what the ledger has of it, what is owed in all."""

    month: date
    program: PublishedProgram
    reckoned: Reckoned
    posted: tuple[Entry, ...]
    closed_at: datetime | None
    balance_cents: int | None


def explain(household_id: int, month: date, *, acting: str) -> Explained:
    """Return how a month of a household was worked out, at a look at it that names the operator (R22).

    `acting` is the operator's user id. Raises NoProgram; Refused.
    """
    program, closed = program_for(month), closed_at(month)
    subject = access.household(household_id)
    with access.opened(role=Role.AUTOMATIC, actor=f"{ACTOR} by {acting}", purpose=Purpose.BONUS, subject=subject):
        return explained(month, program, closed)


def explained(month: date, program: PublishedProgram, closed: datetime | None) -> Explained:
    """Return the same at a look at a household under way. Raises LookupError for a month that may not be seen."""
    found = counted(month).get(month)
    if found is None:
        raise LookupError(f"{month:%Y-%m} is not among the months that may be seen")
    posted = tuple(entry for entry in entries() if entry.month == month)
    return Explained(month, program, reckon(program.program, found), posted, closed, balance())


def in_words(explained: Explained) -> list[str]:
    """Return the arithmetic in words, a line a step."""
    found, reckoned, program = explained.reckoned.counted, explained.reckoned, explained.program
    cooperative = program.program.cooperative[reckoned.cooperative]
    benefit = program.program.payment_benefit
    name = cooperative.name.written_in(Language.EN)
    lines = [
        f"{explained.month:%Y-%m}, by version {program.version} of the program, {name}",
        f"  bought that receipts say earns Bonus  {_right(found.eligible_cents)}",
        f"  - bought where nothing is earned      {_right(found.left_out_cents)}",
        f"  - paid in ways that do not count      {_right(found.unpaid_cents)}",
        f"  = earns Bonus                         {_right(found.earning_cents)}",
        f"  step from {decimal_text(reckoned.step.from_cents)}: {per_cent(reckoned.step.basis_points)} of all, half up",
        f"  Bonus                                 {_right(reckoned.bonus_cents)}",
        f"  paid by {', '.join(benefit.methods):<29} {_right(found.paid_cents)}",
        f"  {per_cent(benefit.basis_points)} of all, half up",
        f"  payment-method benefit                {_right(reckoned.benefit_cents)}",
        f"  card price benefits, given at the till{_right(found.card_benefit_cents)}",
    ]
    if explained.closed_at is None:
        if reckoned.next_step:
            more = (
                f"{decimal_text(reckoned.missing_cents or 0)} more reaches {per_cent(reckoned.next_step.basis_points)}"
            )
            lines.append(f"  the month is open: {more}")
        else:
            lines.append("  the month is open, at the highest step")
    lines += [
        f"  posted {entry.posted_at:%Y-%m-%d}: {entry.kind} {decimal_text(entry.amount_cents)}"
        for entry in explained.posted
    ]
    lines.append(f"owed in all: {decimal_text(explained.balance_cents or 0)}")
    return lines


def _right(cents: int | None) -> str:
    return f"{decimal_text(cents or 0):>12}"
