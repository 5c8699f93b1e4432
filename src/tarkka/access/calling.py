"""Calling the functions of `sql/staff.sql`, whose refusals are codes."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connections


class NotAllowed(PermissionDenied):
    """The database refused what a member of staff asked. `reason` is a code: `not_for_yourself`, `no_mandate` …"""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not allowed: {reason}")
        self.reason = reason


def call(statement: str, parameters: Sequence[Any], *, using: str = "default") -> list[tuple[Any, ...]]:
    """Return the rows of a call. Raises NotAllowed for what the function refuses, ValueError for what a key refuses."""
    try:
        with connections[using].cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise NotAllowed(cause.diag.message_primary or "") from error
        if isinstance(cause, psycopg.errors.IntegrityError):
            # The rule takes it for a check of a type; it is a value that a key refused.
            raise ValueError(cause.diag.constraint_name or "that cannot be stored") from error  # noqa: TRY004
        raise
