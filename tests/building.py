"""Builders of people, sources and receipts. Each makes new ones, committed: tests share a database, never its rows.

Every function needs the `database` fixture. Amounts are decimal text, times ISO 8601 with offset, as delivered.
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

CHAINS = ("prisma", "s-market", "sokos", "restaurants")
PRODUCT_TIME = "2024-03-05T12:30:00+02:00"
GROUP_TIME = "2015-03-05T12:30:00+02:00"
"""Prisma's stores collect at GROUP then; a restaurant collects at TOTAL at any time."""

_people = count()


@dataclass(frozen=True, slots=True)
class Household:
    """Ids of a household and its persons, the main member first, and one card number and identity code each."""

    id: int
    persons: tuple[int, ...]
    cards: tuple[str, ...]
    identity_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source: its id, its name, and the token that HTTP intake asks for."""

    id: int
    name: str
    token: str


def identity_code(number: int) -> str:
    """Return the valid identity code of the `number`th invented person, born in 1900–1999."""
    number, individual = divmod(number, 897)
    born = date(1900, 1, 1) + timedelta(days=number % 36_000)
    digits = f"{born:%d%m%y}{individual + 2:03d}"
    return f"{digits[:6]}-{digits[6:]}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(digits) % 31]}"


def a_household(persons: int = 2, *, since: datetime = datetime(2014, 5, 1, tzinfo=UTC)) -> Household:
    """Register a household of so many persons with one card each; the first is its main member."""
    from django.db import connection

    from tarkka import access
    from tarkka.people.registering import NewCard, NewHousehold, NewPerson, register_households
    from tarkka.vocabulary import Language, Purpose, Role

    cards = tuple(f"9{secrets.randbelow(10**15):015d}" for _ in range(persons))
    identity_codes = tuple(identity_code(next(_people)) for _ in range(persons))
    new = tuple(
        NewPerson(
            key=str(place),
            identity_code=identity_codes[place],
            given_name=f"Given{place}",
            family_name="Family",
            language=Language.FI,
            is_main_member=place == 0,
            cards=(NewCard(card, since),),
            email=f"{card}@example.org",
        )
        for place, card in enumerate(cards)
    )
    ids = register_households([NewHousehold(since, new)])
    main = ids["0"]
    with (
        access.opened(role=Role.CUSTOMER, actor=str(main), purpose=Purpose.OWN_DATA, subject=access.person(main)),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT household_id FROM membership")
        household_id = cursor.fetchone()[0]
    return Household(household_id, tuple(ids[str(place)] for place in range(persons)), cards, identity_codes)


def outlet_of(chain: str) -> str:
    """Return the code of the outlet that `a_source` registers for a chain."""
    return f"outlet-{chain}"


def a_source(chains: Sequence[str] = CHAINS, *, outlets: Sequence[str] = ()) -> Source:
    """Register a source that may speak for the chains, each of one outlet (`outlet_of`), and for the outlets."""
    from tarkka.purchases.actions import register_outlets, register_source
    from tarkka.purchases.queries import source_id

    register_outlets([(outlet_of(chain), chain.title(), chain) for chain in {*CHAINS, *chains}])
    name = f"source-{secrets.token_hex(6)}"
    token = register_source(name, chains=chains, outlets=outlets)
    found = source_id(name)
    assert found is not None
    return Source(found, name, token)


def a_receipt(**changes: Any) -> dict[str, Any]:
    """Return a sale as delivered: two products at a Prisma at a time of PRODUCT level, without a card.

    A change replaces a field, and None removes it.
    """
    milk = {"line": 1, "gtin": "6408430000135", "name": "Milk", "group": "dairy", "quantity": "2", "unit": "pcs"}
    bread = {"line": 2, "name": "Bread", "group": "bakery", "quantity": "0.500", "unit": "kg"}
    receipt = {
        "receipt_id": secrets.token_hex(8),
        "kind": "sale",
        "outlet": outlet_of("prisma"),
        "channel": "store",
        "purchased_at": PRODUCT_TIME,
        "currency": "EUR",
        "total": "10.00",
        "bonus_eligible": "10.00",
        "card_benefit": "0.50",
        "payments": [{"method": "card", "amount": "10.00"}],
        "lines": [milk | {"amount": "4.00"}, bread | {"amount": "6.00"}],
    } | changes
    return {name: value for name, value in receipt.items() if value is not None}


def a_return(sale: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the whole return of a sale as delivered, a day after it. Changes are as in `a_receipt`."""
    bought_at = datetime.fromisoformat(sale["purchased_at"])
    receipt = {
        **{name: sale[name] for name in ("outlet", "channel", "currency")},
        "receipt_id": secrets.token_hex(8),
        "kind": "return",
        "refers_to": sale["receipt_id"],
        "purchased_at": (bought_at + timedelta(days=1)).isoformat(),
        **{name: negative(sale[name]) for name in ("total", "bonus_eligible", "card_benefit")},
        "payments": [payment | {"amount": negative(payment["amount"])} for payment in sale["payments"]],
    }
    if "lines" in sale:
        minus = ("quantity", "amount")
        receipt["lines"] = [{k: negative(v) if k in minus else v for k, v in line.items()} for line in sale["lines"]]
    if "groups" in sale:
        receipt["groups"] = [part | {"amount": negative(part["amount"])} for part in sale["groups"]]
    return {name: value for name, value in (receipt | changes).items() if value is not None}


def a_program() -> None:
    """Publish the reference bonus program, if no program is."""
    from tarkka.bonus.actions import publish
    from tarkka.bonus.queries import programs

    if not programs():
        publish((Path(__file__).parents[1] / "programs" / "s_group.toml").read_text(), acting="test")


def negative(text: str) -> str:
    """Return a decimal text with its sign turned."""
    return text[1:] if text.startswith("-") else f"-{text}"


def take(source: Source, receipts: Iterable[Mapping[str, Any] | bytes]) -> list[Any]:
    """Take receipts through the intake and return the verdict of each, in order. Bytes go in as they are."""
    from django.db import connection

    from tarkka.purchases.intake import Intake

    connection.ensure_connection()
    raws = [receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode() for receipt in receipts]
    return [verdict for _, verdict in Intake(connection.connection, source.id).take(raws)]


def take_three_levels(source: Source, card: str) -> None:
    """Take one receipt at TOTAL, one at GROUP and one at PRODUCT, all bought with the card."""
    verdicts = take(
        source,
        [
            a_receipt(card=card, outlet=outlet_of("restaurants")),
            a_receipt(card=card, purchased_at=GROUP_TIME),
            a_receipt(card=card),
        ],
    )
    assert [verdict.level.name for verdict in verdicts] == ["TOTAL", "GROUP", "PRODUCT"], verdicts


@contextmanager
def administrator() -> Iterator[psycopg.Connection[Any]]:
    """Yield an autocommitting connection of the server's superuser, whom no policy holds."""
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"], autocommit=True) as connection:
        yield connection
