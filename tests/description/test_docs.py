"""docs/description.md names every table, key and word of the format, and no command in it is out of date."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin

import msgspec
import pytest
from typer.main import get_command

from tarkka.cli.description import app
from tarkka.description.schema import Basis, Document, NoticeKind, RecipientKind, Table, Text
from tarkka.vocabulary import Channel, Level, Objection, Place, Purpose, Role, SubjectKind

PAGE = (Path(__file__).parents[2] / "docs" / "description.md").read_text()
ROWS = {
    cells[1].strip(): cells[2] for line in PAGE.splitlines() if line.startswith("| ") for cells in [line.split("|")]
}


def tables(struct=Document, name=""):
    """Yield the name of each table as a file writes it, and its struct."""
    for field in msgspec.structs.fields(struct):
        kind, repeated = field.type, False
        if isinstance(kind, UnionType):
            kind = next(arm for arm in get_args(kind) if arm is not NoneType)
        place = f"{name}.{field.encode_name}" if name else field.encode_name
        if get_origin(kind) is tuple:
            kind, repeated = get_args(kind)[0], True
        if get_origin(kind) is Mapping:
            key, kind = get_args(kind)
            place += f".{ {str: 'CODE'}.get(key, key.__name__.upper()) }"
        if isinstance(kind, type) and issubclass(kind, Table) and kind is not Text:
            yield f"[[{place}]]" if repeated else f"[{place}]", kind
            yield from tables(kind, place)


@pytest.mark.parametrize(("table", "struct"), list(tables()), ids=str)
def test_table_and_its_keys_are_explained(table, struct):
    table = table.replace("[objection.OBJECTION]", "[objection.A]`, `[objection.B]")
    keys = ROWS[f"`{table}`"]
    named = {
        field.encode_name
        for field in msgspec.structs.fields(struct)
        if get_origin(field.type) is not tuple
        or get_args(field.type)[0] is Text
        or not issubclass(get_args(field.type)[0], Table)
    }
    assert named == set(re.findall("`([^`]+)`", keys))


def test_no_table_is_explained_that_is_not_there():
    there = {f"`{table}`".replace("[objection.OBJECTION]", "[objection.A]`, `[objection.B]") for table, _ in tables()}
    assert {row for row in ROWS if row.startswith("`[")} == there


@pytest.mark.parametrize(
    "words", [Basis, Channel, Level, NoticeKind, Objection, Place, Purpose, RecipientKind, Role, SubjectKind]
)
def test_word_of_a_closed_list_is_named(words):
    for word in words:
        assert f'"{word.name}"' in PAGE if words is Level else f"`{word}`" in PAGE or f"objection.{word}" in PAGE


def test_commands_and_options_are_those_that_there_are():
    commands = get_command(app).commands
    shown = re.findall(r"^tarkka description (\w+)(.*)", PAGE, re.MULTILINE)
    assert {command for command, _ in shown} == set(commands)
    for command, rest in shown:
        options = {option for parameter in commands[command].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest.split("#")[0])) <= options
