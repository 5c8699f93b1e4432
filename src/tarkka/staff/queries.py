"""What is read of accounts, outside the door: nobody is known yet who could open it, and it tells of no customer."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from tarkka.access.actions import current_mandates
from tarkka.staff.security_keys import KnownKey
from tarkka.vocabulary import Language, Role


@dataclass(frozen=True, slots=True)
class RoleInForce:
    """A role that somebody may act in, and until when (aware)."""

    role: Role
    until: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An open account with the roles of its mandates that are in force: given, confirmed by another, and not ended."""

    user_id: str
    name: str
    email: str
    language: Language
    mandates: tuple[RoleInForce, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles in force."""
        return frozenset(each.role for each in self.mandates)


@dataclass(frozen=True, slots=True)
class SecurityKey:
    """A security key of an account, as its holder sees it: times are aware."""

    number: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account has to prove who its holder is with."""

    password_set_at: datetime | None
    code_app_added_at: datetime | None
    keys: tuple[SecurityKey, ...]

    @property
    def second_factors(self) -> int:
        """How many there are besides the password."""
        return len(self.keys) + (self.code_app_added_at is not None)


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as an operator sees it: times are aware."""

    user_id: str
    name: str
    email: str
    opened_at: datetime
    closed_at: datetime | None
    has_credentials: bool


def find_account(user_id: str) -> Account | None:
    """Return the open account of a user id, with the roles in force now; None if there is none."""
    found = _rows("SELECT name, email, language FROM staff_account WHERE user_id = %s AND closed_at IS NULL", [user_id])
    if not found:
        return None
    until: dict[Role, datetime] = {}
    for mandate in current_mandates(user_id):
        if mandate.confirmed_by and mandate.since <= timezone.now():
            until[mandate.role] = max(mandate.until, until.get(mandate.role, mandate.until))
    [(name, email, language)] = found
    in_force = tuple(RoleInForce(*each) for each in sorted(until.items()))
    return Account(user_id, name, email, Language(language), in_force)


def names_of_staff() -> dict[str, str]:
    """Return the names of those who have an open account, by user id, in the alphabet's order of names."""
    return dict(_rows("SELECT user_id, name FROM staff_account WHERE closed_at IS NULL ORDER BY name, user_id", []))


def read_credentials(user_id: str) -> Credentials:
    """Return what the account has to sign in with."""
    [(password, code_app)] = _rows(
        "SELECT (SELECT set_at FROM staff_password WHERE user_id = %s),"
        " (SELECT added_at FROM staff_code_app WHERE user_id = %s)",
        [user_id, user_id],
    )
    keys = _rows(
        "SELECT encode(credential_id, 'hex'), name, added_at, used_at FROM staff_security_key"
        " WHERE user_id = %s ORDER BY added_at",
        [user_id],
    )
    return Credentials(password, code_app, tuple(SecurityKey(*key) for key in keys))


def known_keys(user_id: str) -> list[KnownKey]:
    """Return the keys of an account, to check an answer by."""
    rows = _rows("SELECT credential_id, public_key, sign_count FROM staff_security_key WHERE user_id = %s", [user_id])
    return [KnownKey(bytes(key), bytes(public), count) for key, public, count in rows]


def every_key() -> list[bytes]:
    """Return the credentials of all accounts: a new key is none of them."""
    return [bytes(key) for (key,) in _rows("SELECT credential_id FROM staff_security_key ORDER BY added_at", [])]


def invited(hashed: bytes) -> str | None:
    """Return whose the invitation is whose code has this hash, if it can still be used."""
    found = _rows(
        """
        SELECT i.user_id FROM staff_invitation i JOIN staff_account a USING (user_id)
        WHERE i.hash = %s AND i.ended_at IS NULL AND i.expires_at > now() AND a.closed_at IS NULL
        """,
        [hashed],
    )
    return str(found[0][0]) if found else None


def invitation_hash(code: str) -> bytes:
    """Return by which hash an invitation is found; dashes, spaces and small letters in its code count for nothing."""
    return sha256("".join(each for each in code.upper() if each.isalnum()).encode()).digest()


def account_names() -> dict[str, str]:
    """Return the name of each account's holder by user id, the closed ones' too, in the order of names."""
    return dict(_rows("SELECT user_id, name FROM staff_account ORDER BY name, user_id", []))


def list_accounts() -> list[Listed]:
    """Return every account, the closed ones too, by user id. With the owner's rights."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT user_id, name, email, opened_at, closed_at, EXISTS (SELECT FROM staff_password p WHERE"
            " p.user_id = a.user_id) FROM staff_account a ORDER BY user_id"
        )
        return [Listed(*row) for row in cursor.fetchall()]


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
