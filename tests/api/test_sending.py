"""`POST /api/v1/receipts` over the real site and register: what is answered of each receipt, and of no receipt."""

import gzip
import io
import json
import tracemalloc
import zlib
from pathlib import Path

import psycopg
import pytest
from django.test import Client, override_settings

from building import GROUP_TIME, a_household, a_receipt, a_return, a_source, administrator, outlet_of
from sending import NDJSON, RECEIPTS, ndjson, post, send
from storing import kept
from tarkka.api.answers import ERRORS
from tarkka.api.body import BODY_BYTES, BODY_RECEIPTS
from tarkka.description.rulebook import Rulebook
from tarkka.purchases.feed import REASONS


@pytest.fixture
def source(site):
    """A source that nobody else sends for."""
    return a_source()


@pytest.fixture(scope="module")
def card(site):
    return a_household(1).cards[0]


def refused(answer, error):
    assert (answer.status_code, answer.json()["error"]) == (ERRORS[error].status, error), answer.content
    assert answer.json()["text"] == ERRORS[error].text
    return True


def test_each_receipt_is_answered_in_order(source, card):
    total = a_receipt(card=card, outlet=outlet_of("restaurants"))
    group = a_receipt(card=card, purchased_at=GROUP_TIME)
    product = a_receipt(card=card)
    wrong = a_receipt(card=card)
    wrong["lines"][1]["gtin"] = "6408430000136"
    cardless = a_receipt()
    back = a_return(product)
    answer = post(source, ndjson([back, total, group]) + b"\n{\n" + ndjson([product, product, wrong, cardless]))
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 5,
        "accepted_by_level": {"TOTAL": 1, "GROUP": 1, "PRODUCT": 2},
        "without_card": 1,
        "duplicate": 1,
        "rejected": 2,
        "receipts": [
            {"at": 1, "receipt_id": back["receipt_id"], "status": "accepted", "level": "PRODUCT"},
            {"at": 2, "receipt_id": total["receipt_id"], "status": "accepted", "level": "TOTAL"},
            {"at": 3, "receipt_id": group["receipt_id"], "status": "accepted", "level": "GROUP"},
            {"at": 5, "receipt_id": None, "status": "rejected", "reason": "bad_json", "remedy": REASONS["bad_json"]},
            {"at": 6, "receipt_id": product["receipt_id"], "status": "accepted", "level": "PRODUCT"},
            {"at": 7, "receipt_id": product["receipt_id"], "status": "duplicate"},
            {
                "at": 8,
                "receipt_id": wrong["receipt_id"],
                "status": "rejected",
                "reason": "bad_gtin",
                "place": "lines[1].gtin",
                "remedy": REASONS["bad_gtin"],
            },
            {"at": 9, "receipt_id": cardless["receipt_id"], "status": "accepted", "without_card": True},
        ],
    }
    assert len(kept(source)) == 4


def test_json_array_is_taken_as_well(source, card):
    sales = [a_receipt(card=card), a_receipt(card="0"), a_receipt(card=card)]
    answer = post(source, json.dumps(sales).encode(), "application/json; charset=UTF-8").json()
    assert [(found["at"], found["status"]) for found in answer["receipts"]] == [
        (1, "accepted"),
        (2, "rejected"),
        (3, "accepted"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"", NDJSON), (b"\n \r\n", NDJSON), (b" [ ] ", "application/json")]
)
def test_empty_batch_is_a_batch(source, body, content_type):
    answer = post(source, body, content_type)
    assert (answer.status_code, answer.json()["receipts"]) == (200, [])


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", None),
        (b"{", None),
        (b"{}", None),
        (b"[1, 2", None),
        (b'[{"a": 1} {"b": 2}]', "byte 10"),
        (b"[tru]", "byte 2"),
        (b'[{"a": 1}]]', "byte 11"),
        (b"[" * 100_000, None),
        (b"\xff\xfe[\x00]\x00", "byte 0"),
    ],
    ids=range(9),
)
def test_what_is_no_array_is_refused_with_its_place(source, body, place):
    answer = post(source, body, "application/json")
    assert refused(answer, "bad_array")
    assert answer.json().get("place") == place


