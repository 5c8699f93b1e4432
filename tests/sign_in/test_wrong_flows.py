"""Every wrong way to come back from a provider is refused, for the reason that it is wrong, and nobody is signed in.

Whatever a stranger, a mixed-up provider or an old token could try. (R13)
"""

import json
import logging
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing

from acting import code
from brokers import CLIENT, TEST_LEVEL, Forgery, key, public
from tarkka.sign_in.refusals import Reason

LOA2 = "http://ftn.ficora.fi/2017/loa2"
TEST_CODES = [code(date(1990, 1, 1), number, "-") for number in (900, 999)]

# What a token says, in whatever way it is signed and encrypted: why it is refused.
CLAIMS: dict[str, tuple[dict[str, Any], Reason]] = {
    "issuer of another": ({"iss": "https://elsewhere.example"}, Reason.ISSUER),
    "no issuer": ({"iss": None}, Reason.ISSUER),
    "for somebody else": ({"aud": "somebody-else"}, Reason.AUDIENCE),
    "for us and somebody else": ({"aud": [CLIENT, "somebody-else"]}, Reason.AUDIENCE),
    "for nobody": ({"aud": None}, Reason.AUDIENCE),
    "authorised for somebody else": ({"azp": "somebody-else"}, Reason.AUDIENCE),
    "expired": ({"exp": timedelta(seconds=-120)}, Reason.EXPIRED),
    "no end": ({"exp": None}, Reason.TOKEN),
    "end that is text": ({"exp": "tomorrow"}, Reason.TOKEN),
    "end that is true": ({"exp": True}, Reason.TOKEN),
    "issued in the future": ({"iat": timedelta(seconds=3600), "exp": timedelta(seconds=7200)}, Reason.FUTURE),
    "issued long ago, valid for long": (
        {"iat": timedelta(seconds=-3600), "exp": timedelta(seconds=3600)},
        Reason.EXPIRED,
    ),
    "no time of issue": ({"iat": None}, Reason.TOKEN),
    "not valid yet": ({"nbf": timedelta(seconds=3600)}, Reason.FUTURE),
    "another nonce": ({"nonce": "another"}, Reason.NONCE),
    "no nonce": ({"nonce": None}, Reason.NONCE),
    "level too low": ({"acr": "http://ftn.ficora.fi/2017/loa1"}, Reason.LEVEL),
    "level among others": ({"acr": [TEST_LEVEL]}, Reason.LEVEL),
    "no level": ({"acr": None}, Reason.LEVEL),
    "time of authentication that is text": ({"auth_time": "now"}, Reason.TOKEN),
    "authenticated in the future": ({"auth_time": timedelta(seconds=3600)}, Reason.FUTURE),
    "another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, Reason.TOKEN),
    "no identity code": ({"personal_identity_code": None}, Reason.IDENTITY),
    "identity code under another name": (
        {"personal_identity_code": None, "urn:oid:1.2.246.21": "010190-002X"},
        Reason.IDENTITY,
    ),
    "identity code with a wrong check character": ({"personal_identity_code": "010190-002A"}, Reason.IDENTITY),
    "identity codes": ({"personal_identity_code": ["010190-002X"]}, Reason.IDENTITY),
}

