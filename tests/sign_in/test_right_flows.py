"""What may differ between brokers and over time, and still be right. (R13)"""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from brokers import Forgery, key, public

DIFFERENT = {
    "audience as a list": Forgery(claims={"aud": ["tarkka-test"]}),
    "authorised for us": Forgery(claims={"azp": "tarkka-test"}),
    "clock ahead": Forgery(claims={"iat": timedelta(seconds=30)}),
    "clock behind": Forgery(claims={"exp": timedelta(seconds=-30)}),
    "token without an id": Forgery(claims={"jti": None}),
    "no time of authentication": Forgery(claims={"auth_time": None}),
    "hash of the access token": Forgery(claims={"at_hash": "bSKYhMEmi7CrMtjaMV0P5Q"}),
    "bare header": Forgery(outer_header={"cty": None, "iss": None, "aud": None}),
    "audience as a list in the header": Forgery(outer_header={"aud": ["tarkka-test"]}),
    "encrypted under another name of our key": Forgery(outer_header={"kid": "whatever"}),
    "encrypted to our next key": Forgery(encrypted_to="our decrypt next"),
    "key set without an end": Forgery(key_set={"exp": None}),
    "keys of other kinds": Forgery(
        key_set={"keys": [{"kty": "EC", "crv": "P-256"}, {"kty": "AKP"}, public("broker", "sig")]}
    ),
}


def stored(visit: Any) -> dict[str, Any]:
    """Return what the server has of the visit's session."""
    from tarkka.sign_in.sessions import SessionStore

    return dict(SessionStore(visit.client.cookies["tarkka_session"].value).load())


@pytest.mark.parametrize("difference", DIFFERENT)
def test_what_may_differ_is_accepted(visit: Any, change_provider: Any, difference: str) -> None:
    change_provider(encryption_keys=(key("our decrypt"), key("our decrypt next")))
    assert visit.begin().end(DIFFERENT[difference]).status_code == 302
    assert visit.is_signed_in


def test_identity_code_may_have_another_name(visit: Any, change_provider: Any) -> None:
    change_provider(identity_claim="urn:oid:1.2.246.21")
    code = visit.broker.claims["personal_identity_code"]
    claims = {"personal_identity_code": None, "urn:oid:1.2.246.21": code.lower()}
    assert visit.begin().end(Forgery(claims=claims)).status_code == 302


def test_request_says_all_that_is_asked_of_it(visit: Any) -> None:
    asked = visit.begin().asked
    assert (asked["iss"], asked["aud"]) == ("tarkka-test", visit.broker.issuer)
    assert asked["exp"] - asked["iat"] == 600
    assert asked["ftn_spname"] == "Tarkka, testi"
    assert asked["ui_locales"] == "en"
    assert asked["code_challenge_method"] == "S256"
    assert "prompt" not in asked
    again = visit.begin().asked
    for name in ("jti", "state", "nonce", "code_challenge"):
        assert len(asked[name]) * 4 >= 128
        assert asked[name] != again[name]


def test_fresh_sign_in_asks_for_it(visit: Any, change_provider: Any) -> None:
    asked = visit.begin("?afresh=1").asked
    assert (asked["prompt"], asked["max_age"]) == ("login", 0)
    assert visit.end().status_code == 302
    change_provider(asks_login=False)
    assert "prompt" not in visit.begin("?afresh=1").asked


def test_pkce_may_be_off(visit: Any, change_provider: Any) -> None:
    change_provider(pkce=False)
    assert "code_challenge" not in visit.begin().asked
    assert visit.end().status_code == 302
    assert "code_verifier" not in visit.broker.forms[-1]


def test_client_proves_itself_by_its_signature(visit: Any) -> None:
    from joserfc import jwt

    visit.begin().end()
    form = visit.broker.forms[-1]
    token = jwt.decode(form["client_assertion"], key("our sign"), algorithms=["RS256"])
    assert token.header["kid"] == key("our sign").thumbprint()
    assert token.claims["iss"] == token.claims["sub"] == form["client_id"] == "tarkka-test"
    assert token.claims["aud"] == f"{visit.broker.issuer}/token"
    assert token.claims["exp"] - token.claims["iat"] <= 600


