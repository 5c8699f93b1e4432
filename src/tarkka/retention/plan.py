"""What is to go: the quarters that are older than the description keeps, the finer levels first (rulings: Retention).

Pure: from what the description keeps, which tables there are, and which months Bonus still needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tarkka.vocabulary import Level, months_later

TABLES = {Level.PRODUCT: "receipt_line", Level.GROUP: "receipt_group", Level.TOTAL: "receipt"}
"""The table of each level, in the order in which they are let go."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The table of a level's quarter, told by its first day (UTC). `rows` is reckoned, -1 if nobody did."""

    level: Level
    quarter: date
    rows: int = -1
    bytes: int = 0

    @property
    def name(self) -> str:
        """The name that it has in the database."""
        return f"{TABLES[self.level]}_{quarter_name(self.quarter)}"

    @property
    def end(self) -> date:
        """The first day after it."""
        return months_later(self.quarter, 3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quarter whose totals stay although their time is over, for the months (first days) that Bonus did not close."""

    partition: Partition
    months: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be dropped, in order, and what waits for Bonus."""

    drops: tuple[Partition, ...]
    waiting: tuple[Waiting, ...]


def make_plan(
    kept: Mapping[Level, int],
    partitions: Iterable[Partition],
    unclosed: Mapping[date, Sequence[date]],
    today: date,
) -> Plan:
    """Return what is to go on a day (UTC), of which each level is kept so many whole quarters before the present one.

    `unclosed` has the months that Bonus has not closed yet, by the quarter whose receipts they need. A quarter's totals
    stay as long as they must, and as long as anything finer of it is there.
    """
    order = list(TABLES)
    old = sorted(
        (each for each in partitions if each.quarter < first_kept(today, kept[each.level])),
        key=lambda each: (order.index(each.level), each.quarter),
    )
    waiting = tuple(
        Waiting(each, months)
        for each in old
        if each.level is Level.TOTAL and (months := tuple(unclosed.get(each.quarter, ())))
    )
    staying = {each.partition for each in waiting}
    return Plan(tuple(each for each in old if each not in staying), waiting)


def first_kept(today: date, quarters: int) -> date:
    """Return the first day of the oldest quarter that is kept: so many whole ones before the one that a day is in."""
    return months_later(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), -3 * quarters)


def quarter_name(quarter: date) -> str:
    """Return what a quarter is called in the tables' names, for instance `2024q1`."""
    return f"{quarter.year}q{(quarter.month + 2) // 3}"
