"""Signing in through the development provider, and what a session is (R13)."""

import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django import conf

import browsing
import building


@pytest.fixture(scope="module")
def household(site):
    return building.a_household()


def stored_session(key: str) -> dict[str, object]:
    """Return what the server has of a session, empty if nothing."""
    from tarkka.sign_in.sessions import SessionStore  # reads the settings, which the fixture makes

    return dict(SessionStore(key).load())


def key_of(client) -> str:
    """Return the key of a client's session."""
    return client.cookies[conf.settings.SESSION_COOKIE_NAME].value


def change_session(client, **changes):
    """Change what the server has of a client's session."""
    from tarkka.sign_in.sessions import SessionStore

    session = SessionStore(key_of(client))
    session.update(changes)
    session.save()


def test_the_provider_says_that_it_proves_nothing(household):
    browsing.offer(household.persons[0])
    page = browsing.words(browsing.anonymous().get("/sign-in/", HTTP_ACCEPT_LANGUAGE="en"))
    assert "This is not strong authentication" in page
    assert "Person" in page
    assert "To be tested" in page


def test_nobody_can_be_chosen_who_is_not_offered(household):
    browsing.offer(household.persons[0])
    client = browsing.anonymous()
    assert client.post("/sign-in/", {"person": household.persons[1]}).status_code == 400
    assert client.get("/purchases/").status_code == 302


def test_somebody_whom_the_register_does_not_know_is_not_signed_in(site):
    browsing.offer(10**15)
    client = browsing.anonymous()
    assert client.post("/sign-in/", {"person": 10**15}).status_code == 400
    assert conf.settings.SESSION_COOKIE_NAME not in client.cookies


def test_the_list_may_be_missing(household):
    (conf.settings.TARKKA_HOME / "demo-people.json").unlink(missing_ok=True)
    assert "Nobody is here yet" in browsing.words(browsing.anonymous().get("/sign-in/", HTTP_ACCEPT_LANGUAGE="en"))


def test_a_session_is_new_at_sign_in_and_knows_only_who_and_which_language(household):
    client = browsing.signed_in(household.persons[0])
    before = client.cookies[conf.settings.SESSION_COOKIE_NAME].value
    browsing.offer(household.persons[1])
    client.post("/sign-in/", {"person": household.persons[1]})
    after = client.cookies[conf.settings.SESSION_COOKIE_NAME].value
    assert before != after
    assert stored_session(before) == {}
    stored = stored_session(after)
    assert [stored.pop(name) for name in ("signed_in_at", "authenticated_at")] == pytest.approx(
        [time.time()] * 2, abs=60
    )
    assert stored == {"person_id": household.persons[1], "language": "fi"}


def test_signing_out_ends_the_session_on_the_server(household):
    client = browsing.signed_in(household.persons[0])
    key = client.cookies[conf.settings.SESSION_COOKIE_NAME].value
    assert client.post("/sign-out/")["Location"] == "/"
    assert stored_session(key) == {}
    client.cookies[conf.settings.SESSION_COOKIE_NAME] = key
    assert client.get("/purchases/").status_code == 302


def test_signing_out_ends_the_sessions_in_other_browsers_and_nobody_elses(household):
    here, elsewhere = (browsing.signed_in(household.persons[0]) for _ in range(2))
    other = browsing.signed_in(household.persons[1])
    here.post("/sign-out/")
    assert elsewhere.get("/looks/").status_code == 302
    assert other.get("/looks/").status_code == 200


def test_an_operator_ends_a_persons_sessions_or_everybodys(household):
    from tarkka.sign_in.sessions import end_sessions

    first, second, other = (browsing.signed_in(household.persons[each]) for each in (0, 0, 1))
    assert end_sessions(household.persons[0]) >= 2
    assert [each.get("/looks/").status_code for each in (first, second, other)] == [302, 302, 200]
    assert end_sessions(None) >= 1
    assert other.get("/looks/").status_code == 302


def test_signing_out_without_a_session_ends_nobodys(household):
    client = browsing.signed_in(household.persons[0])
    assert browsing.anonymous().post("/sign-out/").status_code == 302
    assert client.get("/looks/").status_code == 200


