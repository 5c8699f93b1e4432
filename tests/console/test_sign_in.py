"""Staff signs in: an invitation, a password, a second factor; and nobody else does."""

import re
import time

import psycopg
import pytest
from typer.testing import CliRunner

import browsing
import building
import staffing
from tarkka.vocabulary import Role


@pytest.fixture
def client(site):
    client = browsing.anonymous()
    client.cookies["tarkka_language"] = "en"
    return client


@pytest.fixture
def staff(site):
    return staffing.credentials_of(staffing.an_account(Role.CUSTOMER_SERVICE))


def sessions_of(user_id):
    with building.administrator() as connection:
        return connection.execute("SELECT count(*) FROM session WHERE staff = %s", [user_id]).fetchone()[0]


def test_from_the_command_line_to_the_first_page(client):
    from tarkka.cli.main import main

    user_id = f"maija-{int(time.time() * 1000)}"
    opened = CliRunner().invoke(
        main,
        ["staff", "open", user_id, "--name", "Maija Mehu", "--email", "maija@example.org", "--language", "en"],
        "\n",
    )
    assert opened.exit_code == 0, opened.output
    [code] = re.findall(r"\b(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}\b", opened.output)
    answer = client.post("/console/invitation/", {"code": code.lower().replace("-", " ")})
    assert answer["Location"] == "/console/invitation/password/"
    assert "Maija Mehu" in client.get(answer["Location"]).content.decode()
    answer = client.post(answer["Location"], {"password": staffing.PASSWORD, "again": staffing.PASSWORD})
    assert answer["Location"] == "/console/invitation/second/"
    secret = staffing.secret_on(client.get(answer["Location"]))
    answer = client.post(answer["Location"], {"code": staffing.code(secret)})
    assert answer["Location"] == "/console/"
    assert "Hello, Maija Mehu" in browsing.words(client.get("/console/"))
    client.post("/console/sign-out/")
    assert client.get("/console/")["Location"] == "/console/sign-in/?next=%2Fconsole%2F"
    assert staffing.try_password(client, user_id.upper())["Location"] == "/console/sign-in/second/"
    assert client.get("/console/").status_code == 302
    assert staffing.try_code(client, secret, step=1)["Location"] == "/console/"
    assert client.get("/console/").status_code == 200


# What is wrong, each refused in its own way.


def test_a_password_alone_signs_nobody_in(client, staff):
    assert staffing.try_password(client, staff.user_id)["Location"] == "/console/sign-in/second/"
    assert client.get("/console/")["Location"].startswith("/console/sign-in/")
    assert sessions_of(staff.user_id) == 0


def test_a_second_factor_is_asked_of_nobody_without_the_password(client, staff):
    assert staffing.try_code(client, staff.secret)["Location"] == "/console/sign-in/"
    assert sessions_of(staff.user_id) == 0


def test_the_second_factor_is_waited_for_five_minutes(client, staff):
    staffing.try_password(client, staff.user_id)
    session = client.session
    session["begun"] |= {"at": int(time.time()) - 301}
    session.save()
    assert staffing.try_code(client, staff.secret)["Location"] == "/console/sign-in/"


@pytest.mark.parametrize("told", ["", "12345", "1234567", "abcdef", "００００００"])
def test_what_is_no_code_is_refused(client, staff, told):
    staffing.try_password(client, staff.user_id)
    assert client.post("/console/sign-in/second/", {"code": told}).status_code == 422
    assert sessions_of(staff.user_id) == 0


def test_a_code_of_long_ago_or_of_the_future_is_refused(client, staff):
    staffing.try_password(client, staff.user_id)
    for step in (-3, 3):
        assert staffing.try_code(client, staff.secret, step=step).status_code == 422


def test_a_code_is_used_once(client, staff):
    code = staffing.code(staff.secret)
    for status in (302, 422):
        staffing.try_password(client, staff.user_id)
        assert client.post("/console/sign-in/second/", {"code": code}).status_code == status


def test_an_unknown_user_id_is_answered_as_a_wrong_password(client, staff):
    wrong = staffing.try_password(client, staff.user_id, "something else entirely")
    unknown = staffing.try_password(client, "nobody-at-all", "something else entirely")
    assert wrong.status_code == unknown.status_code == 422
    same = browsing.words(wrong)
    assert browsing.words(unknown) == same
    assert "The user id or the password is wrong" in same