# How a token is signed and encrypted.
MADE: dict[str, tuple[Forgery, Reason]] = {
    "not signed": (Forgery(signed_by=None), Reason.SIGNATURE),
    "algorithm none": (Forgery(header={"alg": "none", "kid": None}), Reason.ALGORITHM),
    "algorithm none, naming the key": (Forgery(header={"alg": "none"}), Reason.ALGORITHM),
    "HS256 under the public key": (Forgery(header={"alg": "HS256"}), Reason.ALGORITHM),
    "RS512": (Forgery(header={"alg": "RS512"}), Reason.ALGORITHM),
    "PS256": (Forgery(header={"alg": "PS256"}), Reason.ALGORITHM),
    "signed by a stranger, encrypted to us": (Forgery(signed_by="stranger"), Reason.SIGNATURE),
    "signed by a stranger under the provider's name": (
        Forgery(signed_by="stranger", header={"kid": "broker-key"}),
        Reason.SIGNATURE,
    ),
    "key that comes along": (
        Forgery(signed_by="stranger", header={"jwk": public("stranger", "sig"), "kid": "broker-key"}),
        Reason.SIGNATURE,
    ),
    "signed by the provider's encryption key": (Forgery(signed_by="broker enc"), Reason.SIGNATURE),
    "signed by the entity key": (Forgery(signed_by="broker entity"), Reason.SIGNATURE),
    "signed by our own key": (Forgery(signed_by="our sign"), Reason.SIGNATURE),
    "no key is named": (Forgery(header={"kid": None}), Reason.SIGNATURE),
    "key named by a list": (Forgery(header={"kid": ["broker-key"]}), Reason.SIGNATURE),
    "not encrypted": (Forgery(encrypted_to=None), Reason.ENCRYPTION),
    "encrypted to somebody else": (Forgery(encrypted_to="stranger"), Reason.ENCRYPTION),
    "encrypted to our signing key": (Forgery(encrypted_to="our sign"), Reason.ENCRYPTION),
    "RSA1_5": (Forgery(outer_header={"alg": "RSA1_5"}), Reason.ALGORITHM),
    "RSA-OAEP-256": (Forgery(outer_header={"alg": "RSA-OAEP-256"}), Reason.ALGORITHM),
    "A256GCM": (Forgery(outer_header={"enc": "A256GCM"}), Reason.ALGORITHM),
    "compressed": (Forgery(outer_header={"zip": "DEF"}), Reason.ALGORITHM),
    "header that must be understood": (
        Forgery(outer_header={"crit": ["strange"], "strange": "x"}),
        Reason.ENCRYPTION,
    ),
    "no claims": (Forgery(payload=["nothing"]), Reason.TOKEN),
    "no token at all": (Forgery(token="nonsense"), Reason.ENCRYPTION),
    "five parts of nothing": (Forgery(token="e30.e30.e30.e30.e30"), Reason.ENCRYPTION),
}

# How the provider publishes its keys.
KEYS: dict[str, tuple[Forgery, Reason]] = {
    "keys that nobody signed": (Forgery(keys_signed_by=None), Reason.KEYS),
    "keys signed by a stranger": (Forgery(keys_signed_by="stranger"), Reason.KEYS),
    "keys signed by the key among them": (Forgery(keys_signed_by="broker"), Reason.KEYS),
    "keys that expired": (Forgery(key_set={"exp": timedelta(seconds=-1)}), Reason.KEYS),
    "keys of last week, with no end": (Forgery(key_set={"iat": timedelta(days=-7), "exp": None}), Reason.KEYS),
    "keys of no time": (Forgery(key_set={"iat": None, "exp": None}), Reason.KEYS),
    "keys of the future": (Forgery(key_set={"iat": timedelta(seconds=3600)}), Reason.KEYS),
    "keys of another provider": (Forgery(key_set={"iss": "https://elsewhere.example"}), Reason.KEYS),
    "no key set": (Forgery(key_set={"keys": None}), Reason.KEYS),
    "key set of nonsense": (Forgery(key_set={"keys": ["x", {}, {"kty": "RSA"}, None]}), Reason.SIGNATURE),
    "key that is for encryption": (Forgery(key_set={"keys": [public("broker", "enc")]}), Reason.SIGNATURE),
}

