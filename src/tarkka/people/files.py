"""People as files bring them: NDJSON, a household a line. The format is told in docs/people.md."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tarkka.people.registering import NewCard, NewHousehold, NewPerson
from tarkka.vocabulary import Language, midnight

# No control characters, and none that turn the direction of writing, by which a name can be shown otherwise than it is.
_SEEN = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+\Z"
_Text = Annotated[str, Meta(max_length=200, pattern=_SEEN)]
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)


class _Card(msgspec.Struct, forbid_unknown_fields=True):
    number: _Text
    opened_on: date


class _Person(msgspec.Struct, forbid_unknown_fields=True):
    key: _Text
    identity_code: _Text
    given_name: _Text
    family_name: _Text
    language: Language
    is_main_member: bool
    cards: list[_Card] = []
    email: _Text | None = None


class _Household(msgspec.Struct, forbid_unknown_fields=True):
    household: _Text
    since: date
    persons: list[_Person]


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that is no household: its number from 1, and what is wrong and where, without its content."""

    number: int
    wrong: str


def read_households(file: Path, zone: tzinfo) -> Iterator[NewHousehold | WrongLine]:
    """Yield the file's households, a line each, or what is wrong with the line.

    Days begin at midnight in `zone`, the register's. Empty lines are passed over.
    """
    decoder = msgspec.json.Decoder(_Household)

    def start_of(day: date) -> datetime:
        if not _FIRST_DAY <= day <= _LAST_DAY:
            raise ValueError(f"a day before {_FIRST_DAY} or after {_LAST_DAY}")
        return midnight(day, zone)

    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.isspace():
                continue
            try:
                found = decoder.decode(line)
                persons = tuple(_person(each, start_of) for each in found.persons)
                yield NewHousehold(start_of(found.since), persons, number)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                yield WrongLine(number, f"not a household as docs/people.md tells it: {_where(error)}")
            except ValueError as error:
                yield WrongLine(number, str(error))


def _person(found: _Person, start_of: Callable[[date], datetime]) -> NewPerson:
    return NewPerson(
        key=found.key,
        identity_code=found.identity_code,
        given_name=found.given_name,
        family_name=found.family_name,
        language=found.language,
        is_main_member=found.is_main_member,
        cards=tuple(NewCard(card.number, start_of(card.opened_on)) for card in found.cards),
        email=found.email,
    )


def _where(error: Exception) -> str:
    """Tell what is wrong without the line's content: msgspec quotes values, and names of fields that are not ours."""
    told = str(error)
    missing = re.search(r"missing required field `(\w+)`", told)
    place = re.search(r"at `\$\.?([^`]*)`$", told)
    what = f"{missing[1]} is missing" if missing else "unknown field" if "unknown field" in told else ""
    return " in ".join(filter(None, [what, place[1] if place else ""])) or "no JSON of this form"
