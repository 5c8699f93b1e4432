"""Files of people: docs/people.md says what is right, and what is wrong is told by its place, never by its content."""

import json
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acting import code
from tarkka.people import files
from tarkka.people.files import WrongLine, read_households
from tarkka.people.registering import NewHousehold

ZONE = ZoneInfo("Europe/Helsinki")
PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
CODES = [code(date(1985, 1, 1), individual, "-") for individual in (900, 901)]
SECRET = "Aamunkoi"


def a_line():
    person = {
        "key": "h1-1",
        "identity_code": CODES[0],
        "given_name": SECRET,
        "family_name": SECRET,
        "language": "fi",
        "is_main_member": True,
        "cards": [{"number": "9990000000000017", "opened_on": "2014-05-01"}],
        "email": f"{SECRET}@example.com",
    }
    other = {"key": "h1-2", "identity_code": CODES[1], "is_main_member": False, "cards": []}
    return {"household": "h1", "since": "2014-05-01", "persons": [person, person | other]}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "people.ndjson"

    def reading(*lines):
        path.write_bytes(b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines))
        return list(read_households(path, ZONE))

    return reading


def test_example_of_the_page_is_right(read):
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [found] = read(example.encode().replace(b"\n", b""))
    assert isinstance(found, NewHousehold)


@pytest.mark.parametrize("struct", [files._Household, files._Person, files._Card])
def test_page_names_every_field(struct):
    for field in msgspec.structs.fields(struct):
        assert f'"{field.name}":' in PAGE
        assert re.search(rf"^\| `{field.name}` \|", PAGE, re.MULTILINE) or field.name in (
            "persons", "given_name", "family_name", "number", "opened_on",
        )  # fmt: skip


def test_household_is_read_as_it_stands(read):
    [found] = read(a_line())
    assert found.line == 1
    assert found.since.astimezone(UTC) == datetime(2014, 4, 30, 21, tzinfo=UTC)
    first, second = found.persons
    assert (first.key, first.identity_code, first.given_name, first.language) == ("h1-1", CODES[0], SECRET, "fi")
    assert (first.is_main_member, second.is_main_member) == (True, False)
    assert [card.opened_at.astimezone(UTC) for card in first.cards] == [datetime(2014, 4, 30, 21, tzinfo=UTC)]
    assert second.cards == ()


def test_lines_are_numbered_as_they_stand(read):
    found = read(a_line(), b"", b"  ", b"{", a_line())
    assert [getattr(each, "line", None) or each.number for each in found] == [1, 4, 5]
    assert [type(each) for each in found] == [NewHousehold, WrongLine, NewHousehold]


def change(line, path, value):
    *parents, last = path
    place = line
    for name in parents:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value


WRONG = [
    (("since",), ..., "since is missing"),
    (("since",), SECRET, ": since"),
    (("since",), "2014-02-30", ": since"),
    (("since",), "1814-05-01", "a day before 1900-01-01"),
    (("since",), "9999-12-31", "a day before 1900-01-01 or after 9998-12-31"),
    (("persons",), [], "exactly one main member"),
    (("persons", 0, "is_main_member"), False, "exactly one main member"),
    (("persons", 1, "is_main_member"), True, "exactly one main member"),
    (("persons", 1, "is_main_member"), SECRET, ": persons[1].is_main_member"),
    (("persons", 1, "key"), "h1-1", "the same key is in the household twice"),
    (("persons", 1, "identity_code"), CODES[0].lower(), "the same identity code is in the household twice"),
    (("persons", 1, "cards"), [{"number": "9990000000000017", "opened_on": "2015-05-01"}], "the same card number"),
    (("persons", 1, "identity_code"), "010185-9000", "check character is wrong"),
    (("persons", 1, "identity_code"), SECRET, "a personal identity code is six digits"),
    (("persons", 1, "language"), SECRET, ": persons[1].language"),
    (("persons", 1, "given_name"), ..., "given_name is missing in persons[1]"),
    (("persons", 1, "given_name"), "", ": persons[1].given_name"),
    (("persons", 1, "given_name"), f"{SECRET}\0", ": persons[1].given_name"),
    (("persons", 1, "given_name"), f"{SECRET}\n", ": persons[1].given_name"),
    (("persons", 1, "given_name"), f"{SECRET}\x9b", ": persons[1].given_name"),
    (("persons", 1, "given_name"), f"\u202e{SECRET}", ": persons[1].given_name"),
    (("persons", 1, "family_name"), SECRET * 30, ": persons[1].family_name"),
    (("persons", 1, "email"), "", ": persons[1].email"),
    (("persons", 1, SECRET), 1, "unknown field in persons[1]"),
    ((SECRET,), 1, "unknown field"),
    (("persons", 0, "cards", 0, "number"), 9990000000000017, ": persons[0].cards[0].number"),
    (("persons", 0, "cards", 0, "number"), "", ": persons[0].cards[0].number"),
    (("persons", 0, "cards", 0, "opened_on"), "1899-12-31", "a day before 1900-01-01"),
]


@pytest.mark.parametrize(("path", "value", "told"), WRONG)
def test_wrong_line_is_told_by_its_place_and_not_its_content(read, path, value, told):
    line = a_line()
    change(line, path, value)
    [found] = read(line)
    assert isinstance(found, WrongLine)
    assert told in found.wrong
    assert SECRET not in found.wrong
    assert not any(each in found.wrong for each in CODES)


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"1", b"null", f'"{SECRET}"'.encode(), b"\xff\xfe", b'{"household": "\\ud800"}']
)
def test_line_of_another_form_is_told(read, line):
    [found] = read(line)
    assert found == WrongLine(1, "not a household as docs/people.md tells it: no JSON of this form")


OURS = re.compile(r"[a-z_0-9\[\]. :/,'-]*")
"""Nothing in what is told can be anybody's: it is made of the format's own words."""


@given(st.data())
def test_any_damage_is_told_in_our_own_words_or_does_no_harm(read, data):
    damaged = deepcopy(a_line())
    line = SimpleNamespace(places=[])

    def walk(value, path):
        line.places.append(path)
        for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            walk(value[name], (*path, name))

    walk(damaged, ())
    path = data.draw(st.sampled_from(line.places[1:]))
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text().map(SECRET.__add__)
    change(damaged, path, data.draw(st.just(...) | st.recursive(leaf, st.lists) | st.dictionaries(st.text(), leaf)))
    [found] = read(damaged)
    if isinstance(found, WrongLine):
        assert SECRET not in found.wrong
        assert OURS.fullmatch(found.wrong.lower())


@given(st.binary(max_size=200).filter(lambda junk: b"\n" not in junk and junk.strip()))
def test_any_bytes_are_a_wrong_line(read, junk):
    assert [type(each) for each in read(junk)] == [WrongLine]


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3).filter(lambda piece: b"\n" not in piece))
def test_bytes_inside_a_right_line_stop_nothing(read, place, piece):
    whole = json.dumps(a_line()).encode()
    at = place % len(whole)
    first, second = read(whole[:at] + piece + whole[at:], a_line())
    assert isinstance(first, NewHousehold | WrongLine)
    assert isinstance(second, NewHousehold)
