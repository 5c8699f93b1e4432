"""Whatever a file holds, it is read or told to be wrong; and what the reference description itself must hold."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarkka.description.errors import DescriptionInvalid
from tarkka.description.loading import load, parse
from tarkka.description.reading import MAX_BYTES
from tarkka.vocabulary import Language, Purpose

FILE = Path(__file__).parents[2] / "descriptions" / "s_group.toml"
SOURCE = FILE.read_text()


def test_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DescriptionInvalid, match="cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(DescriptionInvalid, match="cannot be read"):
        load(tmp_path)


def test_file_that_is_no_text_is_told(tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes("name = 'Ä'".encode("latin-1"))
    with pytest.raises(DescriptionInvalid, match="not UTF-8"):
        load(file)


def test_file_that_is_too_large_is_told(tmp_path):
    file = tmp_path / "large.toml"
    file.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(DescriptionInvalid, match="larger than"):
        load(file)


def test_tables_too_deep_are_told():
    with pytest.raises(DescriptionInvalid):
        parse("x = " + "[" * 100_000)


VALUES = [
    "1",
    "-1",
    "1.5",
    "nan",
    '""',
    '"x"',
    "true",
    "[]",
    "[1]",
    "[[]]",
    "{}",
    "{a = 1}",
    "2016-09-01",
    "10:00:00",
    "2016-09-01T00:00:00Z",
]
ASSIGNED = [number for number, line in enumerate(SOURCE.splitlines()) if " = " in line and not line.startswith("#")]


@settings(deadline=None)
@given(st.sampled_from(ASSIGNED), st.sampled_from(VALUES))
def test_any_value_anywhere_is_taken_or_told(number, value):
    lines = SOURCE.splitlines()
    lines[number] = f"{lines[number].partition(' = ')[0]} = {value}"
    _taken_or_told("\n".join(lines))


@settings(deadline=None)
@given(st.data())
def test_any_part_may_be_lost_and_is_missed_or_not_needed(data):
    parts = _parts()
    del parts[data.draw(st.integers(0, len(parts) - 1))]
    _taken_or_told("\n".join(parts))


def _parts() -> list[str]:
    return ["[" + part if number else part for number, part in enumerate(SOURCE.split("\n["))]


def _taken_or_told(source):
    problems = ()
    try:
        parse(source)
    except DescriptionInvalid as invalid:
        problems = invalid.problems or [None]
    assert all(problem.wrong and problem.remedy for problem in problems)


def test_reference_description_declares_every_purpose_and_speaks_every_language():
    document = load(FILE).document
    assert set(document.purpose) == set(Purpose)
    for language in Language:
        assert document.register.name.written_in(language)
    texts = [
        document.register.about,
        *(rule.text for rule in document.purpose.values()),
        *(text for rule in document.objection.values() for text in (*rule.changes, *rule.keeps)),
    ]
    for text in texts:
        assert len({text.fi, text.sv, text.en}) == 3


def test_reference_description_marks_what_the_source_does_not_give():
    document = load(FILE).document
    assert all(rule.own_choice for rule in document.retention.values())
    assert document.notice.own_choice
    assert all(rule.own_choice for rule in document.recipient.values())
    assert all(entry.own_choice for entry in document.announcement)