def test_session_knows_when_the_person_proved_who_they_are(visit: Any) -> None:
    visit.begin().end(Forgery(claims={"auth_time": timedelta(seconds=-3600)}))
    session = stored(visit)
    assert session["authenticated_at"] == pytest.approx(time.time() - 3600, abs=60)
    assert session["signed_in_at"] == pytest.approx(time.time(), abs=60)
    assert session.keys() == {"person_id", "language", "signed_in_at", "authenticated_at"}


@pytest.mark.parametrize(
    ("seconds_ago", "status"), [(0, 200), (540, 200), (660, 302), (None, 302)], ids=["now", "9 min", "11 min", "?"]
)
def test_sensitive_act_asks_for_a_fresh_sign_in(visit: Any, seconds_ago: int | None, status: int) -> None:
    from tarkka.sign_in.sessions import SessionStore

    visit.begin().end(Forgery(claims={"auth_time": None if seconds_ago is None else time.time() - seconds_ago}))
    answer = sensitive(visit.client, SessionStore(visit.client.cookies["tarkka_session"].value), "get")
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == "/sign-in/?next=%2Flooks%2F&afresh=1"
        assert "uusi tunnistautuminen" in visit.client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("path", "came_from", "back"),
    [
        ("/looks/", "", "%2Flooks%2F"),
        ("/sign-out/", "http://localhost/looks/?before=7", "%2Flooks%2F%3Fbefore%3D7"),
        ("/sign-out/", "https://elsewhere.example/looks/", "%2Flooks%2F"),
        ("/sign-out/", "", "%2Fhome%2F"),
    ],
)
def test_form_that_is_not_fresh_leads_back_to_its_page(site: str, path: str, came_from: str, back: str) -> None:
    from tarkka.sign_in.sessions import SessionStore

    session = SessionStore()
    session.update({"person_id": 1, "signed_in_at": time.time(), "authenticated_at": None})
    headers = {"Referer": came_from} if came_from else {}
    answer = sensitive(None, session, "post", path, headers)
    assert answer["Location"] == f"/sign-in/?next={back}&afresh=1"


def sensitive(client: Client | None, session: Any, method: str, path: str = "/looks/", headers: Any = None) -> Any:
    """Ask a sensitive view of the test's own in a session."""
    from django.http import HttpResponse

    from tarkka.portal.signing_in import freshly_signed_in

    request = getattr(RequestFactory(SERVER_NAME="localhost"), method)(path, headers=headers or {})
    request.session = session
    return freshly_signed_in(lambda request, person_id: HttpResponse("done"))(request)


@pytest.mark.parametrize("address", ["/sign-in/start/", "/sign-in/back/"])
def test_signing_in_too_often_is_stopped(visit: Any, address: str) -> None:
    """Counted for an address; a session, which whoever signs in again has, bounds it closer."""
    visit.begin().end()
    answers = [visit.client.get(address).status_code for _ in range(12)]
    assert answers[-1] == 429


def test_page_outside_the_demo_offers_the_provider_and_nobody_to_choose(visit: Any) -> None:
    from tarkka.portal.pages.session import sign_in
    from tarkka.sign_in.sessions import SessionStore

    request = RequestFactory(SERVER_NAME="localhost").get("/sign-in/?next=/looks/")
    request.session = SessionStore()
    page = sign_in(request).content.decode()
    assert "/sign-in/start/?next=%2Flooks%2F" in page
    assert "<form method" not in page.partition("<footer")[0]


def test_without_a_provider_there_is_none_to_go_to(site: str) -> None:
    client = Client(SERVER_NAME="localhost")
    for address in ("/sign-in/start/", "/sign-in/back/", "/sign-in/keys/", "/.well-known/openid-federation"):
        assert client.get(address).status_code == 404
    assert "/sign-in/start/" not in client.get("/sign-in/").content.decode()


def test_keys_without_an_entity_are_published_plainly(visit: Any, change_provider: Any) -> None:
    change_provider(own_entity_key=None)
    answer = visit.client.get("/sign-in/keys/")
    assert [each["use"] for each in answer.json()["keys"]] == ["sig", "enc"]
    assert visit.client.get("/.well-known/openid-federation").status_code == 404
