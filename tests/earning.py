"""Short ways to buy, return and look up what the ledger has; amounts in cents."""

from datetime import date, datetime
from typing import Any

from building import Household, Source, a_receipt, a_return, administrator, take

MARCH = date(2024, 3, 1)
"""The month of the receipts that are made here, unless told otherwise."""


def euros(cents: int) -> str:
    """Return cents as the feed writes them."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def sale(
    cents: int, *, paid: dict[str, int] | None = None, eligible: int | None = None, **changes: Any
) -> dict[str, Any]:
    """Return a sale of so many cents as delivered, at TOTAL; `paid` by method, by default all of it by `card`."""
    amounts = {"total": cents, "bonus_eligible": cents if eligible is None else eligible, "card_benefit": 0}
    payments = [{"method": m, "amount": euros(c)} for m, c in (paid or {"card": cents}).items()]
    whole = {name: euros(amount) for name, amount in amounts.items()} | {"payments": payments, "lines": None}
    return a_receipt(**whole | changes)


def back(
    of: dict[str, Any], cents: int, *, paid: dict[str, int] | None = None, eligible: int | None = None, **changes: Any
) -> dict[str, Any]:
    """Return a return of so many cents (told as positive) of a sale, as delivered."""
    payments = [{"method": m, "amount": euros(-c)} for m, c in (paid or {"card": cents}).items()]
    amounts = {"total": euros(-cents), "bonus_eligible": euros(-(cents if eligible is None else eligible))}
    return a_return(of, payments=payments, card_benefit="0.00", **amounts | changes)


def bring(source: Source, receipts: list[dict[str, Any]]) -> None:
    """Take receipts, each of which must be accepted."""
    verdicts = take(source, receipts)
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts


def ledger(household: Household | int, month: date | None = None) -> list[tuple[str, str, str, int]]:
    """Return a household's entries: kind, debit, credit, cents, in the order of posting."""
    with administrator() as connection:
        return connection.execute(
            "SELECT kind::text, debit::text, credit::text, amount_cents FROM ledger_entry"
            " WHERE household_id = %s AND (%s::date IS NULL OR month = %s) ORDER BY id",
            [household if isinstance(household, int) else household.id, month, month],
        ).fetchall()


def owed(household: Household | int, month: date | None = None) -> int:
    """Return what the ledger owes a household, of one month or of all."""
    return sum(cents if credit == "household" else -cents for _, _, credit, cents in ledger(household, month))


def close_month(month: date = MARCH) -> Any:
    """Close a month, and return what was posted."""
    from tarkka.bonus.closing import close

    [closed] = close(month, acting="test")
    return closed


def balances(households: list[int], month: date) -> dict[int, int]:
    """Return what the ledger owes each of these households of a month, of those that have entries."""
    with administrator() as connection:
        found = connection.execute(
            "SELECT household_id, sum(CASE WHEN credit = 'household' THEN amount_cents ELSE - amount_cents END)::bigint"
            " FROM ledger_entry WHERE household_id = ANY (%s) AND month = %s GROUP BY 1",
            [households, month],
        )
        return dict(found.fetchall())


def move(person: int, home: int, to: int, at: datetime) -> None:
    """Let a person leave one household for another, as no main member."""
    with administrator() as connection:
        connection.execute(
            "UPDATE membership SET valid = tstzrange(lower(valid), %s) WHERE person_id = %s AND household_id = %s",
            [at, person, home],
        )
        connection.execute(
            "INSERT INTO membership (person_id, household_id, is_main_member, valid)"
            " VALUES (%s, %s, false, tstzrange(%s, NULL))",
            [person, to, at],
        )
