"""What became of a receipt, and of a batch that could not be taken."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tarkka.purchases.feed import Rejection
from tarkka.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accepted` (at a level, or only counted when it has none), `duplicate` or `rejected`."""

    status: Literal["accepted", "duplicate", "rejected"]
    level: Level | None = None
    rejection: Rejection | None = None


DUPLICATE = Verdict("duplicate")
ACCEPTED = {level: Verdict("accepted", level) for level in Level}
COUNTED = Verdict("accepted")
CONFLICT = Verdict("rejected", rejection=Rejection("conflict", "receipt_id"))


def counts(verdicts: Iterable[Verdict]) -> Counter[str]:
    """Return how many were accepted, duplicate, rejected; of the accepted how many at each level or `without_card`."""
    tally: Counter[str] = Counter()
    for verdict in verdicts:
        tally[verdict.status] += 1
        if verdict.status == "accepted":
            tally[verdict.level.name if verdict.level else "without_card"] += 1
    return tally


class IntakeFault(Exception):
    """The intake of a batch stopped, and nothing of that batch was taken.

    Carries the kind of error alone, a SQLSTATE or the name of an exception: messages quote rows. `is_temporary` tells
    that the database was out of reach or out of means, so that the same may succeed later.
    """

    def __init__(self, kind: str, is_temporary: bool) -> None:
        super().__init__(kind, is_temporary)
        self.kind = kind
        self.is_temporary = is_temporary

    def __str__(self) -> str:
        what = "it was interrupted" if self.is_temporary else "the register could not take a receipt"
        return f"{what} ({self.kind}); nothing of its batch was taken, and sending the same again is safe"
