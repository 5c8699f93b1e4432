"""Closing a month posts what its receipts earn, once, whatever happens and however it is drawn."""

from building import a_household, a_source
from earning import bring, close_month, ledger, sale


def test_month_is_closed_once(empty_ledger: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(25000, card=home.cards[0])])
    first, again = close_month(), close_month()
    assert ledger(home) == [("bonus", "bonus_cost", "household", 375)]
    assert (first.number, again.number, again.entries) == (1, 0, 0)
