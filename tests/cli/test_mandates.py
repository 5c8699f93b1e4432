"""Mandates from the keyboard: given to staff alone, listed, and taken back at once."""

from datetime import UTC, datetime, timedelta

import pytest

from acting import new_number
from building import a_household
from storing import rows

ROLE = "register_administrator"


@pytest.fixture
def user(database) -> str:
    return f"user-{new_number()}"


def give(run, user, *more, role=ROLE, reason="a test"):
    return run("mandate", "give", user, "--role", role, "--reason", reason, "--days", "2", *more)


def test_mandate_is_ended_at_once_and_the_door_shuts(run, user, monkeypatch):
    monkeypatch.setenv("TARKKA_USER", user)
    person = a_household(1).persons[0]
    for _ in range(2):
        give(run, user, "--agreement-signed-on", "2020-01-01")
    give(run, user, "--agreement-signed-on", "2020-01-01", role="analyst")
    assert run("person", "show", person).exit_code == 0
    done = run("mandate", "end", user, "--role", ROLE)
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{user} may no longer act as {ROLE}.\n", "")
    assert "no_mandate" in run("person", "show", person).stderr
    assert rows("SELECT role FROM mandate WHERE actor = %s AND valid @> now()", user) == [("analyst",)]
    again = run("mandate", "end", user, "--role", ROLE)
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr == f"{user} has no mandate as {ROLE}: see `tarkka mandate list`.\n"


def test_end_of_one_mandate_leaves_anothers(run, user):
    other = f"{user}-b"
    give(run, user)
    give(run, other)
    run("mandate", "end", user, "--role", ROLE)
    assert rows("SELECT actor FROM mandate WHERE actor = ANY (%s) AND valid @> now()", [user, other]) == [(other,)]


def test_mandates_are_listed_until_they_end(run, user):
    give(run, user)
    give(run, user, "--agreement-signed-on", "2020-01-01", role="analyst")
    until = f"until {datetime.now(UTC) + timedelta(days=2):%Y-%m-}"
    analyst, administrator = [line for line in run("mandate", "list").stdout.splitlines() if line.startswith(user)]
    assert analyst.startswith(f"{user}, analyst, {until}")
    assert analyst.endswith(", agreement signed 2020-01-01")
    assert administrator.startswith(f"{user}, {ROLE}, {until}")
    assert administrator.endswith(", agreement not signed: the door stays shut")
    run("mandate", "end", user, "--role", ROLE)
    assert [line for line in run("mandate", "list").stdout.splitlines() if line.startswith(user)] == [analyst]


@pytest.mark.parametrize("role", ["customer", "automatic"])
def test_mandate_is_for_staff_alone(run, user, role):
    done = give(run, user, role=role)
    assert (done.exit_code, done.stderr) == (2, f"Not given: {role} is no role of a member of staff.\n")
    assert rows("SELECT FROM mandate WHERE actor = %s", user) == []


def test_mandate_has_a_reason_and_a_user(run, user):
    done = give(run, user, reason=" ")
    assert (done.exit_code, done.stderr) == (2, "Not given: --reason is blank.\n")
    done = give(run, " ")
    assert (done.exit_code, done.stderr) == (2, "Not given: USER_ID is blank.\n")
    assert rows("SELECT FROM mandate WHERE actor IN (%s, ' ')", user) == []


def test_agreement_is_not_signed_in_the_future(run, user):
    done = give(run, user, "--agreement-signed-on", f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Not given: --agreement-signed-on is in the future")
    assert rows("SELECT FROM mandate WHERE actor = %s", user) == []
