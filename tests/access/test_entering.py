"""Registering makes new rows alone: nobody enters a household that was there, nothing is hung on a person who was."""

import secrets
from typing import Any

import psycopg
import pytest

from building import Household, a_household
from looking import login, own_look, rows
from tarkka.vocabulary import Purpose, Role

NEW = """
SELECT people.register(
    households => ARRAY[h], persons => ARRAY[p], hashes => ARRAY[sha256(gen_random_uuid()::text::bytea)],
    sealed => '{{sealed}}', given_names => '{{New}}', family_names => '{{New}}', languages => '{{fi}}',
    homes => ARRAY[{home}], are_main => '{{{main}}}', since => '{{2014-5-1}}',
    holders => ARRAY[{holder}], numbers => ARRAY[gen_random_uuid()::text], opened => '{{2014-5-1}}',
    reached => ARRAY[{reached}], emails => '{{new@example.org}}')
FROM nextval('household_id_seq') h, nextval('person_id_seq') p
"""
REGISTERED = """
SELECT (SELECT count(*) FROM membership WHERE household_id = %(home)s),
       (SELECT count(*) FROM card WHERE person_id = %(person)s),
       (SELECT count(*) FROM contact WHERE person_id = %(person)s)
"""


def new(**changes: object) -> str:
    """Return the statement that registers a household of one, or as changed."""
    return NEW.format(**{"home": "h", "main": True, "holder": "p", "reached": "p"} | changes)


def try_as_intake(statement: str) -> None:
    with login() as connection, connection.transaction():
        connection.execute("SET LOCAL ROLE tarkka_intake")
        connection.execute(statement)


@pytest.mark.parametrize("main", [True, False])
@pytest.mark.parametrize("kept", ["home", "holder", "reached"])
def test_registering_reaches_nothing_that_was_there(
    home: Household, admin: psycopg.Connection[Any], kept: str, main: bool
) -> None:
    ids = {"home": home.id, "person": home.persons[0]}
    before = admin.execute(REGISTERED, ids).fetchall()
    with pytest.raises(psycopg.errors.NotNullViolation):
        try_as_intake(new(main=main, **{kept: home.id if kept == "home" else home.persons[0]}))
    assert admin.execute(REGISTERED, ids).fetchall() == before


def test_household_or_person_that_was_there_is_not_registered_anew(home: Household) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation, match="household_pkey"):
        try_as_intake(f"SELECT people.register(ARRAY[{home.id}])")
    with pytest.raises(psycopg.errors.UniqueViolation, match="person_pkey"):
        try_as_intake(new().replace("nextval('person_id_seq')", f"CAST({home.persons[0]} AS bigint)"))


@pytest.mark.parametrize(
    "statement",
    [
        "household (id) VALUES (2^60)",
        "person (id, identity_hash, identity_sealed, given_name, family_name) VALUES (2^60, '', '', 'New', 'New')",
        "membership (person_id, household_id, is_main_member, valid) VALUES ({person}, {home}, true, '[1990-1-1,)')",
        "card (number, person_id, valid) VALUES ('entering', {person}, '[2014-5-1,)')",
        "contact (person_id, kind, value) VALUES ({person}, 'email', 'new@example.org')",
    ],
)
@pytest.mark.parametrize("role", ["app", "intake", "household", "trace", "audience"])
def test_rows_of_people_are_inserted_by_nobody_directly(home: Household, statement: str, role: str) -> None:
    text = statement.format(person=home.persons[0], home=home.id)
    with login() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        connection.execute(f"SET ROLE tarkka_{role}")
        connection.execute(f"INSERT INTO {text}")


@pytest.mark.parametrize("table", ["membership", "card", "contact"])
def test_rows_of_people_are_copied_by_nobody(home: Household, table: str) -> None:
    with login() as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE tarkka_intake")
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
            cursor.copy(f"COPY {table} (person_id) FROM STDIN") as copy,
        ):
            copy.write_row([home.persons[0]])


def test_new_household_is_registered(admin: psycopg.Connection[Any]) -> None:
    made = a_household(2)
    found = admin.execute(REGISTERED, {"home": made.id, "person": made.persons[1]}).fetchall()
    assert found == [(2, 1, 1)]


def test_upkeep_still_adds_to_those_who_are_there(home: Household) -> None:
    stranger = a_household(1).persons[0]
    upkeep = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.REGISTER_UPKEEP}
    with own_look(stranger, **upkeep):
        rows(
            "INSERT INTO membership (person_id, household_id, is_main_member, valid)"
            " VALUES (%s, %s, false, '[1990-1-1,1991-1-1)') RETURNING id",
            stranger,
            home.id,
        )
        rows(
            "INSERT INTO card (number, person_id, valid) VALUES (%s, %s, '[2020-1-1,)') RETURNING id",
            secrets.token_hex(8),
            stranger,
        )
        rows("INSERT INTO contact (person_id, kind, value) VALUES (%s, 'post', 'Katu 1') RETURNING id", stranger)