def test_spoilt_element_is_rejected_by_itself(source, card):
    good = json.dumps(a_receipt(card=card)).encode()
    spoilt = [b"1", b"null", b'"\xff"', b"[" * 200 + b"]" * 200, b'{"card": "\xff"}', b"{}"]
    answer = post(source, b"[" + b",".join([good, *spoilt, good]) + b"]", "application/json")
    statuses = [found["status"] for found in answer.json()["receipts"]]
    assert statuses == ["accepted", *["rejected"] * len(spoilt), "duplicate"]


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_accepted(source, card, members):
    sales = [a_receipt(card=card) for _ in range(3)]
    body = gzip.compress(ndjson(sales)) if members == 1 else b"".join(gzip.compress(ndjson([sale])) for sale in sales)
    answer = post(source, body, HTTP_CONTENT_ENCODING="gzip")
    assert answer.json()["accepted"] == 3


@pytest.mark.parametrize(
    "body",
    [b"not gzip", gzip.compress(b"{}\n" * 1_000)[:-9], gzip.compress(b"{}") + b"more", zlib.compress(b"{}")],
    ids=["text", "cut off", "more after it", "zlib"],
)
def test_what_is_no_gzip_is_refused(source, body):
    assert refused(post(source, body, HTTP_CONTENT_ENCODING="gzip"), "bad_gzip")


def test_other_encodings_and_types_are_refused(source):
    answer = post(source, b"{}", HTTP_CONTENT_ENCODING="br")
    assert refused(answer, "unsupported_encoding")
    assert answer["Accept-Encoding"] == "gzip"
    for content_type in ("text/csv", "", "multipart/form-data; boundary=x", "application/json; charset=latin-1"):
        assert refused(post(source, b"{}", content_type), "unsupported_type")


def peak_of(work):
    tracemalloc.start()
    try:
        answer = work()
        return answer, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Endless:
    """A body that would never end, of which nothing should be read once its length is known."""

    def __init__(self):
        self.read_bytes = 0

    def read(self, size):
        self.read_bytes += size
        return b" " * size

    readline = read


def test_body_of_200_megabytes_is_refused_unread(source):
    endless = Endless()
    answer = post(source, b"", CONTENT_LENGTH=str(200 << 20), **{"wsgi.input": endless})
    assert refused(answer, "body_too_large")
    assert endless.read_bytes == 0


def test_packed_body_of_a_gigabyte_is_refused_in_bounded_memory_before_anything_is_taken(source, card):
    sale = ndjson([a_receipt(card=card)])
    packer = zlib.compressobj(9, wbits=31)
    megabyte = b" " * (1 << 20)
    body = packer.compress(sale) + b"".join(packer.compress(megabyte) for _ in range(1_024)) + packer.flush()
    answer, peak = peak_of(lambda: post(source, body, HTTP_CONTENT_ENCODING="gzip"))
    assert refused(answer, "body_too_large")
    assert peak < 3 * BODY_BYTES
    assert kept(source) == {}


def test_more_receipts_than_are_answered_are_refused_before_anything_is_taken(source, card):
    sale = ndjson([a_receipt(card=card)])
    assert refused(post(source, sale + b"1\n" * BODY_RECEIPTS), "too_many_receipts")
    assert refused(post(source, b"[1" + b",1" * BODY_RECEIPTS + b"]", "application/json"), "too_many_receipts")
    assert kept(source) == {}


def test_body_without_its_length_or_shorter_than_it_is_refused(source, card):
    sale = ndjson([a_receipt(card=card)])
    assert refused(post(source, sale, CONTENT_LENGTH=""), "length_required")
    answer = post(source, sale, CONTENT_LENGTH=str(len(sale) + 1), **{"wsgi.input": io.BytesIO(sale)})
    assert refused(answer, "cut_off")
    assert kept(source) == {}


WRONG = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    "Basic dXNlcjpwYXNz",
    "Bearer \x00",
    "Bearer \xe4",
    "bearer a b",
    "x" * 9_000,
]


def test_missing_and_wrong_tokens_are_answered_alike(source):
    answers = [post(None, b"{}"), *(post(None, b"{}", HTTP_AUTHORIZATION=wrong) for wrong in WRONG)]
    assert all(refused(answer, "unauthorized") for answer in answers)
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="receipts"'}


def test_unknown_sender_learns_nothing_of_the_body(source):
    assert refused(post(None, b"[" * 10, "text/plain", HTTP_CONTENT_ENCODING="br"), "unauthorized")


