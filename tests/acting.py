"""Who acts on people in tests: operators with a mandate, and codes of people whom no other builder makes."""

import secrets
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from building import administrator
from tarkka.people.actions import Actor, operator
from tarkka.vocabulary import Role

CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_born = count()


def code(day: date, individual: int, separator: str) -> str:
    """Return the personal identity code of these parts, its check character right."""
    digits = f"{day:%d%m%y}{individual:03d}"
    return f"{digits[:6]}{separator}{digits[6:]}{CHECK_CHARACTERS[int(digits) % 31]}"


def new_code() -> str:
    """Return an identity code that no test has used: born in this century, unlike those of `building`."""
    days, individual = divmod(next(_born), 900)
    return code(date(2000, 1, 1) + timedelta(days=days), individual + 2, "A")


def new_number() -> str:
    """Return a card number that no test has used."""
    return f"8{secrets.randbelow(10**15):015d}"


def an_operator(**mandate: Any) -> Actor:
    """Return a register administrator with a mandate, as given or for a day with the agreement signed."""
    from tarkka.access.actions import give_mandate

    user = f"operator-{secrets.token_hex(4)}"
    usual = {"days": 1, "reason": "a test", "agreement_signed_on": date(2020, 1, 1), "acting": "test"}
    give_mandate(user, Role.REGISTER_ADMINISTRATOR, **usual | mandate)
    return operator(user)


def let_mandate_expire(acting: Actor) -> None:
    """Move the mandates of an operator into the past."""
    until = datetime.now(UTC)
    with administrator() as connection:
        connection.execute(
            "UPDATE mandate SET valid = tstzrange(%s, %s) WHERE actor = %s",
            [until - timedelta(days=2), until, acting.id],
        )
