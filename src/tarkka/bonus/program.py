"""The bonus program: the form of its file, what its parts must be to each other, and the immutable value that it is.

`load` reads a file, `stored` what was published; docs/bonus.md explains every table.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from tarkka.description.errors import DescriptionInvalid, Problem
from tarkka.description.reading import plain, read_file, read_source
from tarkka.description.reading import stored as read_stored
from tarkka.description.schema import Table, Text

FORMAT = 1
PAGE = "docs/bonus.md"
WHOLE = 10_000
"""Basis points of the whole: 100 %."""
_CODE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


class Step(Table, frozen=True):
    """From which month's sum on (cents) which rate (basis points: hundredths of a per cent) holds on all of the sum."""

    from_cents: int
    basis_points: int


class Cooperative(Table, frozen=True):
    """A regional cooperative and its steps. Households that belong to none that is named belong to the default one."""

    name: Text
    steps: tuple[Step, ...]
    default: bool = False
    own_choice: bool = False


class LeftOut(Table, frozen=True):
    """Where nothing is earned: chains and outlets by their codes, and methods of payment that do not count."""

    text: Text
    chains: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    own_choice: bool = False


class PaymentBenefit(Table, frozen=True):
    """What is earned by paying with the group's own means, of all that was paid with them."""

    name: Text
    methods: tuple[str, ...]
    basis_points: int
    own_choice: bool = False


class Program(Table, frozen=True, kw_only=True):
    """A whole program file. `adjusted_for_months`: for so long late receipts and returns change a closed month."""

    format: int
    effective_from: date
    adjusted_for_months: int
    cooperative: Mapping[str, Cooperative]
    left_out: LeftOut
    payment_benefit: PaymentBenefit

    @property
    def default_cooperative(self) -> str:
        """The code of the cooperative of households that belong to no other."""
        return next(code for code, each in self.cooperative.items() if each.default)

    def cooperative_of(self, code: str | None) -> str:
        """Return the cooperative by which a household's months are reckoned: its own if the program names it."""
        return code if code is not None and code in self.cooperative else self.default_cooperative

    def compiled(self) -> str:
        """Return all that the program says as JSON, its layout and comments aside."""
        return json.dumps(plain(self), ensure_ascii=False, separators=(",", ":"))

    def digest(self) -> bytes:
        """Return the SHA-256 of `compiled` (32 bytes): the same for the same content."""
        return hashlib.sha256(self.compiled().encode()).digest()


def load(path: Path | str) -> Program:
    """Return the program in a TOML file. Raises DescriptionInvalid with every problem that was found."""
    return parse(read_source(Path(path)), str(path))


def parse(source: str, file: str = "program") -> Program:
    """Return the program in a text, named `file` in errors. Raises DescriptionInvalid with every problem found."""
    program = read_file(source, file, Program, shown_in=PAGE)
    problems = [*_whole(program), *_cooperatives(program), *_payments(program)]
    if problems:
        raise DescriptionInvalid(file, problems)
    return program


def stored(compiled: str) -> Program:
    """Return the program that was published as this JSON. Raises ValueError if it is none."""
    return read_stored(json.loads(compiled), Program)


def _whole(program: Program) -> Iterator[Problem]:
    if program.format != FORMAT:
        yield Problem("format", f"this is format {program.format}", f"Write format {FORMAT}, which {PAGE} explains.")
    if program.effective_from.day != 1:
        yield Problem(
            "effective_from",
            f"{program.effective_from} is within a month, whose purchases are reckoned by one program",
            f"Write the first day of a month, for instance {program.effective_from.replace(day=1)}.",
        )
    if not 0 <= program.adjusted_for_months <= 120:
        yield Problem(
            "adjusted_for_months",
            f"{program.adjusted_for_months} is no possible number of months",
            "Write a whole number from 0 to 120.",
        )


def _cooperatives(program: Program) -> Iterator[Problem]:
    defaults = [code for code, each in program.cooperative.items() if each.default]
    if len(defaults) != 1:
        yield Problem(
            "cooperative",
            f"{len(defaults)} of {len(program.cooperative)} cooperatives are the default",
            "Write default = true in exactly one.",
        )
    for code, each in program.cooperative.items():
        place = f"cooperative.{code}"
        if not _CODE.fullmatch(code):
            yield Problem(
                place, "the code is not lowercase letters, digits and hyphens", "Choose one such as pirkanmaa."
            )
        if not each.steps or each.steps[0].from_cents != 0:
            yield Problem(f"{place}.steps", "the first step is not from zero", "Write { from_cents = 0, … } first.")
        for number, step in enumerate(each.steps, 1):
            here = f"{place}.steps[{number}]"
            if not 0 <= step.basis_points <= WHOLE:
                yield Problem(
                    f"{here}.basis_points", f"{step.basis_points} is no rate", "Write 0 to 10000: 100 is one per cent."
                )
        for number, (before, after) in enumerate(zip(each.steps, each.steps[1:], strict=False), 2):
            here = f"{place}.steps[{number}]"
            if after.from_cents <= before.from_cents:
                yield Problem(
                    f"{here}.from_cents",
                    f"{after.from_cents} does not come after {before.from_cents}",
                    "Put the steps in order.",
                )
            if after.basis_points < before.basis_points:
                yield Problem(
                    f"{here}.basis_points",
                    "who buys more would earn less",
                    f"Write {before.basis_points} or more.",
                )


def _payments(program: Program) -> Iterator[Problem]:
    benefit, left_out = program.payment_benefit, program.left_out
    if not 0 <= benefit.basis_points <= WHOLE:
        yield Problem(
            "payment_benefit.basis_points",
            f"{benefit.basis_points} is no rate",
            "Write 0 to 10000: 50 is half a per cent.",
        )
    for method in sorted(set(benefit.methods) & set(left_out.payments)):
        yield Problem(
            "left_out.payments", f"{method!r} earns the payment-method benefit, so it counts", "Name it in one place."
        )
    for place, names in (
        ("left_out.chains", left_out.chains),
        ("left_out.outlets", left_out.outlets),
        ("left_out.payments", left_out.payments),
        ("payment_benefit.methods", benefit.methods),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                yield Problem(place, f"{name!r} is named {count} times", "Name it once.")
