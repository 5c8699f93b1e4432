"""What a column says about somebody: the data categories that extract, erasure and data map go by."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """A category of personal data."""

    CARD = "card"
    CHOICE = "choice"
    CONTACT = "contact"
    EMPLOYEE = "employee"
    HOUSEHOLD = "household"
    IDENTITY = "identity"
    KEY = "key"
    NONE = "none"
    PURCHASE = "purchase"
    TRAIL = "trail"


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """What a table says about people, and the category of each column. `whose` is the column that tells about whom."""

    about: str
    columns: Mapping[str, Category]
    whose: str | None
