"""How a month's Bonus is worked out, line by line, in the reader's language: for the pages and the statement.

What a viewer may see was decided in the database; what is not there gets no line (R10, R11).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.bonus import queries as bonus
from tarkka.bonus.arithmetic import Reckoned, reckon
from tarkka.bonus.program import Program
from tarkka.bonus.queries import Entry
from tarkka.vocabulary import months_later
from tarkka.web.pages import described
from tarkka.wording import formats
from tarkka.wording.language import reader_language

_KIND = {
    "bonus": msgid("bonus.entry.bonus"),
    "payment_benefit": msgid("bonus.entry.payment_benefit"),
    "adjustment": msgid("bonus.entry.adjustment"),
    "payout": msgid("bonus.entry.payout"),
    "payout_returned": msgid("bonus.entry.payout_returned"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reckoning: what it is, what is said of it, and its cents. A sum stands under a rule."""

    label: str
    amount_cents: int
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """What a household's month has earned. `entries` are its postings; there are none until it is closed.

    `is_adjusted`: late receipts and returns still change it.
    """

    first: date
    program: Program
    reckoned: Reckoned
    entries: Sequence[Entry]
    is_adjusted: bool

    @property
    def is_closed(self) -> bool:
        """Whether anything was posted of it."""
        return bool(self.earned)

    @property
    def earned(self) -> list[Entry]:
        """The postings of what was earned, and not those of what was paid out."""
        return [entry for entry in self.entries if entry.cost]

    @property
    def paid(self) -> list[Entry]:
        """What was paid out for it, and came back: all that was owed then, of whichever months."""
        return [entry for entry in self.entries if not entry.cost]

    @property
    def posted_cents(self) -> int:
        """What the postings come to."""
        return sum(entry.amount_cents for entry in self.earned)

    @property
    def reckoned_cents(self) -> int:
        """What the receipts come to that are in the register now."""
        return self.reckoned.bonus_cents + (self.reckoned.benefit_cents or 0)

    @property
    def to_adjust_cents(self) -> int:
        """What late receipts and returns have changed since the last posting, and the next closing will post."""
        return self.reckoned_cents - self.posted_cents if self.is_closed and self.is_adjusted else 0

    @property
    def has_receipts(self) -> bool:
        """Whether the receipts are still there that it was worked out from."""
        return bool(self.is_adjusted or self.reckoned.counted.eligible_cents or not self.posted_cents)


def read_month(first: date, entries: Iterable[Entry] = ()) -> Month | None:
    """Return a month, at a look at the household; None if the viewer may not see it, or no program holds in it."""
    counted = bonus.counted(first).get(first)
    if counted is None:
        return None
    program = bonus.program_for(first).program
    since = months_later(bonus.this_month(), -program.adjusted_for_months)
    own = [entry for entry in entries if entry.month == first]
    return Month(first, program, reckon(program, counted), own, is_adjusted=first >= since)


def by_month(entries: Iterable[Entry]) -> dict[date, list[Entry]]:
    """Return the ledger's entries of each month that earned something, the newest month first."""
    earned = (entry for entry in entries if entry.cost)
    return {month: list(group) for month, group in groupby(earned, key=lambda entry: entry.month)}


def arithmetic(month: Month) -> Iterator[Line]:
    """Yield how the month is worked out, each amount from those before it."""
    reckoned, counted = month.reckoned, month.reckoned.counted
    if counted.left_out_cents or counted.unpaid_cents:
        yield Line(gettext("bonus.line.eligible"), counted.eligible_cents)
        if counted.left_out_cents:
            yield Line(gettext("bonus.line.left_out"), -counted.left_out_cents)
        if counted.unpaid_cents:
            why = month.program.left_out.text.written_in(reader_language())
            yield Line(gettext("bonus.line.unpaid"), -counted.unpaid_cents, why)
    yield Line(gettext("bonus.line.earning"), counted.earning_cents)
    named = month.program.cooperative[reckoned.cooperative].name.written_in(reader_language())
    yield Line(
        gettext("bonus.line.bonus %(rate)s") % {"rate": rate(reckoned.step.basis_points)},
        reckoned.bonus_cents,
        gettext("bonus.line.step %(cooperative)s %(sum)s")
        % {"cooperative": named, "sum": _whole(reckoned.step.from_cents)},
    )
    if reckoned.benefit_cents is not None and counted.paid_cents:
        benefit = month.program.payment_benefit
        yield Line(
            gettext("bonus.line.benefit %(name)s %(rate)s")
            % {"name": benefit.name.written_in(reader_language()), "rate": rate(benefit.basis_points)},
            reckoned.benefit_cents,
            gettext("bonus.line.paid %(sum)s") % {"sum": _money(counted.paid_cents)},
        )
    yield Line(gettext("bonus.line.earned"), month.reckoned_cents, is_sum=True)


def postings(month: Month) -> Iterator[Line]:
    """Yield what was posted of the month, the oldest first, what it comes to, and what was paid out and came back."""
    yield from map(_posting, month.earned)
    yield Line(gettext("bonus.line.posted"), month.posted_cents, is_sum=True)
    yield from map(_posting, month.paid)


def rate(basis_points: int) -> str:
    """Return hundredths of a per cent as a rate: 150 → `1,5 %`."""
    return formats.rate(Decimal(basis_points) / 100, reader_language())


def _posting(entry: Entry) -> Line:
    return Line(gettext(_KIND[entry.kind]), entry.amount_cents, _day(entry))


def _day(entry: Entry) -> str:
    return formats.day(timezone.localtime(entry.posted_at), reader_language())


def _money(cents: int) -> str:
    return formats.money(cents, _currency(), reader_language())


def _whole(cents: int) -> str:
    return formats.whole_money(cents, _currency(), reader_language())


def _currency() -> str:
    return described().register.currency
