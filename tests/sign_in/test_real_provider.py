"""Signing in at the certified `oidc-provider`: the right flow, and what it refuses of us if we did it wrong. (R13)"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client, override_settings
from joserfc import jwt

import browsing
import building
from acting import new_code
from brokers import key, real_broker, write_settings
from looking import rows

REDIRECT = "http://localhost/sign-in/back/"


@pytest.fixture(scope="module")
def people(site: str) -> dict[str, str]:
    """Test persons of the broker: somebody in the register, and somebody who is not."""
    return {"member": building.a_household(1).identity_codes[0], "stranger": new_code()}


@pytest.fixture(scope="module")
def portal(people: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The portal, set to the real broker, whose issuer it yields."""
    with real_broker(REDIRECT, people) as issuer:
        path = write_settings(tmp_path_factory.mktemp("settings"), issuer, REDIRECT)
        with override_settings(TARKKA_SIGN_IN=path):
            yield issuer


@pytest.fixture
def client(portal: str) -> Client:
    return browsing.anonymous(HTTP_ACCEPT_LANGUAGE="sv")


@pytest.fixture
def there() -> Iterator[httpx.Client]:
    """The visitor's browser at the broker."""
    with httpx.Client() as found:
        yield found


def at_broker(there: httpx.Client, address: str, person: str) -> str:
    """Do what the broker asks, as a person, and return the address with which it sends the visitor back."""
    while True:
        answer = there.get(address)
        if answer.status_code == 200:
            address = str(answer.url.copy_with(query=f"person={person}".encode()))
            continue
        assert answer.is_redirect, answer.text
        address = str(answer.url.join(answer.headers["Location"]))
        if address.startswith(REDIRECT):
            return address.removeprefix("http://localhost")


def sign_in(client: Client, there: httpx.Client, person: str, query: str = "") -> Any:
    """Sign in through the broker and return the portal's answer."""
    return client.get(at_broker(there, client.get(f"/sign-in/start/{query}")["Location"], person))


def test_person_of_the_register_is_signed_in_and_led_where_they_were_going(client: Client, there: Any) -> None:
    answer = sign_in(client, there, "member", "?next=/looks/")
    assert (answer.status_code, answer["Location"]) == (302, "/looks/")
    assert client.get("/looks/").status_code == 200


def test_somebody_who_is_not_in_the_register_is_told_so_and_leaves_nothing(
    client: Client, there: Any, people: dict[str, str]
) -> None:
    tables = ("person", "household", "session", "access_event")

    def kept() -> list[Any]:
        with building.administrator() as connection:
            return [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]

    before = kept()
    answer = sign_in(client, there, "stranger")
    assert answer.status_code == 403
    assert "Du finns inte i registret" in answer.content.decode()
    assert people["stranger"] not in answer.content.decode()
    assert kept() == before
    assert client.get("/looks/").status_code == 302
    assert rows("SELECT count(*) FROM sign_in_used")[0][0] > 0


def test_whoever_cancels_is_led_back_kindly(client: Client, there: Any) -> None:
    answer = sign_in(client, there, "nobody")
    assert answer.status_code == 200
    assert "Inloggningen avbröts" in answer.content.decode()


def test_broker_is_told_the_service_s_name_and_the_language(client: Client, there: Any) -> None:
    asked = there.get(client.get("/sign-in/start/")["Location"], follow_redirects=True).text
    assert "Tarkka, testi" in asked
    assert '<html lang="sv">' in asked


def test_provider_remembers_whom_it_knows_but_not_where_a_fresh_sign_in_is_asked_for(
    client: Client, there: Any
) -> None:
    sign_in(client, there, "member")
    again = there.get(client.get("/sign-in/start/")["Location"], follow_redirects=False)
    assert str(again.headers["Location"]).startswith(REDIRECT)
    afresh = there.get(client.get("/sign-in/start/?afresh=1")["Location"], follow_redirects=False)
    assert "/interaction/" in afresh.headers["Location"]
    assert sign_in(client, there, "member", "?afresh=1&next=/looks/")["Location"] == "/looks/"


