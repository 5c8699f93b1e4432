"""Finding people by what they tell of themselves, before there is a case (R23). Everyone who was found sees it."""

import re
from dataclasses import dataclass

from django.db import connection

from tarkka import access
from tarkka.people.identity import identity_hash
from tarkka.vocabulary import Level, Purpose, Role

MOST = 10
"""How many found people are shown; of more it is told that there are more, and nobody is shown."""

_IDENTITY_CODE = re.compile(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", re.ASCII | re.IGNORECASE)
_CARD_DIGITS = 10
"""A number of so many digits is a card's; a shorter one is a customer's."""
_LONGEST = 100


class NoTerms(ValueError):
    """What cannot be searched for. `code` tells why: `empty`, `too_short`, `too_long` or `identity_code`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"this cannot be searched for: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who was found: the least that tells people apart. `card_ends` are the last digits of open cards."""

    person_id: int
    given_name: str
    family_name: str
    card_ends: tuple[str, ...]


def terms_for(text: str) -> str:
    """Return what a lookup searches for, as it is recorded: `name: …`, `card: …`, `person: …` or `identity: …`.

    A personal identity code becomes its keyed hash, so that the trail does not hold it. Raises NoTerms.
    """
    asked = " ".join(text.split())
    if not asked:
        raise NoTerms("empty")
    if len(asked) > _LONGEST:
        raise NoTerms("too_long")
    if _IDENTITY_CODE.fullmatch(asked):
        try:
            return f"identity: {identity_hash(asked).hex()}"
        except ValueError:
            raise NoTerms("identity_code") from None
    digits = re.sub(r"[\s-]", "", asked)
    if digits.isascii() and digits.isdigit():
        return f"card: {digits}" if len(digits) >= _CARD_DIGITS else f"person: {digits}"
    name = asked.replace(",", " ")
    if len(name.split()[0] if name.split() else "") < 2:  # a letter finds half the register
        raise NoTerms("too_short")
    return f"name: {' '.join(name.split())}"


def look_up(terms: str, *, role: Role, user_id: str, purpose: Purpose) -> list[Found]:
    """Return whom the terms find, each of whom is told; of more than MOST one more empty ones, of whom nobody is.

    Raises access.Refused.
    """
    asked = access.opened(
        role=role, actor=user_id, purpose=purpose, subject=access.LOOKUP, terms=terms, at_most=Level.TOTAL
    )
    with asked, connection.cursor() as cursor:
        cursor.execute("SELECT person_id, given_name, family_name, card_ends FROM people.look_up()")
        return [Found(id_ or 0, given or "", family or "", tuple(ends or ())) for id_, given, family, ends in cursor]
