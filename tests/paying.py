"""Short ways to buy in a month of one's own, close it and pay it out, and to see what was paid and is owed."""

from datetime import date
from typing import Any

from lxml import etree

from building import Household, a_household, a_receipt, a_source, administrator, take
from tarkka.vocabulary import months_later

IBAN, OTHER, PAYER = "FI2112345600000785", "FI1410093000123458", "FI7944052020036082"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
MONTHS = iter(months_later(date(2021, 1, 1), place) for place in range(60))
"""Months of nobody else: each test takes the next."""


def forget(*tables: str) -> None:
    """Let nothing have been posted, or paid, before."""
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        for table in tables:
            connection.execute(f"DELETE FROM {table}")


def a_buyer(month: date, total: str = "250.00", *, iban: str | None = IBAN) -> Household:
    """Return a household that bought in a month; its main member gave an account, if one is told."""
    home = a_household(2)
    buy(home, month, total)
    if iban:
        give(home.persons[0], iban)
    return home


def buy(home: Household, month: date, total: str) -> None:
    at = f"{month.replace(day=5)}T12:30:00+02:00"
    paid = [{"method": "card", "amount": total}]
    receipt = a_receipt(
        card=home.cards[0], total=total, bonus_eligible=total, lines=None, payments=paid, purchased_at=at
    )
    [verdict] = take(a_source(), [receipt])
    assert verdict.status == "accepted", verdict


def give(person: int, iban: str) -> None:
    from tarkka.bonus.account import give_account
    from tarkka.people.actions import customer

    give_account(person, iban, acting=customer(person))


def close(month: date) -> None:
    from tarkka.bonus.closing import close

    assert [each.month for each in close(month, acting="test")] == [month]


def pay(month: date, **given: Any) -> Any:
    from tarkka.bonus.payout import pay_out

    return pay_out(month, **{"from_iban": PAYER, "acting": "test"} | given)


def paid(files: Any, *tags: str) -> list[tuple[str, ...]]:
    """Return of each payment in the files what stands in these elements."""
    found = []
    for file in files:
        for each in etree.fromstring(file.read_bytes()).iterfind(".//p:CdtTrfTxInf", NS):
            found.append(tuple(each.findtext(f".//p:{tag}", None, NS) for tag in tags))
    return found


def balances(*homes: Household) -> list[int]:
    """Return what is owed to each household, in cents."""
    with administrator() as connection:
        return [
            connection.execute(
                "SELECT coalesce(sum(CASE WHEN credit = 'household' THEN amount_cents ELSE - amount_cents END), 0)::int"
                " FROM ledger_entry WHERE household_id = %s",
                [home.id],
            ).fetchall()[0][0]
            for home in homes
        ]
