"""A household over four years in which people come, go and change places, and what each of them may see of it.

The tests of the door and of the page go through the same table. Every purchase is of its own amount, so that a sum
tells which purchases it is of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from building import Household, Source, a_household, a_receipt, a_source, outlet_of, take

ZONE = ZoneInfo("Europe/Helsinki")
CHAINS = ("prisma", "s-market", "alepa", "sokos", "restaurants")
MONTHS = {name: date(*map(int, name.split("-")), 1) for name in ("2018-06", "2019-06", "2020-06", "2021-06")}

# Who is what, when: `main` and `member` as in the household, `-` not in it. The last column is now.
ROLES = """
    person          2018-06  2019-06  2020-06  2021-06  now
    gone_main       main     -        -        -        -
    former_main     member   main     member   member   member
    main            member   member   main     main     main
    member          member   member   member   member   member
    mate            member   member   member   member   member
    gone            member   member   -        -        -
    homeless        member   member   member   -        -
    joined          -        -        -        member   member
    stranger        -        -        -        -        -
"""

# What each sees today of each month's purchases. `all`: the names of that month, each bonus purchase as outlet, date
# and total, one sum. `sums`: the main member's name, sums by chain, no receipt of anybody else. `-`: nothing of that
# month. `refused`: the door stays shut.
VIEWS = """
    viewer          2018-06  2019-06  2020-06  2021-06
    main            -        -        all      all
    former_main     sums     -        sums     sums
    member          sums     sums     sums     sums
    joined          -        -        -        sums
    gone_main       refused  refused  refused  refused
    gone            refused  refused  refused  refused
    homeless        refused  refused  refused  refused
    stranger        refused  refused  refused  refused
"""

# In each month everybody there buys once at Prisma, and the mate this often besides. Prisma stands alone. Alepa's two
# and S-market's one are too few each, and make up their group's sum; Sokos's one is too few for its group and takes
# the restaurants along.
MATE_BUYS = {"prisma": 3, "alepa": 2, "s-market": 1, "sokos": 1, "restaurants": 3}
CELLS = {
    ("grocery", "prisma"): ("prisma",),
    ("grocery", None): ("alepa", "s-market"),
    (None, None): ("sokos", "restaurants"),
}


def table(text: str) -> dict[str, dict[str, str]]:
    """Return a table of words as row → column → word."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    return {name: dict(zip(header[1:], cells, strict=True)) for name, *cells in rows}


@dataclass(frozen=True)
class Bought:
    """A bonus purchase: whose, where and in which month, in cents."""

    who: str
    chain: str
    month: date
    cents: int


@dataclass
class Home:
    """The household, its people by name, and its bonus purchases."""

    id: int
    persons: dict[str, int]
    bought: list[Bought] = field(default_factory=list)

    def names_in(self, month: str) -> set[int]:
        """Return who was in it in a month."""
        return {self.persons[name] for name, cells in table(ROLES).items() if cells[month] != "-"}

    def sums(self, month: str) -> dict[tuple[str | None, str | None], int]:
        """Return a month's sums as a member sees them, by chain group and chain."""
        bought = [each for each in self.bought if each.month == MONTHS[month]]
        return {cell: sum(each.cents for each in bought if each.chain in chains) for cell, chains in CELLS.items()}

    def total(self, month: str) -> int:
        """Return all the household's bonus purchases of a month, in cents."""
        return sum(each.cents for each in self.bought if each.month == MONTHS[month])


def bought(cents: int, *, card: str, chain: str, at: datetime, eligible: int | None = None) -> dict[str, object]:
    """Return a receipt as delivered, without lines."""
    euros = f"{cents // 100}.{cents % 100:02d}"
    earns = euros if eligible is None else f"{eligible // 100}.{eligible % 100:02d}"
    return a_receipt(
        card=card, outlet=outlet_of(chain), purchased_at=at.isoformat(), total=euros, bonus_eligible=earns,
        card_benefit="0.00", lines=None, payments=[{"method": "card", "amount": euros}],
    )  # fmt: skip


def a_changing_household() -> Home:
    """Make the household of `ROLES` with its purchases, and one of a stranger."""
    first = ("gone_main", "former_main", "main", "member", "mate", "gone", "homeless")
    since = datetime(2018, 1, 1, tzinfo=UTC)
    home, other, elsewhere = (
        a_household(len(first), since=since),
        a_household(1, since=since),
        a_household(1, since=since),
    )
    persons = dict(zip((*first, "joined", "stranger"), home.persons + other.persons + elsewhere.persons, strict=True))
    cards = dict(zip(persons, home.cards + other.cards + elsewhere.cards, strict=True))
    _move(Home(home.id, persons), empty=(a_household(1), a_household(1)))
    found = Home(home.id, persons)
    _buy(found, cards, a_source(CHAINS))
    return found


def _move(home: Home, empty: Sequence[Household]) -> None:
    from tarkka.people.actions import Actor, move_to_household
    from tarkka.vocabulary import Purpose, Role

    acting = Actor(Role.AUTOMATIC, "test", Purpose.REGISTER_UPKEEP)

    def move(name: str, to: int | None, year: int, *, is_main_member: bool = False) -> None:
        at = datetime(year, 1, 1, tzinfo=ZONE)
        move_to_household(home.persons[name], to, at=at, is_main_member=is_main_member, acting=acting)

    move("gone_main", empty[0].id, 2019)
    move("former_main", home.id, 2019, is_main_member=True)
    move("former_main", home.id, 2020)
    move("main", home.id, 2020, is_main_member=True)
    move("gone", empty[1].id, 2020)
    move("homeless", None, 2021)
    move("joined", home.id, 2021)


def _buy(home: Home, cards: dict[str, str], source: Source) -> None:
    receipts = []
    for month, first in MONTHS.items():
        places = [(name, "prisma") for name, roles in table(ROLES).items() if roles[month] != "-"]
        places += [("mate", chain) for chain, times in MATE_BUYS.items() for _ in range(times)]
        for who, chain in places:
            each = Bought(who, chain, first, 1000 + 7 * len(home.bought))
            home.bought.append(each)
            at = datetime(first.year, first.month, 2 + len(receipts) % 27, 12, tzinfo=ZONE)
            receipts.append(bought(each.cents, card=cards[who], chain=chain, at=at))
        without_bonus = datetime(first.year, first.month, 1, 12, tzinfo=ZONE)
        receipts.append(bought(99_900, card=cards["mate"], chain="prisma", at=without_bonus, eligible=0))
        receipts.append(bought(88_800, card=cards["stranger"], chain="prisma", at=without_bonus))
    verdicts = take(source, receipts)
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts
