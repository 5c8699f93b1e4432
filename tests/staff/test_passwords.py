"""Which passwords are refused, and how they are kept."""

import pytest

from tarkka.staff import passwords
from tarkka.staff.passwords import LONGEST, SHORTEST, Weakness, WeakPassword

ABOUT = ["maija.mehu", "Maija Mehuläinen", "maija.mehu@example.org"]


@pytest.mark.parametrize(
    "password",
    [
        "neljä satunnaista sanaa riittää",
        "correct horse battery staple",
        "aivan tavallisia kirjaimia",
        "🐘 ja viisi vihreää kissaa",
        "x" * 7 + "y" * 8,
        "ö" * 100 + "a",
    ],
)
def test_a_long_one_of_any_characters_is_taken(database, password):
    passwords.check(password, ABOUT)


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.SHORT),
        ("x1!Y" * 3 + "Zw", Weakness.SHORT),
        ("a" * LONGEST + "b", Weakness.LONG),
        ("aaaaaaaaaaaaaaaa", Weakness.REPEATED),
        ("qwertyqwertyqwerty", Weakness.REPEATED),
        ("12345678987654321", Weakness.COMMON),
        ("ManchesterUnited", Weakness.COMMON),
        ("Password!2026-2027", Weakness.COMMON),
        ("ihana maija mehuläinen", Weakness.NAMED),
        ("kaunis MEHULÄINEN täällä", Weakness.NAMED),
        ("hyvää huomenta tarkka", Weakness.NAMED),
        ("s-etukortti on kiva juttu", Weakness.NAMED),
    ],
)
def test_a_weak_one_is_refused_by_its_weakness(database, password, weakness):
    with pytest.raises(WeakPassword) as refused:
        passwords.check(password, ABOUT)
    assert refused.value.weakness is weakness
    assert password not in str(refused.value) or not password


def test_it_is_kept_as_argon2id_with_a_salt_of_its_own(database):
    one, other = (passwords.hashed("correct horse battery staple") for _ in range(2))
    assert one.startswith("argon2$argon2id$")
    assert one != other
    assert passwords.matches("correct horse battery staple", one)
    assert not passwords.matches("Correct horse battery staple", one)
    assert not passwords.matches("correct horse battery staple ", one)
    assert not passwords.matches("of nobody", None)


def test_every_character_counts(database):
    kept = passwords.hashed("a" * (LONGEST - 1) + "b")
    assert not passwords.matches("a" * LONGEST, kept)
    assert SHORTEST == 15
