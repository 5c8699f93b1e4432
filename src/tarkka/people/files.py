"""People as files bring them: NDJSON, a household a line. The format is told in docs/people.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from pathlib import Path

import msgspec

from tarkka.people.actions import NewCard, NewHousehold, NewPerson
from tarkka.vocabulary import Language


class _Card(msgspec.Struct, forbid_unknown_fields=True):
    number: str
    opened_on: date


class _Person(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    identity_code: str
    given_name: str
    family_name: str
    language: Language
    is_main_member: bool
    cards: list[_Card] = []
    email: str | None = None


class _Household(msgspec.Struct, forbid_unknown_fields=True):
    household: str
    since: date
    persons: list[_Person]


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that is no household: its number from 1, and what is wrong and where, without its content."""

    number: int
    wrong: str


def read_households(file: Path, zone: tzinfo) -> Iterator[NewHousehold | WrongLine]:
    """Yield the file's households, a line each, or what is wrong with the line. Days begin at midnight in `zone`, the register's."""
    decoder = msgspec.json.Decoder(_Household)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone)

    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.isspace():
                continue
            try:
                found = decoder.decode(line)
                yield NewHousehold(midnight(found.since), tuple(_person(each, midnight) for each in found.persons))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                yield WrongLine(number, f"not a household as docs/people.md tells it ({_place(error)})")
            except ValueError as error:
                yield WrongLine(number, str(error))


def _person(found: _Person, midnight: Callable[[date], datetime]) -> NewPerson:
    cards = tuple(NewCard(card.number, midnight(card.opened_on)) for card in found.cards)
    return NewPerson(
        found.key, found.identity_code, found.given_name, found.family_name, found.language, found.is_main_member, cards, found.email
    )


def _place(error: Exception) -> str:
    _, _, path = str(error).rpartition("$")
    return path.strip("`.") or "its form"
