"""What a column says about somebody: the data categories that extract, erasure and data map go by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Category(StrEnum):
    """A category of personal data."""

    ACCOUNT = "account"
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


class LeftOut(StrEnum):
    """Why a column is not in a person's own extract. The extract says so, in these words' own messages."""

    EMPLOYEE = "employee"
    HOUSEHOLD = "household"
    KEY = "key"
    NOBODY = "nobody"
    PASSING = "passing"
    REPEATED = "repeated"


_LEFT_OUT = {Category.EMPLOYEE: LeftOut.EMPLOYEE, Category.KEY: LeftOut.KEY, Category.NONE: LeftOut.NOBODY}


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """What a table says about people, and the category of each column. `whose` is the column that tells about whom.

    A column is in the person's extract, unless its category or `left_out` says why not.
    """

    about: str
    columns: Mapping[str, Category]
    whose: str | None
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)

    def why_left_out(self, column: str) -> LeftOut | None:
        """Return why a column need not be in the extract; a key may be there all the same, where it is of use."""
        return self.left_out.get(column) or _LEFT_OUT.get(self.columns[column])