def test_a_session_ends_half_an_hour_after_the_last_page(household):
    client = browsing.signed_in(household.persons[0])
    with building.administrator() as connection:
        [(seconds,)] = connection.execute(
            "SELECT extract(epoch FROM expire_date - now()) FROM session WHERE session_key = %s", [key_of(client)]
        )
        assert 29 * 60 < seconds <= 30 * 60
        connection.execute("UPDATE session SET expire_date = now() WHERE session_key = %s", [key_of(client)])
    assert client.get("/looks/").status_code == 302


def test_a_page_a_minute_after_the_last_one_prolongs_the_session(household):
    client = browsing.signed_in(household.persons[0])
    key = key_of(client)

    def left() -> float:
        with building.administrator() as connection:
            query = "SELECT extract(epoch FROM expire_date - now()) FROM session WHERE session_key = %s"
            return connection.execute(query, [key]).fetchone()[0]

    def shorten() -> None:
        with building.administrator() as connection:
            connection.execute("UPDATE session SET expire_date = now() + '9 min' WHERE session_key = %s", [key])

    client.get("/more/")
    shorten()
    client.get("/more/")
    assert left() < 10 * 60
    change_session(client, seen_at=time.time() - 61)
    shorten()
    client.get("/more/")
    assert left() > 29 * 60


def test_a_session_ends_eight_hours_after_signing_in_however_busy(household):
    client = browsing.signed_in(household.persons[0])
    key = key_of(client)
    change_session(client, signed_in_at=time.time() - 8 * 3600 + 60)
    assert client.get("/looks/").status_code == 200
    change_session(client, signed_in_at=time.time() - 8 * 3600 - 60)
    assert client.get("/looks/").status_code == 302
    assert stored_session(key) == {}


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/looks/", "/looks/"),
        ("", "/home/"),
        ("https://elsewhere.example/", "/home/"),
        ("//elsewhere.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("/nowhere/", "/home/"),
        ("/sign-out/", "/home/"),
    ],
)
def test_signing_in_leads_back_to_a_page_of_ours_only(household, wanted, reached):
    browsing.offer(household.persons[0])
    answer = browsing.anonymous().post("/sign-in/", {"person": household.persons[0], "next": wanted})
    assert answer["Location"] == reached


ADDRESSES = runpy.run_path(str(Path(__file__).parents[1] / "site" / "test_addresses.py"))["ADDRESSES"]


@pytest.mark.parametrize("asked", [each for each in ADDRESSES if each[1] == "get" and "{" not in each[2]], ids=" ".join)
def test_signing_in_leads_back_to_what_answers(household, asked):
    browsing.offer(household.persons[0])
    answer = browsing.anonymous().post("/sign-in/", {"person": household.persons[0], "next": asked[2]})
    assert answer["Location"] == ("/home/" if ADDRESSES[asked][1] == 405 else asked[2])


def test_a_form_without_its_token_is_refused_in_our_own_look(household):
    browsing.offer(household.persons[0])
    answer = browsing.anonymous(enforce_csrf_checks=True).post("/sign-in/", {"person": household.persons[0]})
    assert answer.status_code == 403
    assert 'class="shell open"' in answer.content.decode()


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(household):
    client = browsing.signed_in(household.persons[0])
    cookie = client.cookies[conf.settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_outside_the_demo_there_is_no_development_provider_no_mark_and_only_cookies_of_this_host_and_tls():
    code = """
import sys, django
from django.conf import settings
django.setup()
from django.urls import reverse
from django.template.loader import render_to_string
print(reverse("sign-in"))
print("tarkka.portal.development_identity" in sys.modules, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
print('class="demo"' in render_to_string("error.html", {"title": "", "text": ""}))
"""
    environment = {"TARKKA_DEMO": "0", "DJANGO_SETTINGS_MODULE": "tarkka.site.settings", "PATH": ""}

    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    names = "__Host-tarkka_session __Host-tarkka_form __Host-tarkka_language"
    assert told.stdout.split("\n") == ["/sign-in/", "False True True", names, "False", ""]
