"""Sending receipts to the API in this process. Every function needs the `site` fixture."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.test import Client

from building import Source

RECEIPTS = "/api/v1/receipts"
NDJSON = "application/x-ndjson"


def ndjson(receipts: Iterable[Mapping[str, Any]]) -> bytes:
    """Return receipts as NDJSON."""
    return b"".join(json.dumps(receipt).encode() + b"\n" for receipt in receipts)


def post(source: Source | None, body: bytes, content_type: str = NDJSON, **environ: Any) -> Any:
    """Send a body as a source, or without a token. Headers and all else are named as WSGI names them."""
    token = {"HTTP_AUTHORIZATION": f"Bearer {source.token}"} if source else {}
    described = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    return Client(SERVER_NAME="localhost").generic("POST", RECEIPTS, body, content_type, **token | described | environ)


def send(source: Source, receipts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Send receipts as NDJSON and return what was answered of each."""
    answer = post(source, ndjson(receipts))
    assert answer.status_code == 200, answer.content
    return answer.json()["receipts"]