# What the provider refuses of us: so it is really sent, and really right above.


def test_request_is_used_once(client: Client, there: Any) -> None:
    address = client.get("/sign-in/start/")["Location"]
    assert there.get(address).is_redirect
    assert "invalid_request_object" in there.get(address).text


def test_request_that_nobody_signed_is_refused(client: Client, there: Any) -> None:
    parts = urlsplit(client.get("/sign-in/start/")["Location"])
    sent = {name: values[0] for name, values in parse_qs(parts.query).items()}
    plain = jwt.decode(sent.pop("request"), key("our sign"), algorithms=["RS256"]).claims
    asked = {name: str(value) for name, value in plain.items() if name not in ("iss", "aud", "exp", "iat", "jti")}
    answer = there.get(f"{parts.scheme}://{parts.netloc}{parts.path}", params=sent | asked)
    assert "error=invalid_request" in answer.headers.get("Location", "") or "invalid_request" in answer.text


def test_request_signed_by_a_stranger_is_refused(client: Client, there: Any, monkeypatch: Any) -> None:
    change(monkeypatch, signing_keys=(key("stranger"),))
    assert "invalid_request_object" in there.get(client.get("/sign-in/start/")["Location"]).text


def test_code_of_another_verifier_is_refused(client: Client, there: Any, monkeypatch: Any) -> None:
    """PKCE: whoever steals a code cannot use it."""
    from django.core import signing

    answer = client.get("/sign-in/start/")
    kept = signing.loads(client.cookies["tarkka_sign_in"].value, salt="tarkka.sign_in.customers")
    kept["attempt"]["verifier"] = secrets.token_urlsafe(32)
    client.cookies["tarkka_sign_in"] = signing.dumps(kept, salt="tarkka.sign_in.customers")
    assert client.get(at_broker(there, answer["Location"], "member")).status_code == 400


def test_request_without_pkce_is_refused_where_it_is_required(client: Client, there: Any, monkeypatch: Any) -> None:
    change(monkeypatch, pkce=False)
    assert "requires+PKCE" in there.get(client.get("/sign-in/start/")["Location"]).headers["Location"]


def test_code_is_given_to_us_alone(client: Client, there: Any, monkeypatch: Any) -> None:
    """Client authentication: a stranger's signature gets no token."""
    address = at_broker(there, client.get("/sign-in/start/")["Location"], "member")
    change(monkeypatch, signing_keys=(key("stranger"),))
    assert client.get(address).status_code == 400


def test_our_keys_and_statement_are_published_signed(client: Client, portal: str) -> None:
    answer = client.get("/sign-in/keys/")
    assert answer["Content-Type"] == "application/jwk-set+jwt"
    told = jwt.decode(answer.content, key("our entity"), algorithms=["RS256"])
    assert told.header["typ"] == "jwk-set+jwt"
    assert [each["use"] for each in told.claims["keys"]] == ["sig", "enc"]
    assert not any({"d", "p", "q"} & each.keys() for each in told.claims["keys"])
    answer = client.get("/.well-known/openid-federation")
    assert answer["Content-Type"] == "application/entity-statement+jwt"
    statement = jwt.decode(answer.content, key("our entity"), algorithms=["RS256"]).claims
    assert statement["iss"] == statement["sub"] == "http://localhost"
    assert statement["metadata"]["openid_relying_party"]["signed_jwks_uri"] == "http://localhost/sign-in/keys/"
    assert not {"d", "p", "q"} & statement["jwks"]["keys"][0].keys()


def change(monkeypatch: Any, **changes: Any) -> None:
    """Change what the portal knows of its provider."""
    from tarkka.portal.pages import session
    from tarkka.sign_in.providers import provider_for

    monkeypatch.setattr(session, "provider_for", lambda name: replace(provider_for(name), **changes))