def test_an_unknown_user_id_takes_as_long_as_a_wrong_password(client, staff):
    """Without a hash to compare, an answer would come in a hundredth of the time."""
    from tarkka.staff.actions import check_password
    from tarkka.staff.guessing import Visitor

    def seconds(user_id, network):
        began = time.perf_counter()
        assert not check_password(user_id, "something else entirely", Visitor(network))
        return time.perf_counter() - began

    seconds("nobody-yet", "0")  # the hash of nobody's password is made once
    known = min(seconds(staff.user_id, str(number)) for number in range(5))
    unknown = min(seconds("nobody-at-all", str(number)) for number in range(5))
    assert 0.5 < known / unknown < 2


def test_signing_in_elsewhere_ends_the_session_before(client, staff):
    other = browsing.anonymous()
    for number, each in enumerate((client, other)):
        staffing.try_password(each, staff.user_id)
        staffing.try_code(each, staff.secret, step=number)
    assert other.get("/console/").status_code == 200
    assert client.get("/console/").status_code == 302
    assert sessions_of(staff.user_id) == 1


def test_a_session_is_a_customers_or_staffs_and_never_both(site):
    from tarkka.sign_in.sessions import SessionStore

    [person] = building.a_household(1).persons
    customer = browsing.signed_in(person)
    assert customer.get("/console/").status_code == 302
    user_id = staffing.an_account()
    staff = staffing.signed_in(user_id)
    assert staff.get("/home/").status_code == 302
    # Each signs the other out in the same browser.
    staff.post("/sign-in/", {"person": person})
    assert (staff.get("/console/").status_code, sessions_of(user_id)) == (302, 0)
    staffing.signed_in(user_id)
    customer.post("/console/sign-in/demo/", {"user_id": user_id})
    assert customer.get("/home/").status_code == 302
    both = SessionStore()
    both.update({"person_id": person, "staff": user_id})
    with pytest.raises(ValueError, match="never both"):
        both.save()
    with building.administrator() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("INSERT INTO session VALUES ('both', '', now(), 1, 'staff')")


def test_a_session_begins_anew_at_sign_in(client, staff):
    client.get("/console/sign-in/")
    staffing.try_password(client, staff.user_id)
    before = client.session.session_key
    staffing.try_code(client, staff.secret)
    assert client.session.session_key != before
    assert set(client.session.keys()) == {"staff", "language", "signed_in_at", "seen_at", "proved_at", "way"}


@pytest.mark.parametrize(("what", "seconds"), [("seen_at", 15 * 60), ("signed_in_at", 8 * 60 * 60)])
def test_an_idle_session_and_an_old_one_end(site, what, seconds):
    user_id = staffing.an_account()
    client = staffing.signed_in(user_id)
    for age, status in ((seconds - 30, 200), (seconds + 30, 302)):
        session = client.session
        session[what] = int(time.time()) - age
        session.save()
        assert client.get("/console/").status_code == status
    assert sessions_of(user_id) == 0


def test_closing_an_account_ends_its_session_and_everything_it_signs_in_with(client, staff):
    from tarkka.staff.actions import close_account

    staffing.try_password(client, staff.user_id)
    staffing.try_code(client, staff.secret)
    close_account(staff.user_id, acting="test")
    assert client.get("/console/").status_code == 302
    assert staffing.try_password(client, staff.user_id).status_code == 422


def test_operators_end_everybodys_sessions_staffs_too(client, staff):
    from tarkka.sign_in.sessions import end_sessions

    staffing.try_password(client, staff.user_id)
    staffing.try_code(client, staff.secret)
    end_sessions(None)
    assert client.get("/console/").status_code == 302


def test_the_log_tells_that_and_not_who(client, staff, caplog):
    caplog.set_level("INFO", "tarkka.security.staff")
    staffing.try_password(client, staff.user_id, "wrong and wrong again")
    staffing.try_password(client, staff.user_id)
    staffing.try_code(client, staff.secret)
    told = [each.getMessage() for each in caplog.records if each.name.startswith("tarkka.security.staff")]
    assert told == [
        "staff sign-in refused: user id or password",
        "staff signed in by code",
    ]


def test_a_look_at_what_was_wanted_comes_after(client, staff):
    answer = client.get("/console/account/?done=added")
    client.get(answer["Location"])
    client.post(
        "/console/sign-in/", {"user_id": staff.user_id, "password": staff.password, "next": "/console/account/"}
    )
    assert staffing.try_code(client, staff.secret)["Location"] == "/console/account/"
    client.post("/console/sign-out/")
    client.post("/console/sign-in/", {"user_id": staff.user_id, "password": staff.password, "next": "//evil.example/"})
    assert staffing.try_code(client, staff.secret, step=1)["Location"] == "/console/"
