"""The API's description of itself, and schemathesis over the real site and register by it."""

import json
from pathlib import Path

import msgspec
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from building import a_source
from sending import post
from tarkka.api.answers import ERRORS
from tarkka.api.openapi import EXAMPLE, describe, receipt_schema
from tarkka.cli import schema
from tarkka.purchases.feed import REASONS, Receipt, parse

ADDRESS = "/api/v1/openapi.json"


@pytest.fixture(scope="module")
def description(site):
    answer = Client(SERVER_NAME="localhost").get(ADDRESS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return answer.json()


def test_description_is_what_the_program_answers_with(description):
    assert description == json.loads(msgspec.json.encode(describe()))
    assert description["openapi"].startswith("3.1")
    schemas = description["components"]["schemas"]
    assert set(schemas["ErrorAnswer"]["properties"]["error"]["enum"]) == set(ERRORS)
    assert set(schemas["ReceiptAnswer"]["properties"]["reason"]["anyOf"][0]["enum"]) == set(REASONS)
    responses = description["paths"]["/receipts"]["post"]["responses"]
    assert set(responses) == {"200"} | {str(error.status) for error in ERRORS.values()}


def test_description_is_read_without_a_token_and_not_written(site):
    client = Client(SERVER_NAME="localhost")
    assert client.head(ADDRESS).status_code == 200
    assert client.post(ADDRESS).status_code == 405


def test_example_is_a_receipt():
    assert isinstance(parse(json.dumps(EXAMPLE).encode()), Receipt)
    assert set(EXAMPLE) <= set(receipt_schema()["$defs"]["Receipt"]["properties"])


@pytest.fixture(scope="module")
def api(site):
    from tarkka.site.wsgi import application

    @schemathesis.serializer("application/x-ndjson")
    def as_text(context, value):
        return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")

    return schemathesis.openapi.from_wsgi(ADDRESS, application)


@pytest.fixture(scope="module")
def source(site):
    return a_source()


@pytest.mark.parametrize("mode", schemathesis.GenerationMode, ids=lambda mode: mode.name.lower())
def test_whatever_is_sent_is_answered_as_described(api, source, mode):
    # A receipt that breaks the schema is rejected by itself, in an answer of 200: the rest of its batch is taken.
    not_checked = [check for check in CHECKS.get_all() if check.__name__ == "negative_data_rejection"]

    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # to make such large examples smaller takes minutes
    )
    @given(case=api["/receipts"]["POST"].as_strategy(generation_mode=mode))
    def check(case):
        if mode.is_positive:
            case.headers.pop("Content-Encoding", None)  # it says gzip and packs nothing
        headers = {"Authorization": f"Bearer {source.token}"}
        answer = case.call_and_validate(headers=headers, excluded_checks=not_checked)
        assert answer.status_code < 500
        if answer.status_code == 200 and case.media_type == "application/json" and isinstance(case.body, list):
            receipts = answer.json()["receipts"]
            assert [found["at"] for found in receipts] == list(range(1, len(case.body) + 1))
            if mode.is_positive:
                assert "unknown_field" not in {found.get("reason") for found in receipts}
                misshapen = {found["place"] for found in receipts if found.get("reason") == "bad_shape"}
                # To JSON Schema 1.0 is an integer; and which kind of receipt has `refers_to`, it is not told.
                assert {place for place in misshapen if not place.endswith(".line")} <= {"refers_to"}

    check()


def test_schema_and_parser_agree_on_the_example_spoilt_in_every_field(source):
    """What the schema forbids, the parser does: each field of the example left out, of another type, too long."""
    for name in receipt_schema()["$defs"]["Receipt"]["required"]:
        spoilt = [
            {key: value for key, value in EXAMPLE.items() if key != name},
            EXAMPLE | {name: 1},
            EXAMPLE | {name: "x" * 1_000},
        ]
        answers = post(source, json.dumps(spoilt).encode(), "application/json").json()["receipts"]
        assert [(answer["reason"], answer["place"]) for answer in answers] == [("bad_shape", name)] * 3


def test_schema_in_the_docs_is_up_to_date():
    file = Path(__file__).parents[2] / "docs" / "receipt.schema.json"
    assert file.read_text() == schema.text(), "write it anew: tarkka schema"
