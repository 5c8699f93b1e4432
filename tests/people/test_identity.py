"""The personal identity code: what is one and what is not, how it is found, and how it is kept."""

from datetime import date, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import assume, given
from hypothesis import strategies as st

from acting import CHECK_CHARACTERS, code
from tarkka.people.identity import checked, identity_hash, open_identity, seal_identity

CENTURIES = {1800: "+", 1900: "-UVWXY", 2000: "ABCDEF"}
"""The separators of decree 690/2022."""


@st.composite
def codes(draw):
    century = draw(st.sampled_from(sorted(CENTURIES)))
    day = draw(st.dates(date(century, 1, 1), date(century + 99, 12, 31)))
    return code(day, draw(st.integers(2, 999)), draw(st.sampled_from(CENTURIES[century])))


@pytest.mark.parametrize(
    "text",
    ["131052-308T", "131052U308T", "010594Y9032", "020594X903P", "010516B903X"],
)
def test_known_code_is_right(text):
    assert checked(text) == text


@given(codes())
def test_every_well_formed_code_is_right(text):
    assert checked(text) == text


@given(codes())
def test_case_and_space_around_do_not_matter(text):
    assert checked(f" {text.lower()}\n") == text


@given(codes(), st.sampled_from(CHECK_CHARACTERS))
def test_no_other_check_character_is_right(text, other):
    assume(other != text[-1])
    with pytest.raises(ValueError, match="check character"):
        checked(text[:-1] + other)


@given(codes(), st.integers(0, 9), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(text, place, digit):
    at = place if place < 6 else place + 1
    assume(at < 10 and text[at] != digit)
    with pytest.raises(ValueError, match="personal identity code"):
        checked(text[:at] + digit + text[at + 1 :])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is six digits"),
        ("131052-308", "is six digits"),
        ("131052-308TT", "is six digits"),
        ("131052308T", "is six digits"),
        ("131052G308T", "is six digits"),
        ("131052−308T", "is six digits"),
        ("١٣١٠٥٢-308T", "is six digits"),
        ("1310²2-308T", "is six digits"),
        ("131052-30 T", "is six digits"),
        ("310252-308T", "does not begin with a date"),
        ("290201A900F", "does not begin with a date"),
        ("290200+9001", "does not begin with a date"),
        ("131352-308T", "does not begin with a date"),
        ("131052-001E", "individual number"),
        ("131052-0000", "individual number"),
        ("131052-308G", "check character"),
    ],
)
def test_what_is_no_code_is_told_without_it(text, wrong):
    with pytest.raises(ValueError, match=wrong) as error:
        checked(text)
    assert not text or text not in str(error.value)


@given(st.text())
def test_any_other_text_is_refused_in_words(text):
    assume(len(text.strip()) != 11)
    with pytest.raises(ValueError, match="is six digits"):
        checked(text)


def test_code_is_found_by_a_keyed_hash(database, monkeypatch):
    found = identity_hash("131052-308T")
    assert found == identity_hash(" 131052-308t ")
    assert len(found) == 32
    monkeypatch.setattr("tarkka.people.identity.key", lambda use: b"another key".ljust(32))
    assert identity_hash("131052-308T") != found


def test_separators_of_one_century_make_different_people(database):
    hashes = {identity_hash(f"131052{separator}308T") for separator in CENTURIES[1900]}
    assert len(hashes) == 6


@given(text=codes())
def test_sealed_code_opens_again_and_never_looks_the_same(database, text):
    sealed = seal_identity(text)
    assert open_identity(sealed) == text
    assert text.encode() not in sealed
    assert seal_identity(text) != sealed


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_altered_bit_is_noticed(database, place, bit):
    sealed = bytearray(seal_identity("131052-308T"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(InvalidTag):
        open_identity(bytes(sealed))


@pytest.mark.parametrize("length", [12, 20, 27])
def test_cut_code_is_noticed(database, length):
    with pytest.raises(InvalidTag):
        open_identity(seal_identity("131052-308T")[:length])


def test_another_key_opens_nothing(database, monkeypatch):
    sealed = seal_identity("131052-308T")
    monkeypatch.setattr("tarkka.database.sealing.key", lambda use: b"another key".ljust(32))
    with pytest.raises(InvalidTag):
        open_identity(sealed)


def test_keys_of_hash_and_seal_are_two(database):
    from tarkka.database.keys import key

    assert key("identity") != key("sealing")


def test_century_belongs_to_the_code():
    leap = date(2000, 2, 29)
    assert checked(code(leap, 900, "A"))
    with pytest.raises(ValueError, match="date"):
        checked(code(leap, 900, "-"))  # 1900 had no such day
    assert checked(code(leap - timedelta(days=1), 900, "-"))
