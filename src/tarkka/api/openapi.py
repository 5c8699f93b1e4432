"""The API described to machines: OpenAPI 3.1 and the JSON Schema of a receipt, made from the program's structures."""

from collections import defaultdict
from typing import Any

import msgspec

from tarkka.api.answers import ERRORS, BatchAnswer, ErrorAnswer
from tarkka.api.body import BODY_BYTES, BODY_RECEIPTS, MEGABYTE
from tarkka.purchases.feed import REASONS, Receipt

EXAMPLE = {
    "receipt_id": "0001-20260302-4711",
    "kind": "sale",
    "outlet": "prisma-kannelmaki",
    "channel": "store",
    "purchased_at": "2026-03-02T16:42:00+02:00",
    "card": "9990000000000017",
    "currency": "EUR",
    "total": "5.28",
    "bonus_eligible": "5.28",
    "card_benefit": "0.40",
    "payments": [{"method": "card", "amount": "5.28"}],
    "lines": [
        {
            "line": 1,
            "gtin": "6408430000135",
            "name": "Milk 1 l",
            "group": "dairy",
            "quantity": "2",
            "unit": "pcs",
            "amount": "2.30",
            "vat_rate": "13.5",
        },
        {
            "line": 2,
            "product_code": "4011",
            "name": "Bananas",
            "group": "fruit",
            "quantity": "1.502",
            "unit": "kg",
            "amount": "2.98",
            "lot": "L47",
            "vat_rate": "13.5",
        },
    ],
}
"""A receipt as the documentation shows it."""

_INTRODUCTION = f"""Receipts in, a verdict for each out.

A receipt is stored once, at the level that the register description in force at the moment of purchase allows; anything
finer is let go. Sending the same again is safe: it is answered `duplicate`. One receipt that is rejected does not hold
up the others. A body holds at most {BODY_BYTES // MEGABYTE} MB unpacked and {BODY_RECEIPTS:,} receipts."""


def receipt_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a receipt."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(Receipt)


def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the whole API."""
    (receipt, batch, error), schemas = msgspec.json.schema_components(
        (Receipt, BatchAnswer, ErrorAnswer), ref_template="#/components/schemas/{name}"
    )
    schemas["ErrorAnswer"]["properties"]["error"]["enum"] = sorted(ERRORS)
    reasons = "\n".join(f"- `{reason}`: {remedy}" for reason, remedy in REASONS.items())
    schemas["ReceiptAnswer"]["properties"]["reason"]["description"] = f"Why it was rejected.\n\n{reasons}"
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tarkka: receipts", "version": "1", "description": _INTRODUCTION},
        "servers": [{"url": "/api/v1"}],
        "paths": {"/receipts": {"post": _operation(receipt, batch, error)}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that `tarkka source add` printed.",
                }
            },
        },
    }


def _operation(receipt: dict[str, Any], batch: dict[str, Any], error: dict[str, Any]) -> dict[str, Any]:
    line = msgspec.json.encode(EXAMPLE).decode()
    texts: defaultdict[int, list[str]] = defaultdict(list)
    for code, refusal in ERRORS.items():
        texts[refusal.status].append(f"`{code}`: {refusal.text}")
    return {
        "operationId": "sendReceipts",
        "summary": "Send a batch of receipts",
        "security": [{"token": []}],
        "parameters": [
            {
                "name": "Content-Encoding",
                "in": "header",
                "description": "`gzip` if the body is packed.",
                "schema": {"enum": ["gzip", "identity"]},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "array", "items": receipt}, "example": [EXAMPLE]},
                "application/x-ndjson": {
                    "schema": {
                        "type": "string",
                        "minLength": 1,
                        "description": "One receipt (`Receipt`) a line. A line that is none is rejected by itself.",
                    },
                    "example": f"{line}\n",
                },
            },
        },
        "responses": {
            "200": {
                "description": "What became of each receipt, in the order of the body.",
                "content": {"application/json": {"schema": batch}},
            }
        }
        | {
            str(status): {
                "description": "\n\n".join(refusals),
                "content": {"application/json": {"schema": error}},
            }
            for status, refusals in sorted(texts.items())
        },
    }
