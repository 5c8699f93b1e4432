"""Who acts on people in tests: operators with a mandate, and codes of people whom no other builder makes."""

import secrets
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from building import administrator
from tarkka.people.actions import Actor, operator
from tarkka.vocabulary import Language, Place, Role

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


def a_mandate(user_id: str, role: Role, *, days: int = 1, signed: bool = True, confirmed: bool = True) -> int:
    """Let a member of staff act in a role: given by one, confirmed by another, the agreement signed; return its id."""
    from tarkka.access.actions import confirm_mandate, give_mandate, sign_agreement

    mandate = give_mandate(user_id, role, days=days, reason="a test", acting="test-one", using="owner")
    if confirmed:
        confirm_mandate(mandate, acting="test-two", using="owner")
    if signed:
        sign_agreement(1, language=Language.FI, acting=user_id)
    return mandate


def a_case(person_id: int, user_id: str, situation: str = "purchases_question") -> str:
    """Open a case with a customer on the phone, for a member of staff who may; return its number."""
    from tarkka.access.cases import Identification, open_case

    return str(
        open_case(person_id, situation, place=Place.PHONE, identified_by=Identification.QUESTIONS, acting=user_id)
    )


def an_operator(**mandate: Any) -> Actor:
    """Return a register administrator with a mandate, as given or for a day with the agreement signed."""
    user = f"operator-{secrets.token_hex(4)}"
    a_mandate(user, Role.REGISTER_ADMINISTRATOR, **mandate)
    return operator(user)


def let_mandate_expire(acting: Actor) -> None:
    """Move the mandates of an operator into the past, which only a superuser can."""
    until = datetime.now(UTC)
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE mandate SET valid = tstzrange(%s, %s) WHERE actor = %s",
            [until - timedelta(days=2), until, acting.id],
        )
