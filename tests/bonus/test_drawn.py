"""The ledger is what receipts say, reckoned anew; and no choice and no retention changes it by a cent (R18)."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bonus_oracle import Bought, earned
from building import a_household, a_source, administrator
from drawing_months import Drawn
from earning import MARCH, bring, close_month, ledger, move, owed, sale
from tarkka.vocabulary import Objection, Place


def drawn(seed: int) -> Drawn:
    return Drawn(Random(seed), [a_household(2) for _ in range(3)], a_source())


@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_ledger_is_what_receipts_say(program: str, seed: int) -> None:
    month = drawn(seed)
    for _ in range(month.random.randint(1, 3)):
        month.buy(month.random.randint(1, 12))
        month.give_back(month.random.randint(0, 8))
        close_month()
        expected = earned(kept for _, kept in month.sales)
        assert {home.id: owed(home, MARCH) for home in month.homes} == {
            home.id: sum(expected.get(home.id, (0, 0))) for home in month.homes
        }
    assert close_month().number == 0


def test_hundreds_of_operations_leave_the_ledger_what_receipts_say(empty_ledger: str) -> None:
    """A smaller draw of `python -m bench.fuzz_bonus`."""
    from bench.fuzz_bonus import fuzz

    assert fuzz(600, seed=7) >= 1


@given(seed=st.integers(0, 2**32))
@settings(max_examples=3, deadline=None)
def test_no_objection_and_no_retention_changes_bonus(program: str, seed: int) -> None:
    from tarkka.people.actions import customer, make_objection

    month = drawn(seed)
    month.is_fine = True
    month.buy(10)
    people = [person for home in month.homes for person in home.persons]
    assert {level for level, _ in stored(people)} == {"PRODUCT"}
    old, new = month.homes[:2]
    move(old.persons[1], old.id, new.id, datetime(2024, 3, 10, tzinfo=UTC))
    total = month.random.randint(1, 60_000)
    late = {"purchased_at": "2024-03-11T12:00:00+02:00", "lines": month.lines(total, "1000.000")}
    bought = sale(total, card=old.cards[1], **late)
    bring(month.source, [bought])
    month.sales.append((bought, Bought(new.id, total, total, {"card": total})))
    for person in people:
        for objection in month.random.sample(list(Objection), month.random.randint(0, 2)):
            make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    month.give_back(2)
    assert sum(lines for _, lines in stored(people)) >= len(month.sales)
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("receipt_line", "receipt_group"):
            connection.execute(f"DELETE FROM {table} WHERE purchaser_id = ANY (%s)", [people])
        connection.execute("UPDATE receipt SET level = 'TOTAL' WHERE purchaser_id = ANY (%s)", [people])
    month.is_fine = False
    month.give_back(4)
    close_month()
    expected = earned(kept for _, kept in month.sales)
    assert {home.id: owed(home) for home in month.homes} == {
        home.id: sum(expected.get(home.id, (0, 0))) for home in month.homes
    }


def stored(people: list[int]) -> list[tuple[str, int]]:
    """Return of each receipt of these people its level, and how many lines it has."""
    with administrator() as connection:
        return connection.execute(
            "SELECT r.level::text, (SELECT count(*) FROM receipt_line l WHERE l.purchaser_id = r.purchaser_id"
            " AND l.purchased_at = r.purchased_at AND l.receipt_id = r.id)::int"
            " FROM receipt r WHERE r.purchaser_id = ANY (%s)",
            [people],
        ).fetchall()


@given(cents=st.integers(0, 10**12), points=st.integers(0, 10_000))
def test_share_is_rounded_half_up_in_both_tongues(cents: int, points: int) -> None:
    from bonus_oracle import share as by_decimal
    from tarkka.bonus.arithmetic import share

    assert share(cents, points) == by_decimal(cents, points)


def test_what_is_explained_is_what_is_posted(program: str) -> None:
    """The same sums by the household's own way of asking, in Python's arithmetic, as by the closing's, in SQL's."""
    from tarkka.bonus.explanation import explain, in_words

    month = drawn(20)
    month.buy(30)
    month.give_back(10)
    close_month()
    for home in month.homes:
        explained = explain(home.id, MARCH, acting="test")
        reckoned = explained.reckoned
        assert reckoned.bonus_cents + (reckoned.benefit_cents or 0) == owed(home, MARCH) == explained.balance_cents
        assert sum(entry.amount_cents for entry in explained.posted) == owed(home)
        assert "= earns Bonus" in "\n".join(in_words(explained))
        assert len(explained.posted) == len(ledger(home))
