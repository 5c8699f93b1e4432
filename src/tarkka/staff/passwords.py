"""Passwords of staff: which are too weak, and how they are kept.

NIST SP 800-63B-4 (3.1.1) and OWASP ASVS 5.0 (V6.2): length counts and kinds of characters do not; what is commonly used
or tells of the account is refused; nothing expires.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

SHORTEST, LONGEST = 15, 256
"""Characters of a password."""
_OUR_WORDS = ("tarkka", "s-etukortti", "s-ryhm", "sryhm")


class Weakness(StrEnum):
    """Why a password is refused, in alphabetical order."""

    COMMON = "common"
    LONG = "long"
    NAMED = "named"
    REPEATED = "repeated"
    SHORT = "short"


class WeakPassword(ValueError):
    """The password is easy to guess, and this is why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(f"the password is refused: {weakness}")
        self.weakness = weakness


def check(password: str, about: Iterable[str]) -> None:
    """Refuse a password that is easy to guess; `about` are the account's user id, name and the like.

    Raises WeakPassword with the first thing that is wrong.
    """
    said = password.casefold()
    words = {word for text in about for word in re.split(r"[^\w]+", text.casefold()) if len(word) > 3}
    if len(password) < SHORTEST:
        raise WeakPassword(Weakness.SHORT)
    if len(password) > LONGEST:
        raise WeakPassword(Weakness.LONG)
    if said in (said + said)[1:-1]:
        raise WeakPassword(Weakness.REPEATED)
    # What stands around a common word, such as a year and a sign, is what is tried first.
    if {said, re.sub(r"[\W\d_]+", "", said)} & _common():
        raise WeakPassword(Weakness.COMMON)
    if any(word in said for word in (*words, *_OUR_WORDS)):
        raise WeakPassword(Weakness.NAMED)


def hashed(password: str) -> str:
    """Return what is kept of a password: Argon2id with a salt of its own."""
    return make_password(password)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one that was kept; None, for nobody's, takes as long to be wrong."""
    is_right = check_password(password[:LONGEST], kept or _nobodys())
    return is_right and kept is not None


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


@cache
def _nobodys() -> str:
    return make_password("of nobody")
