"""Each rule of docs/bonus.md, by its example."""

from datetime import UTC, date, datetime

import pytest

from building import a_household, a_source, administrator, outlet_of
from earning import MARCH, back, bring, close_month, ledger, move, owed, sale

APRIL = date(2024, 4, 1)


@pytest.mark.parametrize(
    ("cents", "bonus"),
    [
        (1, 0),
        (49, 0),
        (50, 1),
        (19_999, 200),
        (20_000, 300),
        (34_999, 525),
        (35_000, 700),
        (90_000, 4_500),
        (250_000, 12_500),
    ],
)
def test_rate_of_the_step_that_the_sum_reaches_is_paid_on_all_of_it(empty_ledger: str, cents: int, bonus: int) -> None:
    home, source = a_household(2), a_source()
    parts = [cents // 3, cents - cents // 3]
    bring(source, [sale(part, card=card) for part, card in zip(parts, home.cards, strict=True) if part])
    close_month()
    assert owed(home) == bonus


def test_sum_is_rounded_once_and_not_receipt_by_receipt(empty_ledger: str) -> None:
    home, source = a_household(1), a_source()
    bring(source, [sale(49, card=home.cards[0]) for _ in range(10)])
    close_month()
    assert owed(home) == 5


def test_what_is_not_marked_as_earning_earns_nothing(empty_ledger: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(10_000, eligible=6_000, card=home.cards[0])])
    close_month()
    assert owed(home) == 60


def test_payments_that_do_not_count_reduce_what_earns_and_never_below_zero(empty_ledger: str) -> None:
    home, other = a_household(1), a_household(1)
    mixed = sale(10_000, eligible=9_000, paid={"gift_card": 2_000, "card": 8_000}, card=home.cards[0])
    all_of_it = sale(10_000, eligible=6_000, paid={"gift_card": 8_000, "card": 2_000}, card=other.cards[0])
    bring(
        a_source(),
        [mixed, all_of_it, sale(5_000, card=other.cards[0]), sale(700, paid={"gift_card": 700}, card=home.cards[0])],
    )
    close_month()
    assert (owed(home), owed(other)) == (70, 50)


def test_what_is_bought_at_a_chain_or_an_outlet_that_is_left_out_earns_nothing(empty_ledger: str) -> None:
    from tarkka.bonus.explanation import explain
    from tarkka.purchases.actions import register_outlets

    register_outlets([("left-out", "Left out by itself", "prisma")])
    home, source = a_household(1), a_source()
    outlets = (outlet_of("restaurants"), "left-out", outlet_of("prisma"))
    bought = [sale(10_000, card=home.cards[0], outlet=outlet) for outlet in outlets]
    by_card = sale(4_000, paid={"group_card": 4_000}, card=home.cards[0], outlet="left-out")
    with administrator() as connection:  # as if the program of this month had said so
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE bonus_program SET chains_left_out = '{restaurants}', outlets_left_out = '{left-out}'"
        )
        try:
            bring(source, [*bought, by_card])
            bring(source, [back(bought[0], 5_000), back(bought[1], 5_000)])
            close_month()
            reckoned = explain(home.id, MARCH, acting="test").reckoned.counted
        finally:
            connection.execute("UPDATE bonus_program SET chains_left_out = '{}', outlets_left_out = '{}'")
    assert ledger(home) == [("bonus", "bonus_cost", "household", 100)]
    assert (reckoned.eligible_cents, reckoned.left_out_cents, reckoned.earning_cents) == (24_000, 14_000, 10_000)


def test_payment_benefit_is_of_what_was_paid_by_the_groups_card(empty_ledger: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(10_000, eligible=0, paid={"group_card": 4_100, "cash": 5_900}, card=home.cards[0])])
    close_month()
    assert ledger(home) == [("payment_benefit", "payment_benefit_cost", "household", 21)]


def test_card_benefit_is_given_at_the_till_and_never_paid(empty_ledger: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(10_000, card_benefit="25.00", card=home.cards[0])])
    close_month()
    assert owed(home) == 100


def test_return_counts_in_the_month_of_its_sale(empty_ledger: str) -> None:
    home, source = a_household(1), a_source()
    bought = sale(30_000, card=home.cards[0])
    bring(source, [bought, back(bought, 15_000, purchased_at="2024-04-20T12:00:00+03:00")])
    close_month(MARCH)
    close_month(APRIL)
    assert (owed(home, MARCH), owed(home, APRIL)) == (150, 0)


