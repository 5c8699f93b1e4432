"""Invented people of the sample: one to three persons for every household, with cards and test identity codes.

Nobody real can be meant: the individual numbers 900–999 of a Finnish personal identity code are kept for tests, the
e-mail addresses stand under example.com, and the card numbers are of no scheme. Everything follows from the household's
number, so the same people come out at every call, and copies of a household get people of their own.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from tarkka.sample.outlets import slug
from tarkka.sample.source import pick

SINCE = date(2014, 5, 1)
"""Every household and first card is valid from the first day of the reference description."""

_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SEPARATORS = {19: "-YXWVU", 20: "ABCDEF"}
"""By century of birth; all that the Digital and Population Data Services Agency gives since 2023."""

_BIRTHS = {
    "19-24": (date(1991, 1, 1), date(1995, 12, 31)),
    "25-34": (date(1981, 1, 1), date(1990, 12, 31)),
    "35-44": (date(1971, 1, 1), date(1980, 12, 31)),
    "45-54": (date(1961, 1, 1), date(1970, 12, 31)),
    "55-64": (date(1951, 1, 1), date(1960, 12, 31)),
    "65+": (date(1936, 1, 1), date(1950, 12, 31)),
    "youth": (date(1996, 1, 1), date(2001, 12, 31)),
}
"""First and last day of birth by the data set's age bands, as of 2016; `youth` is a household's third person."""

_HOUSEHOLDS_OF_ROUND = 10_000
"""More than the data set has: keeps the numbers of different rounds apart."""

_LANGUAGES = ("fi",) * 91 + ("sv",) * 6 + ("en",) * 3


@dataclass(frozen=True, slots=True)
class Card:
    """A loyalty card: 16 digits, the last of them a check digit."""

    number: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; `key` is the household's key and a number, 1 for the main member."""

    key: str
    given_name: str
    family_name: str
    identity_code: str
    language: str
    is_main_member: bool
    cards: tuple[Card, ...]
    email: str | None


@dataclass(frozen=True, slots=True)
class Household:
    """Persons, the main member first; `household_id` is the data set's, `round` counts its copies from 0."""

    key: str
    household_id: int
    round: int
    persons: tuple[Person, ...]


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    text = (Path(__file__).parent / "names.toml").read_text(encoding="utf-8")
    names: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return names


def identity_code(born: date, separator: str, individual: int) -> str:
    """Return a Finnish personal identity code with its check character: DDMMYY, separator, individual number."""
    digits = f"{born:%d%m%y}{individual:03d}"
    return f"{digits[:6]}{separator}{digits[6:]}{_CHECK_CHARACTERS[int(digits) % 31]}"


def _nth_identity_code(band: str, is_woman: bool, nth: int) -> str:
    """Return the nth test code of an age band and sex: three hundred for each day of birth, all different."""
    first, last = _BIRTHS[band]
    days = (last - first).days + 1
    turn, day = divmod(nth, days)
    if turn >= 300:
        raise ValueError(f"there are no more test identity codes for {band}")
    born = first + timedelta(days=(day * 997 + (1_000 if is_woman else 300)) % days)
    separators = _SEPARATORS[born.year // 100]
    individual = 900 + 2 * ((turn + day * 7) % 50) + (0 if is_woman else 1)
    return identity_code(born, separators[(turn // 50 + day) % len(separators)], individual)


def luhn_digit(digits: str) -> str:
    """Return the check digit of ISO/IEC 7812-1 annex B for the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _card_number(person_number: int, nth: int) -> str:
    body = f"9{(person_number * 2 + nth) * 31_415_926_537 % 10**14:014d}"
    return body + luhn_digit(body)


def household_facts(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str | None, str | None]]:
    """Return the data set's households in order of id: (household_id, size or None, age band or None)."""
    return connection.execute(
        "SELECT household_id, household_size, age FROM (SELECT DISTINCT household_id FROM source_transactions)"
        " LEFT JOIN source_demographics USING (household_id) ORDER BY household_id"
    ).fetchall()


def _size(facts_size: str | None, number: int) -> int:
    if facts_size is None:
        return 1 + (pick(number, 11, 100) >= 45) + (pick(number, 11, 100) >= 80)
    return min(int(facts_size.rstrip("+")), 3)


def households(facts: list[tuple[int, str | None, str | None]], rounds: int = 1) -> Iterator[Household]:
    """Yield every household of `facts` `rounds` times, each time with other people.

    The data set's household size holds where it is known, up to three persons; so does the age band.
    """
    taken = {(band, is_woman): count() for band in _BIRTHS for is_woman in (False, True)}
    for turn in range(rounds):
        for index, (household_id, size, age) in enumerate(facts):
            key = f"h{household_id}" if turn == 0 else f"h{household_id}r{turn}"
            number = turn * _HOUSEHOLDS_OF_ROUND + index
            yield Household(key, household_id, turn, tuple(_persons(key, number, _size(size, number), age, taken)))


def _persons(
    key: str, number: int, size: int, age: str | None, taken: "dict[tuple[str, bool], count[int]]"
) -> Iterator[Person]:
    spoken = _LANGUAGES[pick(number, 12, 100)]
    families = _names()["family"][spoken]
    family_name = families[pick(number, 13, len(families))]
    main_is_woman = pick(number, 14, 100) < 55
    bands = [band for band in _BIRTHS if band != "youth"]
    for place in range(size):
        person_number = number * 3 + place
        is_woman = (main_is_woman, not main_is_woman, pick(number, 15, 2) == 0)[place]
        band = "youth" if place == 2 else age or bands[pick(number, 16, len(bands))]
        given_names = _names()["given"][f"{spoken}_{'women' if is_woman else 'men'}"]
        given_name = given_names[pick(person_number, 17, len(given_names))]
        email = f"{slug(given_name)}.{slug(family_name)}.{key}@example.com"
        yield Person(
            key=f"{key}-{place + 1}",
            given_name=given_name,
            family_name=family_name,
            identity_code=_nth_identity_code(band, is_woman, next(taken[band, is_woman])),
            language=spoken,
            is_main_member=place == 0,
            cards=_cards(person_number),
            email=email if pick(person_number, 18, 10) < 6 else None,
        )


def _cards(person_number: int) -> tuple[Card, ...]:
    first = Card(_card_number(person_number, 0), SINCE)
    if pick(person_number, 19, 100) >= 12:
        return (first,)
    return first, Card(_card_number(person_number, 1), date(2014, 9, 1) + timedelta(days=pick(person_number, 20, 400)))


def people_row(household: Household) -> dict[str, object]:
    """Return a household as people.ndjson holds it, one object a line."""
    return {
        "household": household.key,
        "since": SINCE.isoformat(),
        "persons": [
            {
                "key": person.key,
                "given_name": person.given_name,
                "family_name": person.family_name,
                "identity_code": person.identity_code,
                "language": person.language,
                "is_main_member": person.is_main_member,
                "cards": [{"number": card.number, "opened_on": card.opened_on.isoformat()} for card in person.cards],
            }
            | ({"email": person.email} if person.email else {})
            for person in household.persons
        ],
    }


def write_people(path: Path, people: Iterable[Household]) -> int:
    """Write households as people.ndjson, one a line; return how many persons they have."""
    persons = 0
    with path.open("w", encoding="utf-8") as file:
        for household in people:
            file.write(json.dumps(people_row(household), ensure_ascii=False, separators=(",", ":")) + "\n")
            persons += len(household.persons)
    return persons