# What the token endpoint answers in place of tokens.
ANSWERS: dict[str, tuple[tuple[int, bytes], Reason]] = {
    "code unknown or PKCE mismatch": ((400, b'{"error": "invalid_grant"}'), Reason.PROVIDER),
    "client unknown": ((401, b'{"error": "invalid_client"}'), Reason.PROVIDER),
    "fault": ((500, b""), Reason.UNREACHABLE),
    "way to elsewhere": ((302, b""), Reason.PROVIDER),
    "no JSON": ((200, b"<html>"), Reason.TOKEN),
    "no object": ((200, b"[]"), Reason.TOKEN),
    "no ID token": ((200, b'{"access_token": "opaque"}'), Reason.TOKEN),
    "ID token that is no text": ((200, b'{"id_token": 1}'), Reason.TOKEN),
    "no end": ((200, b" " * 300_000), Reason.PROVIDER),
}


@pytest.fixture
def is_refused(caplog: pytest.LogCaptureFixture) -> Callable[..., None]:
    """Check that an answer refuses, tells the customer so, and leaves a reason and nothing of anybody in the log."""

    def check(visit: Any, answer: Any, reason: Reason) -> None:
        records = [record for record in caplog.records if record.name == "tarkka.security.sign_in"]
        told = [record.getMessage() for record in records if record.levelno == logging.WARNING]
        assert [line.removeprefix("sign-in refused: ").split(":")[0] for line in told] == [reason]
        assert visit.broker.claims["personal_identity_code"] not in told[0]
        assert answer.status_code == (502 if reason is Reason.UNREACHABLE else 400)
        assert b"Try again" in answer.content
        assert not visit.is_signed_in

    caplog.set_level(logging.INFO)
    return check


def test_right_answer_signs_in(visit: Any) -> None:
    """Without this, everything below could be refused for any reason."""
    answer = visit.begin("?next=/looks/").end()
    assert (answer.status_code, answer["Location"]) == (302, "/looks/")
    assert visit.is_signed_in


@pytest.mark.parametrize("wrong", CLAIMS)
def test_token_that_says_what_is_wrong_is_refused(visit: Any, is_refused: Any, wrong: str) -> None:
    claims, reason = CLAIMS[wrong]
    is_refused(visit, visit.begin().end(Forgery(claims=claims)), reason)


@pytest.mark.parametrize("wrong", MADE)
def test_token_that_is_made_wrong_is_refused(visit: Any, is_refused: Any, wrong: str) -> None:
    forgery, reason = MADE[wrong]
    is_refused(visit, visit.begin().end(forgery), reason)


@pytest.mark.parametrize("wrong", KEYS)
def test_keys_that_cannot_be_trusted_are_refused(visit: Any, is_refused: Any, wrong: str) -> None:
    forgery, reason = KEYS[wrong]
    is_refused(visit, visit.begin().end(forgery), reason)


@pytest.mark.parametrize("wrong", ANSWERS)
def test_answer_without_a_token_is_refused(visit: Any, is_refused: Any, wrong: str) -> None:
    answer, reason = ANSWERS[wrong]
    is_refused(visit, visit.begin().end(Forgery(answer=lambda _: answer)), reason)


def test_key_that_is_too_small_is_refused(visit: Any, is_refused: Any) -> None:
    modulus = urlsafe_b64encode(key("broker").private_key.public_key().public_numbers().n.to_bytes(256)[:128]).decode()
    small = public("broker", "sig") | {"n": modulus.rstrip("=")}
    is_refused(visit, visit.begin().end(Forgery(key_set={"keys": [small]})), Reason.SIGNATURE)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"state": "another"}, Reason.STATE),
        ({"state": None}, Reason.STATE),
        ({"state": "ä"}, Reason.STATE),
        ({"code": None}, Reason.CODE),
        ({"code": ""}, Reason.CODE),
        ({"iss": "https://elsewhere.example"}, Reason.ISSUER),
        ({"code": None, "error": "invalid_request"}, Reason.PROVIDER),
        ({"error": "server_error"}, Reason.PROVIDER),
    ],
)
def test_answer_that_does_not_fit_the_question_is_refused(
    visit: Any, is_refused: Any, answer: dict[str, Any], reason: Reason
) -> None:
    is_refused(visit, visit.begin().end(**answer), reason)
    assert not visit.broker.forms or visit.broker.forms[-1]["code"] != answer.get("code")


