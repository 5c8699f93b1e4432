"""Staff signs in: an invitation, a password, a second factor; and nobody else does."""

import re
import time

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
        main, ["staff", "open", user_id, "--name", "Maija Mehu", "--email", "maija@example.org", "--language", "en"], "\n"
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
