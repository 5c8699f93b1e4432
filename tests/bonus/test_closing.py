"""Closing a month posts what its receipts earn, once; each rule of docs/bonus.md."""

from building import a_household, a_source
from earning import bring, close_month, ledger, sale


def test_month_is_closed_once(program: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(25000, card=home.cards[0])])
    first, again = close_month(), close_month()
    assert ledger(home) == [("bonus", "bonus_cost", "household", 375)]
    assert (first.number, again.number, again.entries) == (1, 0, 0)