def test_sale_that_was_returned_earns_nothing_however_it_was_paid_back(empty_ledger: str) -> None:
    home, source = a_household(1), a_source()
    bought = sale(30_000, paid={"group_card": 30_000}, card=home.cards[0])
    gift = sale(20_000, paid={"gift_card": 20_000}, card=home.cards[0])
    bring(source, [bought, gift, sale(5_000, card=home.cards[0])])
    bring(source, [back(bought, 30_000, paid={"cash": 30_000}), back(gift, 20_000, paid={"card": 20_000})])
    close_month()
    assert owed(home) == 50


def test_part_that_is_left_of_a_sale_earns(empty_ledger: str) -> None:
    home, source = a_household(1), a_source()
    bought = sale(10_000, eligible=8_000, paid={"gift_card": 5_000, "group_card": 5_000}, card=home.cards[0])
    bring(source, [bought])
    bring(source, [back(bought, 4_000, eligible=2_000, paid={"gift_card": 1_000, "group_card": 3_000})])
    close_month()
    assert ledger(home) == [
        ("bonus", "bonus_cost", "household", 20),  # 6,000 left of what earns, 4,000 of it paid by gift card
        ("payment_benefit", "payment_benefit_cost", "household", 10),  # 2,000 by the group's card
    ]


def test_purchase_without_a_card_earns_nobody_anything(empty_ledger: str) -> None:
    close_month()
    bring(a_source(), [sale(90_000, card=None)])
    assert close_month().number == 0


def test_card_used_by_another_of_the_household_earns_the_household_the_same(empty_ledger: str) -> None:
    home, source = a_household(2), a_source()
    bring(source, [sale(15_000, card=home.cards[0]), sale(15_000, card=home.cards[1])])
    close_month()
    assert owed(home) == 450


def test_month_is_of_the_registers_time_zone(empty_ledger: str) -> None:
    home = a_household(1)
    in_march = sale(10_000, card=home.cards[0], purchased_at="2024-02-29T22:30:00+00:00")
    in_april = sale(10_000, card=home.cards[0], purchased_at="2024-03-31T21:00:00+00:00")
    bring(a_source(), [in_march, in_april])
    close_month(MARCH)
    close_month(APRIL)
    assert (owed(home, MARCH), owed(home, APRIL)) == (100, 100)


def test_purchases_stay_with_the_household_of_their_time_when_a_person_moves(empty_ledger: str) -> None:
    """A household that splits, or two that become one, is persons who move."""
    old, new, source = a_household(2), a_household(1), a_source()
    move(old.persons[1], old.id, new.id, datetime(2024, 3, 10, tzinfo=UTC))
    before = sale(15_000, card=old.cards[1], purchased_at="2024-03-09T12:00:00+02:00")
    after = sale(15_000, card=old.cards[1], purchased_at="2024-03-11T12:00:00+02:00")
    bring(source, [before, after, sale(5_000, card=old.cards[0])])
    close_month()
    # What is brought back of a purchase made before takes from the household of then.
    bring(source, [back(before, 5_000, purchased_at="2024-03-20T12:00:00+02:00")])
    close_month()
    assert (owed(old), owed(new)) == (150, 150)


def test_households_that_become_one_earn_together_from_then_on(empty_ledger: str) -> None:
    guest, host, source = a_household(1), a_household(1), a_source()
    move(guest.persons[0], guest.id, host.id, datetime(2024, 3, 10, tzinfo=UTC))
    before, after = "2024-03-09T12:00:00+02:00", "2024-03-11T12:00:00+02:00"
    theirs = [sale(15_000, card=home.cards[0], purchased_at=before) for home in (guest, host)]
    bring(source, [*theirs, sale(5_000, card=guest.cards[0], purchased_at=after)])
    close_month()
    assert (owed(guest), owed(host)) == (150, 300)  # together they reach the step of 200 euros


def test_household_that_splits_earns_apart_from_then_on(empty_ledger: str) -> None:
    left, founded, source = a_household(2), a_household(1), a_source()
    leaver = left.persons[1]
    move(leaver, left.id, founded.id, datetime(2024, 3, 10, tzinfo=UTC))
    before, after = "2024-03-09T12:00:00+02:00", "2024-03-11T12:00:00+02:00"
    shared = [sale(10_000, card=card, purchased_at=before) for card in left.cards]
    bring(source, [*shared, *(sale(10_000, card=card, purchased_at=after) for card in left.cards)])
    close_month()
    assert (owed(left), owed(founded)) == (450, 100)


