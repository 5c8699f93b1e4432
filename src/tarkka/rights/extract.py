"""The extract: everything that the register holds on a person, read at one look.

What it is then written as, without the database, is in `writing`: a slow reader holds no transaction and no connection.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from django.db import connection
from django.utils import translation
from psycopg.types.datetime import TimestamptzLoader

from tarkka.bonus.account import open_iban
from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.people.identity import open_identity
from tarkka.rights import rows
from tarkka.rights.about import About, about
from tarkka.rights.tables import TABLES, Table
from tarkka.vocabulary import Language

_TIME = psycopg.adapters.types["timestamptz"].oid


@dataclass(frozen=True, slots=True)
class Extract:
    """Everything on one person. `made_at` is aware; `tables` has the rows by each table's name in the JSON."""

    made_at: datetime
    language: Language
    zone: ZoneInfo
    document: Document
    about: About
    tables: Mapping[str, list[Any]]

    @property
    def person(self) -> rows.Person:
        """Whose it is."""
        person: rows.Person = self.tables["person"][0]
        return person


def read_extract(language: Language, sources: Mapping[int, str]) -> Extract:
    """Read all that the register holds on the subject of the present look, which is at own data at PRODUCT (R8, R9).

    `sources` are `purchases.queries.source_names`, which the look itself cannot read.
    """
    rulebook = load_rulebook()
    now = datetime.now(rulebook.time_zone)
    document = rulebook.in_force(now).description.document
    read = _Reader(rulebook.time_zone, sources, {"since": rulebook.versions[0].starts_at, "language": language}).read
    tables = {table.name: read(table) for table in TABLES}
    with translation.override(language):
        return Extract(now, language, rulebook.time_zone, document, about(document, language), tables)


def read_rows(name: str) -> list[Any]:
    """Read one table of the extract alone, that needs no sources. Inside the door."""
    [table] = [each for each in TABLES if each.name == name]
    return _Reader(load_rulebook().time_zone, {}, {}).read(table)


class _Reader:
    """Reads tables into their rows: times of the register's zone, and what only the program can tell."""

    def __init__(self, zone: ZoneInfo, sources: Mapping[int, str], asked: Mapping[str, datetime | str]) -> None:
        self._asked = asked
        self._local: Callable[[Any], Any] = lambda at: at and at.astimezone(zone)
        self._told: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("payout_accounts", "iban"): open_iban,
            ("payouts", "iban"): open_iban,
            ("person", "identity_code"): open_identity,
            **{(name, "source"): sources.get for name in ("receipts", "held_receipts")},
            **{(name, "payments"): _payments for name in ("receipts", "held_receipts")},
        }

    def read(self, table: Table) -> list[rows.Row]:
        statement = table.statement
        with connection.cursor() as cursor:
            # Django loads times in Python, which takes longer than all else here.
            cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
            cursor.execute(statement, self._asked if "%(" in statement else None)
            told = list(self._telling(table, [column.type_code for column in cursor.description]))
            return [table.row(*_values(list(row), told)) for row in cursor.fetchall()]

    def _telling(self, table: Table, types: list[int]) -> Iterator[tuple[int, Callable[[Any], Any]]]:
        for place, (field, type_code) in enumerate(zip(table.row.__struct_fields__, types, strict=True)):
            if tell := self._told.get((table.name, field)):
                yield place, tell
            elif type_code == _TIME:
                yield place, self._local


def _values(row: list[Any], told: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    for place, tell in told:
        row[place] = tell(row[place])
    return row


class _StoredPayment(msgspec.Struct):
    method: str
    amount_cents: int


def _payments(stored: str) -> tuple[rows.Payment, ...]:
    found = msgspec.json.decode(stored, type=list[_StoredPayment])
    return tuple(rows.Payment(each.method, rows.amount(each.amount_cents)) for each in found)