def test_cancelling_at_the_provider_is_no_fault(visit: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = visit.begin().end(code=None, error="access_denied")
    assert answer.status_code == 200
    assert b"Sign-in was cancelled" in answer.content
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    assert not visit.is_signed_in


def test_answer_in_a_browser_that_did_not_ask_is_refused(visit: Any, is_refused: Any) -> None:
    """Somebody else's answer, slipped to a visitor, would sign them in as somebody else."""
    visit.begin()
    other = type(visit)(visit.broker, asked=visit.asked)
    is_refused(other, other.end(), Reason.STATE)


@pytest.mark.parametrize("sender", ["cross-site", "same-site"])
def test_no_other_site_begins_a_sign_in(visit: Any, sender: str) -> None:
    """A broker that remembers the visitor would end it unasked."""
    answer = visit.client.get("/sign-in/start/?next=/looks/", headers={"Sec-Fetch-Site": sender})
    assert answer["Location"] == "/sign-in/?next=%2Flooks%2F"
    assert "tarkka_sign_in" not in visit.client.cookies


def test_attempt_of_another_browser_does_not_fit(visit: Any, is_refused: Any) -> None:
    other = type(visit)(visit.broker).begin()
    visit.begin()
    visit.asked = other.asked
    is_refused(visit, visit.end(), Reason.STATE)


@pytest.mark.parametrize("change", [lambda kept: kept + "x", lambda kept: "x" + kept, lambda _: "", lambda _: "e30"])
def test_attempt_that_was_tampered_with_is_refused(visit: Any, is_refused: Any, change: Any) -> None:
    cookies = visit.begin().client.cookies
    cookies["tarkka_sign_in"] = change(cookies["tarkka_sign_in"].value)
    is_refused(visit, visit.end(), Reason.STATE)


def test_attempt_signed_for_something_else_is_refused(visit: Any, is_refused: Any) -> None:
    cookies = visit.begin().client.cookies
    kept = signing.loads(cookies["tarkka_sign_in"].value, salt="tarkka.sign_in.customers")
    cookies["tarkka_sign_in"] = signing.dumps(kept, salt="another")
    is_refused(visit, visit.end(), Reason.STATE)


def test_attempt_that_took_too_long_is_refused(visit: Any, is_refused: Any) -> None:
    cookies = visit.begin().client.cookies
    kept = signing.loads(cookies["tarkka_sign_in"].value, salt="tarkka.sign_in.customers")
    kept["attempt"]["began_at"] -= 16 * 60
    cookies["tarkka_sign_in"] = signing.dumps(kept, salt="tarkka.sign_in.customers")
    is_refused(visit, visit.end(), Reason.EXPIRED)


def test_answer_that_was_used_is_refused_though_the_browser_kept_its_attempt(visit: Any, is_refused: Any) -> None:
    kept = visit.begin().client.cookies["tarkka_sign_in"].value
    assert visit.end(code="the same").status_code == 302
    visit.client.post("/sign-out/")
    visit.client.cookies["tarkka_sign_in"] = kept
    is_refused(visit, visit.end(code="the same"), Reason.REPLAYED)


def test_answer_that_was_refused_cannot_be_tried_again(visit: Any, is_refused: Any, caplog: Any) -> None:
    kept = visit.begin().client.cookies["tarkka_sign_in"].value
    visit.end(Forgery(claims={"acr": None}))
    caplog.clear()
    visit.client.cookies["tarkka_sign_in"] = kept
    is_refused(visit, visit.end(), Reason.REPLAYED)


def test_reloading_the_page_that_signed_in_is_refused_and_signs_nobody_out(visit: Any) -> None:
    assert visit.begin().end().status_code == 302
    assert visit.end().status_code == 400
    assert visit.is_signed_in


def test_code_that_was_used_is_refused(visit: Any, is_refused: Any) -> None:
    code = secrets.token_hex(8)
    assert type(visit)(visit.broker).begin().end(code=code).status_code == 302
    is_refused(visit, visit.begin().end(code=code), Reason.REPLAYED)


def test_token_that_was_used_is_refused(visit: Any, is_refused: Any) -> None:
    token_id = secrets.token_hex(8)
    assert type(visit)(visit.broker).begin().end(Forgery(claims={"jti": token_id})).status_code == 302
    is_refused(visit, visit.begin().end(Forgery(claims={"jti": token_id})), Reason.REPLAYED)


def test_token_of_another_attempt_is_refused(visit: Any, is_refused: Any) -> None:
    """Its nonce is another's: also where the token has no id by which it would be known again."""
    other = type(visit)(visit.broker).begin()
    other.end(Forgery(claims={"jti": None}))
    is_refused(visit, visit.begin().end(Forgery(token=visit.broker.id_token())), Reason.NONCE)


@pytest.mark.parametrize("auth_time", [None, timedelta(seconds=-3600)], ids=["no time", "an hour ago"])
def test_old_authentication_is_refused_where_a_fresh_one_is_asked_for(
    visit: Any, is_refused: Any, auth_time: timedelta | None
) -> None:
    is_refused(visit, visit.begin("?afresh=1").end(Forgery(claims={"auth_time": auth_time})), Reason.NOT_FRESH)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"acr": TEST_LEVEL}, Reason.LEVEL),
        *(({"acr": LOA2, "personal_identity_code": told}, Reason.TEST_IDENTITY) for told in TEST_CODES),
    ],
)
def test_what_is_for_tests_is_refused_in_production(
    visit: Any, is_refused: Any, change_provider: Any, claims: dict[str, Any], reason: Reason
) -> None:
    change_provider(is_test=False, levels=(LOA2, TEST_LEVEL))
    is_refused(visit, visit.begin().end(Forgery(claims=claims)), reason)


