"""What every measurement shares: a register of its own, repeated timing, and how a figure is told."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
ADMIN = "TARKKA_BENCH_ADMIN_URL"


@dataclass(frozen=True)
class Times:
    """Seconds of repeated runs."""

    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        return f"{min(self.seconds):.4g}–{max(self.seconds):.4g}"


def timed(action: Callable[[], object], runs: int = 5) -> Times:
    """Run the action once unmeasured and then `runs` times."""
    action()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return Times(seconds)


def in_turn(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[Times, Times, list[float]]:
    """Run both in turn, so that a machine whose speed drifts is fair to both; return their times and the ratio of each pair."""
    a: list[float] = []
    b: list[float] = []
    for number in range(runs + 1):
        for action, seconds in ((first, a), (second, b)):
            start = time.perf_counter()
            action()
            if number:
                seconds.append(time.perf_counter() - start)
    return Times(a), Times(b), [x / y for x, y in zip(a, b, strict=True)]


def tell(what: str, measured: str, bar: str = "") -> None:
    """Print one figure."""
    print(f"  {what:<62} {measured}" + (f"   (bar: {bar})" if bar else ""), flush=True)


def machine() -> str:
    """Return what the figures were measured on."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), platform.machine())
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {date.today()}"  # noqa: DTZ011


@contextmanager
def register() -> Iterator[str]:
    """A fresh register in a temporary folder, the reference description published. Yields the administrator's address."""
    from tarkka.database.embedded import running

    folder = tempfile.TemporaryDirectory(prefix="tarkka-bench-", ignore_cleanup_errors=True)
    os.environ["TARKKA_HOME"] = folder.name
    os.environ["TARKKA_DEMO"] = "1"
    with folder, running(Path(folder.name) / "postgresql") as admin:
        os.environ["TARKKA_DATABASE_URL"] = admin
        os.environ.pop("TARKKA_OWNER_URL", None)
        os.environ[ADMIN] = admin
        from tarkka.cli.boot import boot

        boot(owner=True)
        from tarkka.description.actions import publish

        publish((ROOT / "descriptions/s_group.toml").read_text(), effective_on=date(2016, 9, 1), acting="bench")
        yield admin
        from django.db import connections

        connections.close_all()
