"""`make bench`: every figure of docs/performance.md."""

import argparse

from bench import intake
from bench.measuring import machine, register


def main() -> None:
    """Measure what was asked for, by default everything that takes minutes and not hours."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--runs", type=int, default=3, help="how often each is repeated")
    arguments = parser.parse_args()
    print(machine())
    with register():
        from bench import decisions, door  # they need the models, and so a register that is set up

        decisions.measure()
        intake.measure(arguments.runs)
        door.measure("the sample's year")


if __name__ == "__main__":
    main()
