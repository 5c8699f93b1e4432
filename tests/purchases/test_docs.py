"""docs/receipts.md tells every field, reason, column and error as the program has it, and its examples are taken."""

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from building import a_household, a_source, administrator
from sending import post
from tarkka.api.answers import ERRORS
from tarkka.api.body import BODY_BYTES, BODY_RECEIPTS, MEGABYTE
from tarkka.api.openapi import EXAMPLE, receipt_schema
from tarkka.cli.main import main
from tarkka.purchases.feed import REASONS, RECEIPT_BYTES, GroupAmount, Line, Payment, Receipt, parse
from tarkka.purchases.reading import CSV_COLUMNS, PARQUET_COLUMNS, reader

PAGE = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def example(language, place=0):
    return [text for name, text in BLOCKS if name == language][place]


def field_rows(struct):
    """The rows of a structure's table, made from its schema."""
    schema = receipt_schema()["$defs"][struct.__name__]
    for name, told in schema["properties"].items():
        form = told | next((arm for arm in told.get("anyOf", ()) if arm.get("type") != "null"), {})
        yield f"| `{name}` | {shape(form)} | {'yes' if name in schema['required'] else ''} | {form['description']} |"


def shape(form):
    if form.get("pattern", "").startswith("^-?"):
        return "decimal text"
    if "format" in form:
        return "time"
    if "enum" in form:
        return " or ".join(f"`{word}`" for word in sorted(form["enum"], reverse=True))
    if form["type"] == "array":
        return f"list, at most {form['maxItems']:,}"
    if form["type"] == "integer":
        return f"number, {form['minimum']}–{form['maximum']:,}"
    least, most = form.get("minLength", 0), form["maxLength"]
    return f"text, {most} long" if least == most else f"text, {'' if least else 'or empty, '}at most {most}"


@pytest.mark.parametrize("struct", [Receipt, Line, GroupAmount, Payment], ids=lambda struct: struct.__name__)
def test_every_field_is_told(struct):
    missing = [row for row in field_rows(struct) if row not in PAGE]
    assert not missing, "\n".join(missing)


def test_every_reason_is_told_in_order():
    rows = [f"| `{reason}` | {remedy} |" for reason, remedy in REASONS.items()]
    assert "\n".join(rows) in PAGE, "\n".join(rows)


def test_every_error_of_a_request_is_told():
    rows = [f"| {error.status} | `{code}` | {error.text} |" for code, error in ERRORS.items()]
    assert "\n".join(rows) in PAGE, "\n".join(rows)


def test_every_column_is_told():
    assert " ".join(f"`{name}`" for name in CSV_COLUMNS) in PAGE
    assert " ".join(f"`{name}`" for name in PARQUET_COLUMNS) in PAGE


def test_bounds_are_told():
    assert f"{BODY_BYTES // MEGABYTE} MB" in PAGE
    assert f"{BODY_RECEIPTS:,} receipts" in PAGE
    assert f"{RECEIPT_BYTES // MEGABYTE} MB" in PAGE


def test_commands_in_it_exist():
    words = get_command(main)
    for line in example("console").splitlines():
        if line.startswith("$ tarkka "):
            command = words
            for word in line.split()[2:]:
                if not hasattr(command, "commands"):
                    break
                command = command.commands[word]
            options = {name for parameter in command.params for name in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", line)) <= options, line


def test_json_examples_are_receipts_and_the_first_is_the_apis():
    first, *others = [json.loads(text) for name, text in BLOCKS if name == "json"]
    assert first == EXAMPLE
    for other in others:
        assert isinstance(parse(json.dumps(first | other).encode()), Receipt)


def test_csv_example_is_taken(tmp_path):
    file = tmp_path / "example.csv"
    file.write_text(example("csv"))
    (part,) = reader(file)()
    found = [parse(raw) for _, raw in part.read()]
    assert [isinstance(receipt, Receipt) for receipt in found] == [True, True]
    assert [len(receipt.lines or ()) for receipt in found] == [2, 0]


def test_answer_in_it_is_what_the_api_says(site):
    """The example as it stands, sent twice and once with a wrong GTIN, over the real API."""
    from tarkka.purchases.actions import register_outlets

    register_outlets([(EXAMPLE["outlet"], "Prisma Kannelmäki", "prisma")])
    household = a_household(1)
    with administrator() as connection:
        connection.execute("UPDATE card SET number = %s WHERE number = %s", [EXAMPLE["card"], household.cards[0]])
    wrong = json.loads(json.dumps(EXAMPLE | {"receipt_id": "0001-20260302-4712"}))
    wrong["lines"][0]["gtin"] = "6408430000136"
    body = b"".join(json.dumps(receipt).encode() + b"\n" for receipt in (EXAMPLE, EXAMPLE, wrong))
    answer = post(a_source(), body)
    assert answer.json() == json.loads(example("jsonc"))
