"""The column types that the rooms above share."""

# ruff: noqa: ANN401, ARG002  # the signatures are Django's

from typing import TYPE_CHECKING, Any

from django.db import models

from tarkka.vocabulary import Level

if TYPE_CHECKING:
    _Field = models.Field[Level | None, Any]
else:
    _Field = models.Field  # generic in the stubs only


class LevelField(_Field):
    """A column of the database's own type `level`, whose order is that of `Level`; holds `Level` in Python."""

    def db_type(self, connection: Any) -> str:
        """Return the type that the first migration makes."""
        return "level"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Level | None:
        """Turn what the database holds into a Level."""
        return None if value is None else Level[value]

    def to_python(self, value: Any) -> Level | None:
        """Accept a Level or its name."""
        return value if value is None or isinstance(value, Level) else Level[value]

    def get_prep_value(self, value: Any) -> str | None:
        """Return the name under which the database knows the level."""
        level = self.to_python(value)
        return None if level is None else level.name
