"""VAT summed by rate: of each rate's sum, to the cent, and nothing guessed where no rate is told."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarkka.purchases.vat import RateSum, Vat, vat_of

lines = st.lists(
    st.tuples(st.sampled_from((None, Decimal(0), Decimal("13.5"), Decimal(24))), st.integers(-100_000, 100_000))
)


@pytest.mark.parametrize(
    ("rate", "gross", "vat"),
    [
        ("14", 1000, 123),  # 122.807
        ("24", 155, 30),  # exactly 30
        ("25.5", 251, 51),  # exactly 51
        ("100", 1, 1),  # half a cent, up
        ("100", -1, -1),
        ("100", 3, 2),
        ("10", 5, 0),  # 0.4545
        ("0", 999, 0),
        ("13.5", 99_999_999_999_999, 11_894_273_127_753),  # …752.74
    ],
)
def test_vat_is_rounded_to_the_cent(rate, gross, vat):
    assert vat_of([(Decimal(rate), gross)]) == Vat((RateSum(Decimal(rate), gross, vat),), 0)


def test_vat_is_of_the_sum_and_not_of_each_line():
    """Three lines of 0.04 have 0.0049 of VAT each, 0.0147 together."""
    vat = vat_of([(Decimal(14), 4)] * 3)
    assert vat is not None
    (found,) = vat.sums
    assert (found.gross_cents, found.vat_cents, found.net_cents) == (12, 1, 11)


def test_rates_stand_in_order_and_lines_without_one_are_counted():
    vat = vat_of([(Decimal(24), 100), (None, 5), (Decimal("14.00"), 100), (Decimal(14), 100), (None, 0)])
    assert vat is not None
    assert [(found.rate, found.gross_cents) for found in vat.sums] == [(14, 200), (24, 100)]
    assert vat.untold == 2


@pytest.mark.parametrize("lines", [[], [(None, 100)]], ids=["no lines", "no rates"])
def test_nothing_is_told_where_no_rate_is_known(lines):
    assert vat_of(lines) is None


@given(lines)
def test_sums_are_those_of_the_lines_and_a_return_has_what_its_sale_had(lines):
    vat, back = vat_of(lines), vat_of([(rate, -amount) for rate, amount in lines])
    if vat is None or back is None:
        assert vat is back is None
        return
    assert sum(found.gross_cents for found in vat.sums) == sum(amount for rate, amount in lines if rate is not None)
    assert [(found.rate, -found.gross_cents, -found.vat_cents) for found in back.sums] == [
        (found.rate, found.gross_cents, found.vat_cents) for found in vat.sums
    ]
