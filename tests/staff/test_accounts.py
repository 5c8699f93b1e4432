"""Accounts: one for a person, opened and invited by operators; credentials that nobody else knows."""

import secrets

import pytest
from typer.testing import CliRunner

import acting
import building
import staffing
from tarkka.staff import codes, passwords
from tarkka.staff.actions import (
    InvitationOver,
    NamedKey,
    NewCodeApp,
    NotPossible,
    accept_invitation,
    add_second_factor,
    close_account,
    invite,
    open_account,
    remove_second_factor,
)
from tarkka.staff.security_keys import KeyRefused, NewKey
from tarkka.vocabulary import Language, Role


def hashed(code):
    from tarkka.staff.queries import invitation_hash

    return invitation_hash(code)


def a_key():
    return NamedKey(NewKey(secrets.token_bytes(32), b"public", 0), "key ring")


def accept(code, second=None):
    return accept_invitation(hashed(code), passwords.hashed(staffing.PASSWORD), second or NewCodeApp("A" * 32))


def all_rows():
    """Every row of staff's tables as text."""
    tables = ("account", "password", "code_app", "security_key", "invitation")
    with building.administrator() as connection:
        return " ".join(
            connection.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM staff_{table} t").fetchone()[0]
            for table in tables
        )


def test_an_account_has_the_roles_of_its_mandates_in_force(database):
    from tarkka.staff.queries import find_account

    user_id = staffing.an_account(Role.CUSTOMER_SERVICE)
    acting.a_mandate(user_id, Role.ANALYST, confirmed=False)
    account = find_account(user_id)
    assert account.roles == {Role.CUSTOMER_SERVICE}
    assert find_account("nobody-at-all") is None


def test_a_user_id_is_never_given_twice(database):
    user_id = staffing.an_account()
    close_account(user_id, acting="test")
    with pytest.raises(NotPossible, match="never given twice"):
        open_account(user_id, "Other", "o@example.org", Language.FI, acting="test")


def test_a_person_has_one_account(database):
    code = acting.new_code()
    first = staffing.an_account(identity_code=code)
    with pytest.raises(NotPossible, match="an account already"):
        staffing.an_account(identity_code=code)
    close_account(first, acting="test")
    staffing.an_account(identity_code=code)


@pytest.mark.parametrize("user_id", ["", "x", "17", "Maija", "maija mehu", "mäijä", "m" * 65, "maija;--"])
def test_what_is_no_user_id_is_refused(database, user_id):
    with pytest.raises((NotPossible, Exception)) as refused:
        open_account(user_id, "Name", "n@example.org", Language.FI, acting="test")
    assert "user id is 2 to 64" in str(refused.value)


def test_the_identity_code_is_kept_as_a_hash_that_the_login_cannot_read(database):
    from django.db import DatabaseError, connection

    code = acting.new_code()
    staffing.an_account(identity_code=code)
    assert code not in all_rows()
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("SELECT identity_hash FROM staff_account")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO staff_account (user_id, name, email, language, opened_by) VALUES ('mallory', 'M', 'm', 'fi', 'm')",
        "UPDATE staff_account SET closed_at = NULL",
        "DELETE FROM staff_account",
        "INSERT INTO staff_invitation (hash, user_id, made_by, expires_at) VALUES ('x', 'maija', 'm', 'infinity')",
        "UPDATE staff_invitation SET expires_at = 'infinity'",
        "UPDATE staff_security_key SET public_key = 'x'",
    ],
)
def test_the_login_opens_no_account_and_invites_nobody(database, statement):
    from django.db import DatabaseError, connection

    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute(statement)


def test_an_invitation_works_once(database):
    user_id = staffing.an_account()
    code = invite(user_id, acting="test")
    assert accept(code) == user_id
    with pytest.raises(InvitationOver):
        accept(code)


def test_a_newer_invitation_ends_the_one_before(database):
    user_id = staffing.an_account()
    first, second = invite(user_id, acting="test"), invite(user_id, acting="test")
    with pytest.raises(InvitationOver):
        accept(first)
    assert accept(second) == user_id


