"""What is done with accounts and credentials. Opening, closing and inviting take the owner's rights."""

import base64
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, connection, connections, transaction

from tarkka.access.actions import current_mandates, end_mandate
from tarkka.people.identity import identity_hash
from tarkka.sign_in.sessions import end_staff_sessions
from tarkka.staff import codes, passwords
from tarkka.staff.guessing import MOST_GUESSES, Visitor, count_try
from tarkka.staff.queries import invitation_hash
from tarkka.staff.security_keys import KeyRefused, KnownKey, NewKey
from tarkka.vocabulary import Language

INVITED_HOURS = 24


class NotPossible(ValueError):
    """An account cannot be opened, closed or invited so. The message tells why."""


class InvitationOver(Exception):
    """The invitation was used, or replaced by a newer one, or its time is over."""


@dataclass(frozen=True, slots=True)
class NewCodeApp:
    """An authenticator app that showed a right code: the secret that it shares."""

    secret: str


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A new security key, and what its holder calls it."""

    key: NewKey
    name: str


def open_account(
    user_id: str, name: str, email: str, language: Language, *, identity_code: str | None = None, acting: str
) -> None:
    """Open a personal account, which can do nothing until its holder is invited and has a mandate.

    Raises NotPossible if the user id is taken, be it by an account that is closed, or the person has another account;
    ValueError if the identity code is none.
    """
    hashed = None if identity_code is None else identity_hash(identity_code)
    with connections["owner"].cursor() as cursor:
        try:
            cursor.execute(
                "INSERT INTO staff_account (user_id, name, email, language, identity_hash, opened_by)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [user_id, name, email, language, hashed, acting],
            )
        except IntegrityError as error:
            broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
            raise NotPossible(_BROKEN.get(broken, "something that an account needs is empty")) from None


_BROKEN = {
    "staff_account_pkey": "this user id is, or was, somebody's; an id is never given twice",
    "one_account_of_a_person": "this person has an account already; accounts are personal, one for each",
    "staff_account_user_id_check": "a user id is 2 to 64 of a–z, 0–9 and ._@- and begins with a letter",
}


def close_account(user_id: str, *, acting: str) -> None:
    """Close an account for good: its holder is signed out everywhere, and nothing of theirs signs in any more.

    Its mandates end too, so that the door is shut to its holder. Raises NotPossible if no such account is open.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE staff_account SET closed_at = now(), closed_by = %s WHERE user_id = %s AND closed_at IS NULL",
            [acting, user_id],
        )
        if not cursor.rowcount:
            raise NotPossible("no such account is open")
        for table in ("staff_password", "staff_code_app", "staff_security_key"):
            cursor.execute(f"DELETE FROM {table} WHERE user_id = %s", [user_id])  # noqa: S608  # our own names
        _end_invitations(cursor, user_id)
        for mandate in current_mandates(user_id, using="owner"):
            end_mandate(mandate.id, reason="the account was closed", acting=acting, using="owner")
    end_staff_sessions(user_id)


def invite(user_id: str, *, acting: str) -> str:
    """Return the code of a new invitation to set new credentials; it works once, for a day. Earlier ones end.

    Only its hash is kept. Raises NotPossible if no such account is open.
    """
    code = base64.b32encode(secrets.token_bytes(20)).decode()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT FROM staff_account WHERE user_id = %s AND closed_at IS NULL FOR UPDATE", [user_id])
        if not cursor.rowcount:
            raise NotPossible("no such account is open")
        _end_invitations(cursor, user_id)
        cursor.execute(
            "INSERT INTO staff_invitation (hash, user_id, made_by, expires_at)"
            " VALUES (%s, %s, %s, now() + make_interval(hours => %s))",
            [invitation_hash(code), user_id, acting, INVITED_HOURS],
        )
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def accept_invitation(hashed: bytes, password_hash: str, second: NewCodeApp | NamedKey) -> str:
    """Set the credentials of whom the invitation is for, in place of all that were, and return their user id.

    They are signed out everywhere. Raises InvitationOver, and KeyRefused if the key is another account's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE staff_invitation i SET ended_at = now() FROM staff_account a
            WHERE i.hash = %s AND i.ended_at IS NULL AND i.expires_at > now()
              AND a.user_id = i.user_id AND a.closed_at IS NULL RETURNING i.user_id
            """,
            [hashed],
        )
        found = cursor.fetchone()
        if found is None:
            raise InvitationOver
        user_id = str(found[0])
        cursor.execute("DELETE FROM staff_security_key WHERE user_id = %s", [user_id])
        cursor.execute("DELETE FROM staff_code_app WHERE user_id = %s", [user_id])
        _set_password(user_id, password_hash)
        add_second_factor(user_id, second)
    end_staff_sessions(user_id)
    return user_id


