"""Break the rules one at a time, and see that a test goes red: `make mutants` (docs/testing.md).

Mutants are mutmut's. What is added here: one PostgreSQL for the whole run, with a register set up once that each mutant
is given a copy of (tests/conftest.py), and the door itself, which mutmut would leave out for being a context manager.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parents[1]
LEAST = 0.9
"""What share of each part's mutants is to be killed."""

PARTS = {"access": "tarkka.access.", "description": "tarkka.description.", "intake rules": "tarkka.purchases."}


def main() -> int:
    """Make the register, let mutmut run on it, and tell how many were killed; 1 if too few were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="mutants to run, as mutmut names them; * may stand in a name")
    parser.add_argument("--children", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--sample", type=int, help="run so many of each part, drawn at random, and not all")
    parser.add_argument("--seed", type=int, default=1, help="what the sample is drawn with")
    parser.add_argument("--keep", action="store_true", help="let results of the run before stand")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    if chosen.inside:
        return _run(chosen)
    if not chosen.keep:
        shutil.rmtree("mutants", ignore_errors=True)
    with _register():
        # A process of its own: this one has imported the program as it is.
        return subprocess.run([sys.executable, *sys.argv, "--inside"], check=False).returncode


@contextmanager
def _register() -> Iterator[None]:
    """Set up a register to be copied, on a PostgreSQL of our own."""
    from tarkka.cli.boot import boot
    from tarkka.database.embedded import running

    with (
        tempfile.TemporaryDirectory(prefix="tarkka-mutants-", ignore_cleanup_errors=True) as folder,
        running(Path(folder) / "postgresql") as address,
    ):
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here is to outlive the run
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        for name in ("TARKKA_DATABASE_URL", "TARKKA_KEYS"):
            os.environ.pop(name, None)
        os.environ |= {
            "TARKKA_HOME": folder,
            "TARKKA_OWNER_URL": address,
            "TARKKA_DEMO": "1",
            "TARKKA_TEST_COPIES": "1",
        }
        boot(owner=True)
        from django.db import connections

        from tarkka.description.actions import publish

        publish((ROOT / "descriptions" / "s_group.toml").read_text(), effective_on=date(2016, 9, 1), acting="test")
        connections.close_all()  # a database that is connected to cannot be copied
        yield


def _run(chosen: argparse.Namespace) -> int:
    import mutmut.__main__ as mutmut
    from mutmut.mutation import file_mutation

    skips, arranges = (
        file_mutation.MutationVisitor._skip_node_and_children,
        file_mutation.function_trampoline_arrangement,
    )
    collects = mutmut.collect_source_file_mutation_data

    def skip(visitor: Any, node: Any) -> bool:
        return skips(visitor, node) and not _is_context_manager(node)

    def arrange(function: Any, *more: Any, **named: Any) -> Any:
        before, nodes, after, names = arranges(function, *more, **named)
        if _is_context_manager(function):  # mutants are chosen among when it is called, not when it is entered
            nodes[0] = nodes[0].with_changes(decorators=nodes[0].decorators[::-1])
        return before, nodes, after, names

    def collect(*, mutant_names: Any) -> Any:
        mutants, data = collects(mutant_names=mutant_names)
        drawn = _sampled(mutants, chosen.sample, chosen.seed) if chosen.sample else mutants
        return [each for each in drawn if each[2] is None], data

    file_mutation.MutationVisitor._skip_node_and_children = skip
    file_mutation.function_trampoline_arrangement = arrange
    mutmut.collect_source_file_mutation_data = collect
    mutmut._run(chosen.names, chosen.children)
    mutants, _ = collects(mutant_names=chosen.names)
    return _told(_sampled(mutants, chosen.sample, chosen.seed) if chosen.sample else mutants)


def _is_context_manager(node: Any) -> bool:
    import libcst.matchers as m

    return m.matches(node, m.FunctionDef(decorators=[m.Decorator(decorator=m.Name("contextmanager"))]))


def _part(name: str) -> str:
    return next(part for part, start in PARTS.items() if name.startswith(start))


def _sampled(mutants: list[Any], size: int, seed: int) -> list[Any]:
    parts = defaultdict(list)
    for mutant in mutants:
        parts[_part(mutant[1])].append(mutant)
    chance = random.Random(seed)
    return [each for part in parts.values() for each in chance.sample(part, min(size, len(part)))]


def _told(mutants: list[Any]) -> int:
    """Print what became of each part's mutants. A mutant that no test reaches is one that survived."""
    from mutmut.stats import status_by_exit_code

    found = defaultdict(Counter)
    for data, name, _ in mutants:
        found[_part(name)][status_by_exit_code[data.exit_code_by_key[name]]] += 1
    too_few = False
    for part, statuses in found.items():
        killed = statuses["killed"] + statuses["timeout"]
        too_few |= killed < LEAST * statuses.total()
        told = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
        print(f"{part}: {killed / statuses.total():.1%} of {statuses.total()} ({told})")
    return int(too_few)


if __name__ == "__main__":
    sys.exit(main())
