"""Mandates from the keyboard: given to staff alone, listed, and taken back at once."""

from datetime import UTC, datetime, timedelta

import pytest

from acting import a_mandate, new_number
from building import a_household
from storing import rows
from tarkka.access.actions import current_mandates, sign_agreement
from tarkka.vocabulary import Language, Role

ROLE = "register_administrator"


@pytest.fixture
def user(database) -> str:
    return f"user-{new_number()}"


def give(run, user, *more, role=ROLE, reason="a test"):
    return run("mandate", "give", user, "--role", role, "--reason", reason, "--days", "2", *more)


def number(done) -> str:
    return done.stdout.split(":")[0].removeprefix("Mandate ")


@pytest.fixture
def somebody(monkeypatch):
    """Say who is at the keyboard."""
    return lambda user: monkeypatch.setenv("TARKKA_USER", user)


def test_mandate_needs_a_second_person_and_the_agreement(run, user, somebody):
    person = a_household(1).persons[0]
    somebody("one")
    given = number(give(run, user))
    for who, told in (("one", 2), (user, 2), ("two", 0), ("three", 2)):
        somebody(who)
        assert run("mandate", "confirm", given).exit_code == told
    somebody(user)
    assert "no_agreement" in run("person", "show", person).stderr
    sign_agreement(1, language=Language.FI, acting=user)
    assert run("person", "show", person).exit_code == 0


def test_nobody_gives_a_mandate_to_themselves(run, user, somebody):
    somebody(user)
    done = give(run, user)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nobody gives or confirms a mandate for themselves" in done.stderr


def test_mandate_is_ended_at_once_and_the_door_shuts(run, user, somebody):
    person = a_household(1).persons[0]
    kept, ended = a_mandate(user, Role.ANALYST), a_mandate(user, Role.REGISTER_ADMINISTRATOR)
    somebody(user)
    assert run("person", "show", person).exit_code == 0
    done = run("mandate", "end", ended, "--reason", "moved to other work")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"Mandate {ended} is ended.\n", "")
    assert "no_mandate" in run("person", "show", person).stderr
    assert [each.id for each in current_mandates(user)] == [kept]
    again = run("mandate", "end", ended, "--reason", "again")
    assert (again.exit_code, again.stdout) == (2, "")


def test_mandates_are_listed_until_they_end(run, user, somebody):
    somebody("one")
    mine = number(give(run, user))
    theirs = a_mandate(user, Role.ANALYST)
    until = f"until {datetime.now(UTC) + timedelta(days=1):%Y-%m-}"
    lines = {line.split(":")[0]: line for line in run("mandate", "list").stdout.splitlines()}
    assert lines[mine].startswith(f"{mine}: {user}, {ROLE}, until ")
    assert lines[mine].endswith(", given by one, not confirmed yet, agreement 1 signed")
    assert lines[str(theirs)].startswith(f"{theirs}: {user}, analyst, {until}")
    assert lines[str(theirs)].endswith(", given by test-one, confirmed by test-two, agreement 1 signed")
    run("mandate", "end", mine, "--reason", "a test")
    assert not [line for line in run("mandate", "list").stdout.splitlines() if line.startswith(f"{mine}:")]


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
