"""`make bench`: every figure of docs/performance.md."""

import argparse
import tempfile
from pathlib import Path

from bench import intake
from bench.measuring import machine, register, tell


def main() -> None:
    """Measure what takes minutes; with `--generated`, go on to a register of that many receipts more."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--runs", type=int, default=3, help="how often each intake is repeated")
    parser.add_argument("--generated", type=int, default=0, help="receipts to add before the door is measured again")
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="events to seal and verify; 10000000 takes a while"
    )
    parser.add_argument("--lines", type=int, default=10_000_000, help="lines to trace a recall in; or 100000000")
    parser.add_argument("--households", type=int, default=240_000, help="whose Bonus of a month is closed; or 2400000")
    arguments = parser.parse_args()
    print(machine())
    with register():
        from bench import (  # they need the models, and so a register that is set up
            bonus,
            decisions,
            door,
            extract,
            looks,
            notices,
            portal,
            recalls,
            trail,
        )

        decisions.measure()
        intake.measure(arguments.runs)
        door.measure("the sample's year")
        portal.measure("the sample's year")
        if arguments.generated:
            with tempfile.TemporaryDirectory() as folder:
                seconds = intake.load_generated(arguments.generated, Path(folder))
            tell(f"{arguments.generated:,} more receipts taken from Parquet", f"{seconds:,.0f} s")
            door.measure("generated")
            portal.measure("generated")
        looks.measure()
        notices.measure()
        trail.measure(arguments.events)
        extract.measure()
        recalls.measure(arguments.lines)
        bonus.measure(arguments.households)


if __name__ == "__main__":
    main()
