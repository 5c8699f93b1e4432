"""What a decision costs in process: which level is collected, which level is left."""

import timeit
from datetime import UTC, datetime

from bench.measuring import tell
from tarkka.description.queries import load_rulebook
from tarkka.vocabulary import Channel, Objection, Purpose, Role

CALLS = 100_000


def measure() -> None:
    """Print the time of each kind of decision."""
    rulebook = load_rulebook()
    moment = datetime(2016, 8, 31, 20, 59, tzinfo=UTC)
    description = rulebook.in_force(moment).description
    objections = frozenset({Objection.A, Objection.B})
    decisions = {
        "the level at a moment": lambda: rulebook.level_at("prisma", Channel.STORE, moment),
        "the level left by objections": lambda: description.level_left(Purpose.MARKETING, Role.MARKETER, objections),
    }
    print("\nDecisions in process")
    for name, decide in decisions.items():
        seconds = sorted(timeit.repeat(decide, number=CALLS, repeat=7))
        each = [1e6 * taken / CALLS for taken in seconds]
        tell(name, f"{each[3]:.2f} µs ({each[0]:.2f}–{each[-1]:.2f})", "under 5 µs")
