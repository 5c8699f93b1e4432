"""What becomes different from one program to another, in words."""

from collections.abc import Iterator

from tarkka.bonus.program import Program
from tarkka.vocabulary import decimal_text


def diff(before: Program, after: Program) -> list[str]:
    """Return every difference in words, in the order of the file; nothing if they say the same."""
    return [*_whole(before, after), *_cooperatives(before, after), *_names(before, after)]


def per_cent(basis_points: int) -> str:
    """Return a rate in per cent: 150 → `1.50 %`."""
    return f"{decimal_text(basis_points)} %"


def _whole(before: Program, after: Program) -> Iterator[str]:
    if before.effective_from != after.effective_from:
        yield f"holds from {after.effective_from} instead of {before.effective_from}"
    was, will = before.adjusted_for_months, after.adjusted_for_months
    if was != will:
        yield f"a closed month is adjusted for {will} months instead of {was}"
    old, new = before.payment_benefit.basis_points, after.payment_benefit.basis_points
    if old != new:
        yield f"the payment-method benefit becomes {per_cent(new)} instead of {per_cent(old)}"


def _cooperatives(before: Program, after: Program) -> Iterator[str]:
    for code in dict.fromkeys([*before.cooperative, *after.cooperative]):
        old, new = before.cooperative.get(code), after.cooperative.get(code)
        if new is None:
            yield f"cooperative {code} is gone: its households belong to {after.default_cooperative}"
        elif old is None or old.steps != new.steps:
            steps = ", ".join(f"{per_cent(s.basis_points)} from {decimal_text(s.from_cents)}" for s in new.steps)
            yield f"cooperative {code}: {'new, ' if old is None else ''}{steps}"
    was, will = before.default_cooperative, after.default_cooperative
    if was != will:
        yield f"households of no named cooperative belong to {will} instead of {was}"


def _names(before: Program, after: Program) -> Iterator[str]:
    pairs = (
        ("chain {} earns", before.left_out.chains, after.left_out.chains),
        ("outlet {} earns", before.left_out.outlets, after.left_out.outlets),
        ("payment by {} counts", before.left_out.payments, after.left_out.payments),
    )
    for words, old, new in pairs:
        yield from (f"{words.format(name)} no more" for name in sorted(set(new) - set(old)))
        yield from (f"{words.format(name)} again" for name in sorted(set(old) - set(new)))
    was, will = set(before.payment_benefit.methods), set(after.payment_benefit.methods)
    yield from (f"payment by {name} earns the payment-method benefit" for name in sorted(will - was))
    yield from (f"payment by {name} no longer earns the payment-method benefit" for name in sorted(was - will))