def test_needs_no_session_no_cookie_and_no_form_token(source):
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    answer = client.post(RECEIPTS, b"\n", content_type=NDJSON, HTTP_AUTHORIZATION=f"Bearer {source.token}")
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_source_speaks_for_its_own_outlets(site, card):
    """Another source's outlet, by chain and by outlet."""
    narrow = a_source(["prisma"], outlets=[outlet_of("sokos")])
    answers = send(narrow, [a_receipt(card=card, outlet=outlet_of(chain)) for chain in ("prisma", "sokos", "s-market")])
    assert [answer.get("reason") for answer in answers] == [None, None, "outlet_of_another_source"]


def test_more_than_one_batch_of_receipts_and_their_returns(source, card):
    sales = [a_receipt(card=card) for _ in range(5_003)]
    backs = [a_return(sales[0]), a_return(sales[-1])]
    answers = send(source, [backs[0], *sales, backs[1]])
    assert {answer["status"] for answer in answers} == {"accepted"}
    assert [answer["receipt_id"] for answer in answers[:2]] == [backs[0]["receipt_id"], sales[0]["receipt_id"]]


def test_fault_of_the_database_is_told_plainly_and_nothing_is_half_taken(source, card, caplog):
    sales = [a_receipt(card=card) for _ in range(3)]
    with administrator() as connection:
        connection.execute("REVOKE INSERT ON receipt_line FROM tarkka_intake")
        try:
            answer = post(source, ndjson(sales))
        finally:
            connection.execute("GRANT INSERT ON receipt_line TO tarkka_intake")
    assert refused(answer, "intake_fault")
    assert "42501" in caplog.text
    assert card not in caplog.text + answer.content.decode()
    assert kept(source) == {}
    assert [found["status"] for found in send(source, sales)] == ["accepted"] * 3


def test_connection_that_breaks_is_answered_503_and_the_next_request_has_a_new_one(source, card):
    from django.db import connection

    sales = [a_receipt(card=card)]
    assert send(source, sales)
    connection.ensure_connection()
    for breaking in (lambda: connection.connection.close(), terminate_all):
        breaking()
        answer = post(source, ndjson(sales))
        if answer.status_code != 200:
            assert refused(answer, "database_fault")
            assert answer["Retry-After"]
        assert [found["status"] for found in send(source, sales)] == ["duplicate"]


def terminate_all():
    with administrator() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tarkka_app'")


def test_database_that_is_gone_is_answered_503(source, card, monkeypatch):
    from django.db import connection

    connection.close()

    def unreachable(*arguments, **options):
        raise psycopg.OperationalError("no server at /tmp/secret")

    monkeypatch.setattr("django.db.backends.postgresql.base.Database.connect", unreachable)
    answer = post(source, ndjson([a_receipt(card=card)]))
    assert refused(answer, "database_fault")
    assert "secret" not in answer.content.decode()


def test_register_without_a_description_takes_nothing(source, card, monkeypatch):
    monkeypatch.setattr("tarkka.purchases.intake.load_rulebook", lambda: Rulebook(()))
    assert refused(post(source, ndjson([a_receipt(card=card)])), "no_description")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options", "trace"])
def test_receipts_are_posted_alone(site, method):
    answer = getattr(Client(SERVER_NAME="localhost"), method)(RECEIPTS)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert method == "head" or refused(answer, "wrong_method")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ["/api/", "/api/v1", "/api/v1/nothing", "/api/v1/receipts/1"])
def test_what_is_not_there_is_told_to_programs_as_programs_read(site, method, address):
    assert refused(getattr(Client(SERVER_NAME="localhost"), method)(address), "not_found")


def test_request_for_another_host_is_refused(site):
    answer = Client(SERVER_NAME="localhost").post(RECEIPTS, headers={"host": "elsewhere.example"})
    assert refused(answer, "bad_request")


def test_failure_is_told_without_what_failed(source, monkeypatch):
    monkeypatch.setattr("tarkka.api.views.read_receipts", lambda request: {}["secret"])
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    answer = client.post(RECEIPTS, b"{}", NDJSON, headers={"Authorization": f"Bearer {source.token}"})
    assert refused(answer, "fault")
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("address", [RECEIPTS, "/api/v1/openapi.json"])
def test_what_comes_in_the_clear_is_refused_and_not_led_on(source, address):
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {source.token}"})
        assert refused(client.get(address), "not_encrypted")
        assert client.get(address, headers={"X-Forwarded-Proto": "https"}).status_code in (200, 405)


def test_every_error_is_tested_here():
    assert not [error for error in ERRORS if f'"{error}")' not in Path(__file__).read_text()]
