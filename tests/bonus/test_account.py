"""The account that Bonus is paid to: what is one, how it is kept and how it is shown."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from tarkka.bonus.account import WrongAccount, checked_iban, masked_iban, open_iban, seal_iban
from tarkka.database.sealing import open_sealed
from tarkka.people.identity import seal_identity

RIGHT = "FI2112345600000785"  # the example of Finland's banks


@pytest.mark.parametrize("text", ["FI21 1234 5600 0007 85", "fi2112345600000785", "  FI21-1234-5600-000785\n"])
def test_spaces_hyphens_and_case_do_not_matter(text):
    assert checked_iban(text) == RIGHT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("FI2112345600000786", "wrong"),  # its check digits
        ("FI211234560000078", "wrong"),  # its length
        ("12345600000785", "wrong"),
        ("XX2112345600000785", "wrong"),
        ("maija@example.org", "wrong"),
        ("FI21 1234 5600 0007 85" * 100, "wrong"),
        ("TR330006100519786457841326", "not_sepa"),
    ],
)
def test_what_is_no_account_is_told_by_a_code_and_not_quoted(text, code):
    with pytest.raises(WrongAccount) as wrong:
        checked_iban(text)
    assert wrong.value.code == str(wrong.value) == code


@given(st.integers(4, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(place, digit):
    text = RIGHT[:place] + digit + RIGHT[place + 1 :]
    if text == RIGHT:
        assert checked_iban(text) == RIGHT
    else:
        with pytest.raises(WrongAccount):
            checked_iban(text)


def test_it_is_kept_encrypted_and_each_time_otherwise(database):
    sealed, again = seal_iban(RIGHT), seal_iban(RIGHT)
    assert sealed != again
    assert RIGHT.encode() not in sealed
    assert open_iban(sealed) == open_iban(again) == RIGHT


def test_what_is_sealed_as_an_identity_code_is_never_opened_as_an_account(database):
    with pytest.raises(InvalidTag):
        open_iban(seal_identity("131052-308T"))
    with pytest.raises(InvalidTag):
        open_sealed(seal_iban(RIGHT)[:-1] + b"x", "iban")


def test_a_mask_shows_the_country_and_the_last_four():
    assert masked_iban(RIGHT).split("\N{NO-BREAK SPACE}") == ["FI••", "••••", "0785"]