def test_household_of_a_cooperative_is_reckoned_by_its_steps_from_a_month_on(empty_ledger: str) -> None:
    from tarkka.bonus.actions import set_cooperative
    from tarkka.bonus.queries import this_month

    home = a_household(1)
    with pytest.raises(ValueError, match="what was earned stays"):
        set_cooperative(home.id, "pirkanmaa", from_month=MARCH, acting="test")
    with pytest.raises(ValueError, match="Did you mean 'pirkanmaa'"):
        set_cooperative(home.id, "pirkanma", from_month=this_month(), acting="test")
    set_cooperative(home.id, "pirkanmaa", from_month=this_month(), acting="test")
    with administrator() as connection:  # as if it had been said in time
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE household_cooperative SET from_month = '2024-03-01' WHERE household_id = %s", [home.id]
        )
    bring(
        a_source(),
        [sale(25_000, card=home.cards[0]), sale(24_999, card=home.cards[0], purchased_at="2024-02-05T12:00:00+02:00")],
    )
    close_month(date(2024, 2, 1))
    close_month(MARCH)
    assert (owed(home, date(2024, 2, 1)), owed(home, MARCH)) == (375, 500)


def test_what_comes_late_adjusts_a_closed_month(empty_ledger: str) -> None:
    home, source = a_household(1), a_source()
    bought = sale(19_000, paid={"group_card": 19_000}, card=home.cards[0])
    bring(source, [bought])
    close_month()
    bring(source, [sale(1_000, card=home.cards[0])])
    assert close_month().number > 1
    bring(source, [back(bought, 19_000, paid={"group_card": 19_000})])
    close_month()
    assert ledger(home) == [
        ("bonus", "bonus_cost", "household", 190),
        ("payment_benefit", "payment_benefit_cost", "household", 95),
        ("adjustment", "bonus_cost", "household", 110),
        ("adjustment", "household", "bonus_cost", 290),
        ("adjustment", "household", "payment_benefit_cost", 95),
    ]
    assert owed(home) == 10
    assert close_month().number == 0


def test_ledger_cannot_be_changed_and_keeps_its_households(empty_ledger: str) -> None:
    import psycopg

    home = a_household(1)
    bring(a_source(), [sale(10_000, card=home.cards[0])])
    close_month()
    with administrator() as connection:
        for statement in (
            "UPDATE ledger_entry SET amount_cents = 1",
            "DELETE FROM ledger_entry",
            "TRUNCATE bonus_run CASCADE",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="stays as it was"):
                connection.execute(statement)
        connection.execute("DELETE FROM membership WHERE household_id = %s", [home.id])
        with pytest.raises(psycopg.errors.RestrictViolation, match="has entries"):
            connection.execute("DELETE FROM household WHERE id = %s", [home.id])


def test_entry_between_accounts_that_its_kind_has_not_is_refused(empty_ledger: str) -> None:
    import psycopg

    with administrator() as connection, pytest.raises(psycopg.errors.CheckViolation, match="accounts_of_its_kind"):
        connection.execute(
            "INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)"
            " VALUES (1, '2024-03-01', 'bonus', 'bank', 'household', 1, 1, 1)"
        )


def test_months_that_cannot_be_closed(empty_ledger: str) -> None:
    from tarkka.bonus.closing import NotClosable, close
    from tarkka.bonus.queries import NoProgram, this_month

    with pytest.raises(NotClosable, match="has not ended"):
        list(close(this_month(), acting="test"))
    with pytest.raises(NotClosable, match="no first day"):
        list(close(date(2024, 3, 2), acting="test"))
    with pytest.raises(NoProgram, match="2013-03"):
        list(close(date(2013, 3, 1), acting="test"))
    old = date(2016, 3, 1)
    assert [each.number for each in close(old, acting="test")] == [1]
    with pytest.raises(NotClosable, match="it stays as it is"):
        list(close(old, acting="test"))


def test_every_look_at_all_households_is_shown_to_everyone(empty_ledger: str) -> None:
    from looking import latest_events, own_look

    home = a_household(1)
    close_month()
    with own_look(home.persons[0]):
        purposes = [(event.purpose, event.role) for event in latest_events()]
    assert ("bonus", "automatic") in purposes


def test_entry_of_no_payout_is_refused(empty_ledger: str) -> None:
    import psycopg

    with administrator() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation, match="no payout 0"):
        connection.execute(
            "INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, payout_id)"
            " VALUES (1, '2024-03-01', 'payout', 'household', 'bank', 1, 0)"
        )
