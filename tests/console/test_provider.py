"""Staff signs in with the employer's provider: the certified `oidc-provider`, and one that tells what is wrong."""

import secrets

import httpx
import pytest
from django.test import override_settings
from joserfc import jwt

import brokers
import browsing
import staffing
from brokers import Forgery
from tarkka.vocabulary import Role

REDIRECT = "http://localhost/console/sign-in/back/"
OURS = {"table": "staff", "user_claim": "preferred_username", "scope": "openid profile"}


@pytest.fixture(scope="module")
def employer(site, tmp_path_factory):
    """The console, set to the real provider, which knows somebody with an account, and somebody without."""
    user_id = staffing.an_account(Role.ANALYST)
    with brokers.real_broker(REDIRECT, {"maija": user_id.upper(), "stranger": "stranger"}) as issuer:
        path = brokers.write_settings(tmp_path_factory.mktemp("employer"), issuer, REDIRECT, **OURS)
        with override_settings(TARKKA_SIGN_IN=path):
            yield user_id


def come_back_from(client, person, query=""):
    """Sign in at the provider as a person, and bring the answer back."""
    address = client.get(f"/console/sign-in/start/{query}")["Location"]
    with httpx.Client() as there:
        while not address.startswith(REDIRECT):
            answer = there.get(address)
            if answer.is_redirect:
                address = str(answer.url.join(answer.headers["Location"]))
            else:
                assert answer.status_code == 200, answer.text
                address = str(answer.url.copy_with(query=f"person={person}".encode()))
    return client.get(address.removeprefix("http://localhost"))


def test_who_has_an_account_gets_in_by_their_user_id(employer):
    client = browsing.anonymous()
    assert "/console/sign-in/start/" in client.get("/console/sign-in/").content.decode()
    assert come_back_from(client, "maija", "?next=/console/account/")["Location"] == "/console/account/"
    assert client.session["staff"] == employer
    assert client.session["way"] == "provider"
    assert employer in client.get("/console/account/").content.decode()


def test_who_has_none_is_told_so_and_gets_none(employer):
    client = browsing.anonymous(HTTP_ACCEPT_LANGUAGE="en")
    answer = come_back_from(client, "stranger")
    assert answer.status_code == 403
    assert "You have no account here" in browsing.words(answer)
    assert client.get("/console/").status_code == 302
    from tarkka.staff.queries import find_account

    assert find_account("stranger") is None


def test_whoever_cancels_is_led_back(employer):
    answer = come_back_from(browsing.anonymous(HTTP_ACCEPT_LANGUAGE="en"), "nobody")
    assert (answer.status_code, "/console/sign-in/" in answer.content.decode()) == (200, True)


def test_fresh_proof_is_the_provider_s(employer):
    client = browsing.anonymous()
    come_back_from(client, "maija")
    assert client.get("/console/proof/?next=/console/account/")["Location"].startswith(
        "/console/sign-in/start/?afresh=1"
    )
    assert come_back_from(client, "maija", "?afresh=1")["Location"] == "/console/"


def test_a_customer_s_attempt_is_not_staff_s(employer):
    """What one face's cookie keeps is worth nothing at the other."""
    client = browsing.anonymous()
    client.get("/console/sign-in/start/")
    from django.core import signing

    with pytest.raises(signing.BadSignature):
        signing.loads(client.cookies["tarkka_sign_in"].value, salt="tarkka.sign_in.customers")


@pytest.fixture(scope="module")
def forger(site, tmp_path_factory):
    """An employer's provider as they are: keys without an entity, tokens that are not encrypted; told by a test."""
    with brokers.forging_broker() as broker:
        plain = {"entity_keys": None, "encryption_keys": None, "own_entity_key": None, "levels": None}
        settings = OURS | plain | {"methods": ["mfa", "hwk"]}
        path = brokers.write_settings(tmp_path_factory.mktemp("forger"), broker.issuer, REDIRECT, **settings)
        broker.claims = {"preferred_username": staffing.an_account(), "amr": ["pwd", "mfa"]}
        with override_settings(TARKKA_SIGN_IN=path):
            yield broker


def sign_in_at(broker, **forgery):
    client = browsing.anonymous(REMOTE_ADDR=f"10.9.{secrets.randbelow(250)}.{secrets.randbelow(250)}")
    sent = httpx.URL(client.get("/console/sign-in/start/")["Location"]).params["request"]
    asked = jwt.decode(sent, brokers.key("our sign"), algorithms=["RS256"]).claims
    assert "acr_values" not in asked
    broker.forgery = Forgery(**{"encrypted_to": None, "keys_signed_by": None} | forgery)
    broker.claims["nonce"] = asked["nonce"]
    answer = {"state": asked["state"], "code": secrets.token_hex(8), "iss": broker.issuer}
    return client, client.get("/console/sign-in/back/", answer)


def test_a_plain_provider_is_enough_where_it_tells_a_second_factor(forger):
    client, answer = sign_in_at(forger)
    assert answer["Location"] == "/console/"
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize(
    ("forgery", "reason"),
    [
        ({"claims": {"amr": ["pwd"]}}, "method"),
        ({"claims": {"amr": None}}, "method"),
        ({"claims": {"amr": "mfa"}}, "method"),
        ({"claims": {"preferred_username": None}}, "identity"),
        ({"claims": {"preferred_username": 17}}, "identity"),
        ({"claims": {"nonce": "another"}}, "nonce"),
        ({"claims": {"aud": "another"}}, "audience"),
        ({"claims": {"iss": "https://another.example"}}, "issuer"),
        ({"signed_by": "stranger"}, "signature"),
        ({"signed_by": None}, "signature"),
        ({"header": {"alg": "none"}}, "algorithm"),
    ],
)
def test_a_token_that_says_what_is_wrong_signs_nobody_in(forger, caplog, forgery, reason):
    client, answer = sign_in_at(forger, **forgery)
    assert answer.status_code == 400
    assert client.get("/console/").status_code == 302
    [told] = [each.getMessage() for each in caplog.records if each.name == "tarkka.security.sign_in"]
    assert told.startswith(f"sign-in refused: {reason}")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"levels": None, "methods": None}, "levels: is empty"),
        ({"user_claim": None, "methods": ["mfa"]}, "methods: is for an employer's provider alone"),
        ({"user_claim": None, "encryption_keys": None}, "encryption_keys: is empty"),
        ({"user_claim": None, "entity_keys": None}, "entity_keys: is empty"),
    ],
)
def test_settings_that_prove_too_little_are_refused(site, tmp_path, changes, problem):
    from tarkka.sign_in.providers import WrongSettings, load

    path = brokers.write_settings(tmp_path, "https://employer.example", "https://own.example/", **OURS | changes)
    with pytest.raises(WrongSettings, match=problem):
        load(path, is_test=True)