def test_an_invitation_ends_after_a_day_and_with_the_account(database):
    user_id = staffing.an_account()
    code = invite(user_id, acting="test")
    with building.administrator() as connection:
        connection.execute("UPDATE staff_invitation SET expires_at = now() WHERE user_id = %s", [user_id])
    with pytest.raises(InvitationOver):
        accept(code)
    code = invite(user_id, acting="test")
    close_account(user_id, acting="test")
    with pytest.raises(InvitationOver):
        accept(code)
    with pytest.raises(NotPossible):
        invite(user_id, acting="test")


def test_what_is_secret_lies_nowhere_in_the_database(database):
    user_id, secret = staffing.an_account(), codes.new_secret()
    code = invite(user_id, acting="test")
    accept(code, NewCodeApp(secret))
    kept = all_rows()
    assert user_id in kept
    for told in (code, code.replace("-", ""), secret, staffing.PASSWORD):
        assert told not in kept
        assert told.encode().hex() not in kept


def test_a_secret_is_of_one_account(database):
    from cryptography.exceptions import InvalidTag

    sealed = codes.seal("A" * 32, "maija")
    assert codes.open_sealed(sealed, "maija") == "A" * 32
    with pytest.raises(InvalidTag):
        codes.open_sealed(sealed, "matti")


def test_an_invitation_replaces_everything_that_was(database):
    from tarkka.staff.queries import read_credentials

    user_id = staffing.an_account()
    accept(invite(user_id, acting="test"), a_key())
    accept(invite(user_id, acting="test"), NewCodeApp("A" * 32))
    found = read_credentials(user_id)
    assert found.keys == ()
    assert found.second_factors == 1


def test_a_key_is_one_account_s_and_the_invitation_is_not_used_up_by_another_s(database):
    key, user_id = a_key(), staffing.an_account()
    accept(invite(staffing.an_account(), acting="test"), key)
    code = invite(user_id, acting="test")
    with pytest.raises(KeyRefused):
        accept(code, key)
    with pytest.raises(KeyRefused):
        add_second_factor(user_id, key)
    assert accept(code, a_key()) == user_id


def test_the_last_second_factor_stays(database):
    from tarkka.staff.queries import read_credentials

    user_id = staffing.an_account()
    accept(invite(user_id, acting="test"))
    assert not remove_second_factor(user_id, "app")
    add_second_factor(user_id, a_key())
    [key] = read_credentials(user_id).keys
    assert remove_second_factor(user_id, "app")
    assert not remove_second_factor(user_id, key.number)
    assert not remove_second_factor(staffing.an_account(), key.number)


def test_commands_open_list_invite_and_close(database):
    from tarkka.cli.main import main

    def run(*words, asked=""):
        return CliRunner().invoke(main, ["staff", *words], asked)

    user_id, code = f"run-{secrets.token_hex(4)}", acting.new_code()
    opened = run("open", user_id, "--name", "Run Runner", "--email", "r@example.org", asked=f"{code}\n")
    assert opened.exit_code == 0, opened.output
    assert code not in opened.output
    assert f"{user_id}  Run Runner  r@example.org" in run("list").output
    assert "works once" in run("invite", user_id).output
    assert run("close", user_id).exit_code == 0
    closed = run("close", user_id)
    assert (closed.exit_code, "no such account is open" in closed.output) == (2, True)
    again = run("open", user_id, "--name", "Run", "--email", "r@example.org", asked="\n")
    assert (again.exit_code, "never given twice" in again.output) == (2, True)
    wrong = run("open", f"{user_id}x", "--name", "Run", "--email", "r@example.org", asked="010101-0000\n")
    assert wrong.exit_code == 2


def test_the_door_is_shut_to_whose_account_is_closed(database):
    from tarkka.access.actions import why_shut

    user_id = staffing.an_account(Role.CUSTOMER_SERVICE, Role.ANALYST)
    assert why_shut(user_id, Role.ANALYST) is None
    close_account(user_id, acting="test")
    assert {why_shut(user_id, role) for role in (Role.CUSTOMER_SERVICE, Role.ANALYST)} == {"no_mandate"}