def test_production_signs_in_with_its_own_levels(visit: Any, change_provider: Any) -> None:
    change_provider(is_test=False, levels=(LOA2,))
    assert visit.begin().end(Forgery(claims={"acr": LOA2})).status_code == 302


def test_provider_that_does_not_answer_is_told_plainly(visit: Any, is_refused: Any, change_provider: Any) -> None:
    visit.begin()
    change_provider(token_endpoint="http://127.0.0.1:9/token")
    is_refused(visit, visit.end(), Reason.UNREACHABLE)


def test_provider_that_answers_too_slowly_is_told_plainly(visit: Any, is_refused: Any, change_provider: Any) -> None:
    change_provider(timeout_seconds=0.05)

    def slow(told: dict[str, Any]) -> tuple[int, bytes]:
        time.sleep(0.3)  # longer than the portal waits
        return 200, json.dumps(told).encode()

    is_refused(visit, visit.begin().end(Forgery(answer=slow)), Reason.UNREACHABLE)


def test_provider_that_answers_a_byte_at_a_time_is_told_plainly(
    visit: Any, is_refused: Any, change_provider: Any
) -> None:
    change_provider(timeout_seconds=0.2)
    is_refused(visit, visit.begin().end(Forgery(answer=lambda _: (200, b" " * 50), drips=True)), Reason.UNREACHABLE)


def test_session_from_before_is_not_the_one_after(visit: Any) -> None:
    """Session fixation: a key that somebody planted in the browser is worth nothing once its owner signs in."""
    visit.begin().end()
    before = visit.client.cookies["tarkka_session"].value
    visit.begin().end()
    after = visit.client.cookies["tarkka_session"].value
    assert before != after
    planted = type(visit)(visit.broker)
    planted.client.cookies["tarkka_session"] = before
    assert not planted.is_signed_in
