"""Reading a description file: TOML in, a `Document` out, or every problem of its form at once.

The reader follows the structs of `schema`: a key that no struct names is an error, with the nearest name that one does.
"""

# ruff: noqa: ANN401  # what a file holds may be anything until it was looked at

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec

from tarkka.description.errors import DescriptionInvalid, Problem, choose
from tarkka.description.schema import Document, Table
from tarkka.vocabulary import Level

_T = TypeVar("_T", bound=Table)
_PAGE = "docs/description.md"
MAX_BYTES = 1_000_000
"""No description that people are to read is longer."""

_WORDS = {
    str: "text in quotation marks",
    int: "a whole number",
    bool: "true or false",
    date: "a day such as 2016-09-01, without quotation marks",
}


def read_source(path: Path) -> str:
    """Return the text of a description file. Raises DescriptionInvalid if it is no UTF-8 text of a decent size."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise DescriptionInvalid(
                str(path),
                [
                    Problem(
                        "",
                        f"the file is larger than {MAX_BYTES} bytes",
                        "It is a text for people: shorten it.",
                    )
                ],
            )
        return content.decode()
    except OSError as error:
        raise DescriptionInvalid(
            str(path), [Problem("", f"the file cannot be read ({error.strerror})", "Give the path of a TOML file.")]
        ) from None
    except UnicodeDecodeError as error:
        raise DescriptionInvalid(
            str(path), [Problem("", f"byte {error.start} is not UTF-8", "Save the file as UTF-8 text.")]
        ) from None


def read_document(source: str, file: str) -> tuple[Document, frozenset[str], list[Problem]]:
    """Return the document, the names of its top-level tables that are sound, and every problem of form in the others.

    A table that is not sound must not be looked at. Raises DescriptionInvalid if the text is no TOML at all.
    """
    reader = _Reader()
    values = reader.fields(_toml(source, file), Document, "")
    tables = msgspec.structs.fields(Document)
    absent: dict[str, Any] = dict.fromkeys({table.name for table in tables if table.required} - values.keys())
    at_fault = {problem.place.partition(".")[0].partition("[")[0] for problem in reader.problems}
    sound = frozenset(table.name for table in tables) - at_fault - absent.keys()
    return Document(**absent, **values), sound, reader.problems


def read_file(source: str, file: str, struct: type[_T], *, shown_in: str) -> _T:
    """Return a text as another kind of file, whose form is `struct` and is shown in the page `shown_in`.

    Raises DescriptionInvalid with every problem of form.
    """
    reader = _Reader(shown_in=shown_in)
    value = reader.table(_toml(source, file, shown_in), struct, "")
    if reader.problems:
        raise DescriptionInvalid(file, reader.problems)
    return cast(_T, value)


def stored(plain: Mapping[str, Any], struct: type[_T]) -> _T:
    """Return the value that `plain` was made of. Raises ValueError if it is none; a published one always is."""
    reader = _Reader(days_as_text=True)
    value: _T | None = reader.table(plain, struct, "")
    if reader.problems or value is None:
        raise ValueError(f"what is stored cannot be read: {reader.problems[0]}")
    return value


def document_from(plain: Mapping[str, Any]) -> Document:
    """Return the document that `plain` was made of. Raises ValueError if it is none; a published version never is."""
    return stored(plain, Document)


def plain(value: Any) -> Any:
    """Return a document or a part of it as plain dicts, lists and texts, in the form of the file; days as ISO text."""
    if isinstance(value, Table):
        return {field.encode_name: plain(getattr(value, field.name)) for field in msgspec.structs.fields(value)}
    if isinstance(value, Mapping):
        return {_name(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return _name(value) if isinstance(value, Enum) else value


def _name(value: Any) -> Any:
    """A level goes by its name, every other word of a closed list by its value."""
    if isinstance(value, Enum):
        return value.name if isinstance(value, Level) else value.value
    return value


def _toml(source: str, file: str, shown_in: str = _PAGE) -> dict[str, Any]:
    try:
        return tomllib.loads(source)
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits is another
        raise DescriptionInvalid(
            file,
            [Problem("", f"this is not TOML: {error}", "Mend that line; https://toml.io shows how TOML is written.")],
        ) from None
    except RecursionError:
        raise DescriptionInvalid(
            file,
            [Problem("", "tables or lists lie too deep in each other", f"Write the file as {shown_in} shows.")],
        ) from None


class _Reader:
    """Walks plain data by a struct's fields, and goes on after a problem to find the rest."""

    def __init__(self, *, days_as_text: bool = False, shown_in: str = _PAGE) -> None:
        self.problems: list[Problem] = []
        self._days_as_text = days_as_text
        self._remedy = f"Write it as {shown_in} shows."

    def table(self, raw: object, struct: type[Any], place: str) -> Any:
        """Return the struct, or None with at least one problem noted."""
        if not isinstance(raw, Mapping):
            return self._wrong(place, f"expected a table, found {_found(raw)}", self._remedy)
        before = len(self.problems)
        values = self.fields(raw, struct, place)
        return struct(**values) if len(self.problems) == before else None

    def fields(self, raw: Mapping[str, Any], struct: type[Any], place: str) -> dict[str, Any]:
        """Return the values of the struct's fields; where a problem was noted, the value is None or left out."""
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        for key in raw:
            if key not in fields:
                self._wrong(_join(place, key), "there is no such key", choose(key, fields))
        values: dict[str, Any] = {}
        for key, field in fields.items():
            if key in raw and not (raw[key] is None and self._days_as_text):
                values[field.name] = self.value(raw[key], field.type, _join(place, key))
            elif field.required and not (key not in raw and _misspelt(key, raw, fields)):
                self._wrong(_join(place, key), "this is missing", f"Add it: {_expected(field.type)}.")
        return values

    def value(self, raw: object, kind: Any, place: str) -> Any:
        """Return the raw value as `kind`, or None with at least one problem noted."""
        if isinstance(kind, UnionType):
            kind = next(arm for arm in get_args(kind) if arm is not NoneType)
        origin = get_origin(kind)
        if origin is tuple:
            return self._list(raw, get_args(kind)[0], place)
        if origin is Mapping:
            key_kind, value_kind = get_args(kind)
            return self._mapping(raw, key_kind, value_kind, place)
        if issubclass(kind, Table):
            return self.table(raw, kind, place)
        if issubclass(kind, Enum):
            return self._word(raw, kind, place)
        if kind is date and self._days_as_text and isinstance(raw, str):
            return date.fromisoformat(raw)
        if type(raw) is not kind or isinstance(raw, datetime):
            return self._wrong(place, f"expected {_WORDS[kind]}, found {_found(raw)}", f"Write {_WORDS[kind]}.")
        if kind is str and not str(raw).strip():
            return self._wrong(place, "the text is empty", "Write it, or leave the whole table out.")
        return raw.strip() if isinstance(raw, str) else raw

    def _list(self, raw: object, kind: Any, place: str) -> Any:
        if not isinstance(raw, list):
            return self._wrong(
                place,
                f"expected a list, found {_found(raw)}",
                "Put it in brackets; or double ones around the table's name, for a list of tables.",
            )
        return tuple(self.value(each, kind, f"{place}[{number}]") for number, each in enumerate(raw, 1))

    def _mapping(self, raw: object, key_kind: Any, kind: Any, place: str) -> Any:
        if not isinstance(raw, Mapping):
            return self._wrong(place, f"expected a table, found {_found(raw)}", self._remedy)
        made = {}
        for key, each in raw.items():
            word = key if key_kind is str else self._word(key, key_kind, _join(place, key))
            made[word] = self.value(each, kind, _join(place, key))
        return made

    def _word(self, raw: object, kind: type[Enum], place: str) -> Any:
        words = {str(_name(member)): member for member in kind}
        if isinstance(raw, str) and raw in words:
            return words[raw]
        return self._wrong(
            place,
            f"{raw!r} is not known here" if isinstance(raw, str) else f"expected a word, found {_found(raw)}",
            choose(str(raw), words),
        )

    def _wrong(self, place: str, wrong: str, remedy: str) -> Any:
        self.problems.append(Problem(place, wrong, remedy))


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _found(raw: object) -> str:
    if isinstance(raw, Mapping):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    return f"{raw!r}" if len(repr(raw)) <= 40 else f"{repr(raw)[:40]}…"


def _expected(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list"
    if isinstance(kind, type) and issubclass(kind, Table):
        return "a table with " + ", ".join(
            field.encode_name for field in msgspec.structs.fields(kind) if field.required
        )
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(str(_name(member)) for member in kind)
    return str(_WORDS.get(kind, "a table"))


def _misspelt(key: str, raw: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether an unknown key of the table was already said to mean this one, so that one slip is one problem."""
    return any(f"Did you mean {key!r}?" == choose(other, fields) for other in raw if other not in fields)
