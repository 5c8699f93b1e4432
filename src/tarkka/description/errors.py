"""What can be wrong with a description, said so that the reader can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the place in the file (`purpose.marketing.basis`), what is wrong, and how to mend it."""

    place: str
    wrong: str
    remedy: str


class DescriptionInvalid(ValueError):
    """A file is no valid description. Carries every problem that was found in it, in the file's order."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        lines = [
            f"{file}: {p.place}: {p.wrong}. {p.remedy}" if p.place else f"{file}: {p.wrong}. {p.remedy}"
            for p in self.problems
        ]
        super().__init__("\n".join(lines))


class UnknownChain(LookupError):
    """The description has no such chain."""

    def __init__(self, chain: str, known: Iterable[str]) -> None:
        self.chain = chain
        super().__init__(f"the description has no chain {chain!r}. {choose(chain, known)}")


class UnknownUse(LookupError):
    """The description does not let this role use this purpose, or knows no such situation."""


class BeforeFirstVersion(LookupError):
    """Nothing was collected yet at that moment: a purchase of that time is rejected (rulings: Levels)."""

    def __init__(self, asked: date | datetime | None, first: date | None) -> None:
        self.first = first
        when = "" if asked is None else f" on {asked.isoformat()}"
        began = "no description has been published" if first is None else f"the register description holds from {first}"
        super().__init__(f"nothing was collected{when}: {began}")


class NotPublishable(Exception):
    """A description cannot be published as asked. `reasons` says all that is in the way, each with its remedy."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


def choose(wrong: str, known: Iterable[str]) -> str:
    """Return the remedy for a misspelt name: the near one, or the list of all."""
    names = sorted(str(name) for name in known)
    near = get_close_matches(wrong.lower(), [name.lower() for name in names], n=1)
    if near:
        return f"Did you mean {next(name for name in names if name.lower() == near[0])!r}?"
    return f"Use one of: {', '.join(names)}." if names else "There is none to choose from yet."