def check_password(user_id: str, password: str, visitor: Visitor) -> bool:
    """Tell whether this is the password of an open account. An account that is not takes the same way and time.

    Raises TooOften. A password that strange browsers guessed at a hundred times is believed of known ones alone.
    """
    is_known = count_try(visitor, user_id, "password")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.hash, p.guesses FROM staff_password p JOIN staff_account a USING (user_id)"
            " WHERE user_id = %s AND a.closed_at IS NULL",
            [user_id],
        )
        kept, guesses = cursor.fetchone() or (None, 0)
    is_right = passwords.matches(password, kept)
    if not is_right and not is_known:
        with transaction.atomic(), connection.cursor() as cursor:
            # Without waiting for the disk, which would tell that there was something to write.
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("UPDATE staff_password SET guesses = guesses + 1 WHERE user_id = %s", [user_id])
    return is_right and (is_known or guesses < MOST_GUESSES)


def check_code(user_id: str, told: str, visitor: Visitor) -> bool:
    """Tell whether this is a code that the account's app shows now and that was not used. Raises TooOften."""
    count_try(visitor, user_id, "code")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_sealed FROM staff_code_app WHERE user_id = %s", [user_id])
        found = cursor.fetchone()
    return found is not None and codes.is_right(codes.open_sealed(bytes(found[0]), user_id), told)


def use_key(user_id: str, used: KnownKey) -> None:
    """Take note that a key of the account was used, with its new count. Raises KeyRefused if it was meanwhile too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE staff_security_key SET used_at = now(), sign_count = %s"
            " WHERE credential_id = %s AND user_id = %s AND (sign_count < %s OR %s = 0)",
            [used.sign_count, used.credential_id, user_id, used.sign_count, used.sign_count],
        )
        if not cursor.rowcount:
            raise KeyRefused("used meanwhile")


def forget_guesses(user_id: str) -> None:
    """Begin anew with counting wrong passwords: the account's holder has signed in."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staff_password SET guesses = 0 WHERE user_id = %s AND guesses > 0", [user_id])


def change_password(user_id: str, password_hash: str) -> None:
    """Set another password. Whoever asks for it has checked the present one."""
    _set_password(user_id, password_hash)


def add_second_factor(user_id: str, second: NewCodeApp | NamedKey) -> None:
    """Add a security key, or an authenticator app in place of the one that was. Raises KeyRefused if it is taken."""
    with transaction.atomic(), connection.cursor() as cursor:
        if isinstance(second, NewCodeApp):
            cursor.execute(
                "INSERT INTO staff_code_app (user_id, secret_sealed) VALUES (%s, %s) ON CONFLICT (user_id)"
                " DO UPDATE SET secret_sealed = excluded.secret_sealed, added_at = now()",
                [user_id, codes.seal(second.secret, user_id)],
            )
            return
        cursor.execute(
            "INSERT INTO staff_security_key (credential_id, user_id, public_key, sign_count, name)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (credential_id) DO NOTHING",
            [second.key.credential_id, user_id, second.key.public_key, second.key.sign_count, second.name],
        )
        if not cursor.rowcount:
            raise KeyRefused("it is an account's already")


def remove_second_factor(user_id: str, number: str) -> bool:
    """Remove a security key by its number, or the authenticator app (`app`). False if it is the last one, or not there.

    Without a second factor nobody signs in: the last is replaced by an invitation.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM staff_password WHERE user_id = %s FOR UPDATE", [user_id])
        cursor.execute(
            "SELECT (SELECT count(*) FROM staff_security_key WHERE user_id = %s)"
            " + (SELECT count(*) FROM staff_code_app WHERE user_id = %s)",
            [user_id, user_id],
        )
        if cursor.fetchone()[0] < 2:
            return False
        if number == "app":
            cursor.execute("DELETE FROM staff_code_app WHERE user_id = %s", [user_id])
        else:
            cursor.execute(
                "DELETE FROM staff_security_key WHERE user_id = %s AND encode(credential_id, 'hex') = %s",
                [user_id, number],
            )
        return bool(cursor.rowcount)


def _set_password(user_id: str, password_hash: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO staff_password (user_id, hash) VALUES (%s, %s) ON CONFLICT (user_id)"
            " DO UPDATE SET hash = excluded.hash, set_at = now(), guesses = 0",
            [user_id, password_hash],
        )


def _end_invitations(cursor: object, user_id: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        "UPDATE staff_invitation SET ended_at = now() WHERE user_id = %s AND ended_at IS NULL", [user_id]
    )
