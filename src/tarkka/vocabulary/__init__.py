"""The register's words as pure values: levels, purposes, objections, money, time, GTIN. Imports nothing of Tarkka."""

from tarkka.vocabulary.gtin import Gtin, gtin14, is_gtin
from tarkka.vocabulary.labels import Category, LeftOut, PersonalTable
from tarkka.vocabulary.money import cents, decimal_text
from tarkka.vocabulary.period import Period
from tarkka.vocabulary.span import Span, midnight, month_span, months_later, year_span
from tarkka.vocabulary.terms import (
    Act,
    Channel,
    Language,
    Level,
    Objection,
    Outcome,
    Part,
    Place,
    Purpose,
    RequestKind,
    Role,
    SubjectKind,
)

__all__ = [
    "Act",
    "Category",
    "Channel",
    "Gtin",
    "Language",
    "LeftOut",
    "Level",
    "Objection",
    "Outcome",
    "Part",
    "Period",
    "PersonalTable",
    "Place",
    "Purpose",
    "RequestKind",
    "Role",
    "Span",
    "SubjectKind",
    "cents",
    "decimal_text",
    "gtin14",
    "is_gtin",
    "midnight",
    "month_span",
    "months_later",
    "year_span",
]
