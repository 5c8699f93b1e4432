"""How often a password or a code may be tried, without letting a stranger lock the account's holder out.

A browser in which somebody signed in before carries a mark for that account (OWASP's device cookies) and is counted by
itself. All other browsers are counted together by account, and by account and network: whoever uses their tries up
there takes none from the holder's own browser. docs/decisions/0021-staff-sign-in.md weighs this against other ways.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from django.core import signing

from tarkka.sign_in.once import count_request

SECONDS = 15 * 60
"""The time in which tries are counted, from the first on."""
KNOWN_TRIES = 10
"""Tries in it by one known browser."""
NETWORK_TRIES = 5
"""Tries in it by all strange browsers of one network at one account."""
STRANGE_TRIES = 20
"""Tries in it by all strange browsers together at one account."""
MOST_GUESSES = 100
"""Wrong passwords by strange browsers, since one was last right, after which only known browsers are believed."""
MARK_SECONDS = 180 * 24 * 60 * 60
_SALT = "tarkka.staff.known_browser"


class TooOften(Exception):
    """No more tries for now; the attribute tells for how many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries: wait {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who tries: the network they come from, and the mark of their browser for the account that they name."""

    network: str
    mark: str = ""


def new_mark(user_id: str) -> str:
    """Return a mark for a browser in which the account's holder has signed in."""
    return signing.dumps([user_id, secrets.token_hex(16)], salt=_SALT)


def mark_name(user_id: str) -> str:
    """Return by what name a browser keeps the mark of an account: a browser may be several people's."""
    return sha256(user_id.encode()).hexdigest()[:12]


def count_try(visitor: Visitor, user_id: str, what: str) -> bool:
    """Count one try more at `what` of an account, and tell whether the browser is a known one. Raises TooOften.

    An account that does not exist is counted as one that does.
    """
    browser = _browser(visitor, user_id)
    if browser is not None:
        asked = count_request(f"staff {what}", f"browser {browser}", seconds=SECONDS)
        if asked.times <= KNOWN_TRIES:
            return True
        # Out of tries of its own, it is a browser like any other.
    for who, tries in ((f"network {visitor.network} {user_id}", NETWORK_TRIES), (f"strange {user_id}", STRANGE_TRIES)):
        asked = count_request(f"staff {what}", who, seconds=SECONDS)
        if asked.times > tries:
            raise TooOften(asked.seconds_left)
    return False


def _browser(visitor: Visitor, user_id: str) -> str | None:
    try:
        whose, browser = signing.loads(visitor.mark, salt=_SALT, max_age=MARK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(browser) if whose == user_id else None
