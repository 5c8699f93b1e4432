"""Buying, returning and returning in part, over and over: the ledger against a reckoning of its own, all of the time.

    python -m bench.fuzz_bonus 1000000 [seed]

Operations go through the intake as any feed's; the month is closed again and again among them. Ends with an error if
the ledger differs by a cent from `tests/bonus_oracle.py`, which shares nothing with the program, or goes below zero.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.measuring import ROOT, register, tell

sys.path.insert(0, str(ROOT / "tests"))

EACH = 2_500
"""Operations of a household: some thousands of purchases in its month. Forty households at least."""
BATCH = 500


def fuzz(operations: int, seed: int, told: Callable[[int], None] = lambda _done: None) -> int:
    """Do so many operations and compare after every few batches; return how many times it was compared."""
    from bonus_oracle import earned
    from building import a_household, a_source
    from drawing_months import Drawn
    from earning import MARCH, balances, close_month

    random = Random(seed)
    month = Drawn(random, [a_household(2) for _ in range(max(40, operations // EACH))], a_source())
    ids = [home.id for home in month.homes]
    done = compared = 0
    while done < operations:
        month.buy(random.randint(1, BATCH))
        month.give_back(random.randint(0, BATCH))
        done = month.operations
        if done >= operations or random.random() < 0.05:
            close_month()
            expected = dict.fromkeys(ids, 0) | {
                home: sum(cents) for home, cents in earned(kept for _, kept in month.sales).items()
            }
            found = dict.fromkeys(ids, 0) | balances(ids, MARCH)
            assert found == expected, f"seed {seed}, after {done} operations: the ledger differs from the reckoning"
            assert all(cents >= 0 for cents in found.values())
            compared += 1
        told(done)
    assert close_month().number == 0, "closing again posted something"
    return compared


def main() -> None:
    """Run it on a register of its own."""
    operations = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with register():
        from rich.progress import Progress

        from tarkka.bonus.actions import publish

        publish(Path(ROOT / "programs/s_group.toml").read_text(), acting="fuzz")
        began = time.perf_counter()
        with Progress() as bar:
            task = bar.add_task("operations", total=operations)
            compared = fuzz(operations, seed, lambda done: bar.update(task, completed=done))
        tell(
            f"{operations:,} operations, compared {compared} times",
            f"{time.perf_counter() - began:,.0f} s, no difference",
        )


if __name__ == "__main__":
    main()
