"""The extract holds all that the register holds on the person, and nothing of anybody else (R8, R9; GDPR 15, 20)."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import msgspec
import pytest
from psycopg.types.range import Range
from pypdf import PdfReader

from building import a_household, administrator
from looking import own_look
from tarkka.vocabulary import Category, Language, LeftOut, PersonalTable

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Europe/Helsinki")


@pytest.fixture(scope="module")
def people(site):
    """The person whose extract it is, another of their household, and a stranger."""
    from planting import a_planted_household

    return *a_planted_household(), a_planted_household()[0]


@pytest.fixture(scope="module")
def extract(people):
    from tarkka.purchases.queries import source_names
    from tarkka.rights.extract import read_extract

    names = source_names()
    with own_look(people[0].id):
        return read_extract(Language.EN, names)


@pytest.fixture(scope="module")
def archive(extract):
    from tarkka.rights.writing import archive

    return zipfile.ZipFile(io.BytesIO(b"".join(archive(extract))))


@pytest.fixture(scope="module")
def document(archive):
    return json.loads(archive.read("extract.json"))


@pytest.fixture(scope="module")
def letter(extract):
    """What the letter says, without spaces: words may be broken over lines."""
    from tarkka.documents.pdf import pdf
    from tarkka.rights.paper import paper

    return words(pdf("rights/extract.typ", paper(extract, address="Street 1\n00100 X"), "en"))


def words(paper: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


def cells(archive, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"csv/{table}.csv").decode("utf-8-sig"), newline="")))


def as_json(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(ZONE).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return value


def as_cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    is_number = isinstance(value, str) and re.fullmatch(r"-\d+(\.\d+)?", value)
    return f"'{text}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) and not is_number else text


# The name that is told in place of an id.
NAMES = {
    ("breach_person", "breach_id"): "SELECT breach_id, en FROM breach_notice WHERE breach_id = %s",
    ("payout", "id"): "SELECT p.id, t.at FROM payout p JOIN payout_return t ON t.payout_id = p.id WHERE p.id = %s",
    ("payout", "run_id"): "SELECT month, at FROM payout_run WHERE id = %s",
    ("held_receipt", "outlet_id"): "SELECT name FROM outlet WHERE id = %s",
    ("held_receipt", "source_id"): "SELECT name FROM source WHERE id = %s",
    ("held_receipt_line", "product_id"): "SELECT name FROM product WHERE id = %s",
    ("receipt", "outlet_id"): "SELECT name FROM outlet WHERE id = %s",
    ("receipt", "source_id"): "SELECT name FROM source WHERE id = %s",
    ("receipt_line", "product_id"): "SELECT name FROM product WHERE id = %s",
}


def told_values(connection, planted, table: str, column: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, Range):
        return [as_json(end) for end in (value.lower, value.upper) if end is not None]
    if column == "identity_sealed":
        return [planted.identity_code]
    if column == "iban_sealed":
        from tarkka.bonus.account import open_iban

        return [open_iban(bytes(value))]
    if column.endswith("_cents"):
        return [f"{Decimal(value).scaleb(-2):.2f}"]
    if column == "payments":
        return [
            [{"method": each["method"], "amount": f"{Decimal(each['amount_cents']).scaleb(-2):.2f}"} for each in value]
        ]
    if (table, column) in NAMES:
        return [as_json(each) for each in connection.execute(NAMES[table, column], [value]).fetchone()]
    return [as_json(value)]


def owned(connection, table: str, whose: str, person: int):
    """The rows of a table that are a person's, as the server's superuser sees them."""
    condition = "subject_kind = 'person' AND " if table == "access_event" else ""
    cursor = connection.execute(f'SELECT * FROM "{table}" WHERE {condition}{whose} = %s', [person])
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_every_personal_column_is_told_or_the_extract_says_why_not(site):
    from tarkka.rights.tables import not_told

    assert [each for each in not_told() if each.why is None] == []


def test_a_new_personal_column_must_be_decided(site, monkeypatch):
    from tarkka.rights import tables

    person = tables.labels()["person"]
    grown = replace(person, columns={**person.columns, "shoe_size": Category.IDENTITY})
    born = PersonalTable("Nicknames.", {"person_id": Category.KEY, "nickname": Category.IDENTITY}, whose="person_id")
    monkeypatch.setattr(tables, "labels", lambda: {"person": grown, "nickname": born})
    assert [(each.table, each.columns) for each in tables.not_told() if each.why is None] == [
        ("nickname", ("nickname",)),
        ("person", ("shoe_size",)),
    ]


def test_labels_are_those_of_the_data_map(site):
    from tarkka.cli.datamap import PERSONAL
    from tarkka.rights.tables import labels

    assert labels() == PERSONAL


def test_every_column_that_the_extract_tells_of_is_one_of_the_data_map(site):
    from tarkka.rights.tables import TABLES, labels

    columns = {(name, column) for name, table in labels().items() for column in table.columns}
    for table in TABLES:
        assert {(table.of, column) for column in table.told()} <= columns, table.name


def test_every_value_of_every_personal_column_is_in_json_and_csv(people, archive, document):
    from tarkka.rights.tables import TABLES, labels

    seen = set()
    with administrator() as connection:
        for table in TABLES:
            label = labels()[table.of]
            told = document[table.name] if isinstance(document[table.name], list) else [document[table.name]]
            rows = owned(connection, table.of, label.whose, people[0].id)
            assert rows, table.of
            for column, fields in table.told().items():
                for row in rows:
                    for value in told_values(connection, people[0], table.of, column, row[column]):
                        seen.add((table.of, column))
                        assert value in [each[field] for each in told for field in fields], (table.of, column, value)
                        if column != "payments":
                            found = [each[field] for each in cells(archive, table.name) for field in fields]
                            assert as_cell(value) in found, (table.of, column, value)
    # Each column that has to be told had a value to be found.
    due = {
        (name, column)
        for name, table in labels().items()
        for column in table.columns
        if table.why_left_out(column) is None
    }
    assert due - seen == set()


def test_looks_at_groups_that_the_person_was_in_are_among_the_looks(people, site):
    from tarkka import access
    from tarkka.rights.extract import read_rows
    from tarkka.vocabulary import Purpose, Role, SubjectKind

    export = {"role": Role.AUTOMATIC, "actor": "E-export", "purpose": Purpose.STATISTICS}
    with access.opened(**export, subject=access.Subject(SubjectKind.TRACE), case_ref="with") as mine:
        mine.cover([people[0].id])
    with access.opened(**export, subject=access.Subject(SubjectKind.TRACE), case_ref="without") as others:
        others.cover([people[2].id])
    with own_look(people[0].id):
        looks = read_rows("looks")
    assert [(each.subject, each.case) for each in looks if each.id in (mine.event_id, others.event_id)] == [
        ("trace", "with")
    ]


def test_a_refused_attempt_is_among_the_looks(document):
    refused = [each for each in document["looks"] if each["refusal"]]
    assert [(each["refusal"], each["level"]) for each in refused] == [("no_mandate", None)]


def test_every_word_of_the_person_is_in_the_letter(people, letter):
    assert [word for word in people[0].words if "".join(word.split()) not in letter] == []


def test_vat_of_a_line_is_in_the_letter_where_it_is_known(document, letter):
    assert {each["vat_rate"] for each in document["receipt_lines"]} == {"13.5", None}
    assert letter.count("VAT13.5%") == 2  # the line, and the return that has its sale's


def test_nothing_of_anybody_else_is_in_any_part(people, archive, letter):
    parts = {name: archive.read(name) for name in archive.namelist()}
    texts = [content.decode() for name, content in parts.items() if not name.endswith(".pdf")]
    texts += [words(parts["extract.pdf"]), letter]
    for other in people[1:]:
        assert [word for word in other.words if any(word in text for text in texts)] == []
    own = [word for word in people[0].words if all(word in text for text in texts[:1])]
    assert len(own) > 20  # the same words of the person themselves are found in this way


def test_no_employee_is_named(people, archive, letter):
    with administrator() as connection:
        actors = {actor for (actor,) in connection.execute("SELECT actor FROM access_event WHERE role <> 'customer'")}
    assert set(people[0].employees) <= actors | {"E-nobody"}
    for name in archive.namelist():
        text = letter if name.endswith(".pdf") else archive.read(name).decode()
        assert [each for each in people[0].employees if each in text] == [], name


def test_what_is_left_out_is_said_with_its_reason(document, letter):
    told = {
        (each["table"], column): each["why"] for each in document["about"]["not_here"] for column in each["columns"]
    }
    assert "C-579/21" in told["access_event", "actor"]
    assert "C-579/21" in told["request", "answered_by"]
    assert "technical key or hash" in told["receipt_key", "content"]
    assert "elsewhere in this extract" in told["person", "identity_hash"]
    assert "under way" in told["session", "session_data"]
    assert "household as a whole" in told["household", "founded_at"]
    for table, column in told:
        assert column in letter, (table, column)
    about = document["about"]
    assert about["other_registers"]["name"] == "Marketing registers, Competition registers"
    assert "other persons of your household" in about["other_people"]


def test_every_reason_and_category_has_its_words():
    from tarkka.rights.about import CATEGORY, WHY

    assert set(WHY) == set(LeftOut)
    assert set(CATEGORY) == set(Category) - {Category.EMPLOYEE, Category.KEY, Category.NONE}


def test_it_tells_all_that_the_regulation_asks(document, letter):
    """GDPR 15(1)(a) to (h)."""
    about = document["about"]
    assert len(about["uses"]) == 10
    assert all(each["text"] and each["article"] for each in about["uses"])
    assert len(about["categories"]) == 8
    assert len(about["receivers"]) == 6
    assert {each["level"] for each in about["kept"]} == {"TOTAL", "GROUP", "PRODUCT"}
    assert {"Object", "Complain", "Have your data erased"} <= {each["name"] for each in about["rights"]}
    assert "GDPR 22" in about["automated_decisions"]
    for text in (about["source"], about["automated_decisions"], about["outsiders"], about["controller"]["text"]):
        assert "".join(text.split()) in letter


def test_the_json_is_of_the_documented_schema(document):
    schema = json.loads((ROOT / "docs" / "extract.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(document)
    document = document | {"nickname": "x"}
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(schema).validate(document)


def test_the_documented_schema_is_up_to_date():
    from tarkka.cli.rights import schema_text

    assert (ROOT / "docs" / "extract.schema.json").read_text() == schema_text(), "run `tarkka extracts schema`"


def test_csv_is_as_the_standard_has_it(archive):
    """RFC 4180, with a byte-order mark by which spreadsheets know UTF-8; a text is never taken for a formula."""
    content = archive.read("csv/receipt_lines.csv")
    assert content.startswith(b"\xef\xbb\xbfreceipt,purchased_at,")
    assert content.count(b"\n") == content.count(b"\r\n") == 5
    names = {each["name"] for each in cells(archive, "receipt_lines")}
    assert [name[:6] for name in names if "Milk" in name] == ["'=Milk"]
    assert {each["amount"] for each in cells(archive, "receipt_lines")} == {"4.00", "6.00", "-4.00", "-6.00"}


def test_what_a_till_calls_a_payment_is_no_formula_either(extract):
    from tarkka.rights.rows import Payment
    from tarkka.rights.tables import TABLES
    from tarkka.rights.writing import as_csv

    [table] = [each for each in TABLES if each.name == "receipts"]
    paid = msgspec.structs.replace(extract.tables["receipts"][0], payments=(Payment("=HYPERLINK(1)", Decimal(1)),))
    text = b"".join(as_csv(table, [paid])).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["payments"] == "'=HYPERLINK(1) 1"


def test_a_table_without_rows_has_its_head(site):
    from tarkka.rights.tables import TABLES
    from tarkka.rights.writing import as_csv

    for table in TABLES:
        [content] = as_csv(table, [])
        assert content.decode("utf-8-sig") == ",".join(table.row.__struct_fields__) + "\r\n"


def test_the_small_parts_come_first_and_the_paper_last(archive):
    names = archive.namelist()
    assert names[0] == "extract.json"
    assert names[-1] == "extract.pdf"
    assert all(name.startswith("csv/") for name in names[1:-1])


def test_nothing_of_the_register_is_held_while_it_is_sent(people, extract):
    from django.db import connection

    from tarkka.rights.writing import archive

    parts = archive(extract)
    next(parts)
    assert connection.connection.info.transaction_status.name == "IDLE"
    assert not connection.in_atomic_block
    connection.close()
    b"".join(parts)
    assert connection.connection is None


def test_a_person_of_whom_little_is_known_gets_their_extract(site):
    from tarkka.purchases.queries import source_names
    from tarkka.rights.extract import read_extract
    from tarkka.rights.writing import archive

    names = source_names()
    with own_look(a_household(1).persons[0]):
        extract = read_extract(Language.FI, names)
    file = zipfile.ZipFile(io.BytesIO(b"".join(archive(extract))))
    assert json.loads(file.read("extract.json"))["receipts"] == []
    assert "Eimitään." in words(file.read("extract.pdf"))


def test_the_paper_of_a_download_sums_ones_own_looks_by_month_and_a_letter_tells_each(people, archive, letter):
    assert "Youlookedatyourowndata" in words(archive.read("extract.pdf"))
    assert "Youlookedatyourowndata" not in letter


def test_every_purchase_is_in_the_paper_of_a_download(archive, extract):
    said = words(archive.read("extract.pdf"))
    assert len(extract.tables["receipts"]) > 1
    for receipt in extract.tables["receipts"]:
        assert f"receipt{receipt.receipt_number}·Id{receipt.id}" in said
    for each in (*extract.tables["receipt_lines"], *extract.tables["receipt_groups"]):
        name = getattr(each, "name", None) or each.group_name or each.group
        assert "".join(name.split()) in said


def test_what_receipts_have_in_common_is_told_under_a_mark_and_the_rest_with_each(extract):
    from django.utils import translation

    from tarkka.rights.phrases import Phrases
    from tarkka.rights.purchases import purchases
    from tarkka.rights.rows import Payment

    common = msgspec.structs.replace(
        extract.tables["receipts"][0],
        total=Decimal(9),
        bonus_eligible=Decimal(9),
        payments=(Payment("cash", Decimal(9)),),
    )
    split = msgspec.structs.replace(
        common, bonus_eligible=Decimal(0), payments=(Payment("cash", Decimal(4)), Payment("gift_card", Decimal(5)))
    )
    tables = {"receipts": [common, common, split], "receipt_lines": [], "receipt_groups": []}
    with translation.override(Language.EN):
        said = purchases(tables, Phrases(Language.EN, extract.document))
    notes = [receipt["notes"] for receipt in said["years"][0]["months"][0]["receipts"]]
    [(_, first), (_, second)] = said["marks"]["rows"]
    assert first.endswith("Paid in cash · the whole total earns Bonus")
    assert "Paid" not in second
    assert notes[0] == notes[1]
    assert notes[0].endswith("mark 1")
    assert "Paid" not in notes[0]
    assert "Paid in cash €4.00 · Paid by gift card €5.00 · Part that earns Bonus €0.00" in notes[2]


def test_a_receipt_is_a_tagged_paragraph_under_its_month(archive, extract):
    file = PdfReader(io.BytesIO(archive.read("extract.pdf")))
    kinds = list(tags(file.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    months = {(each.purchased_at.year, each.purchased_at.month) for each in extract.tables["receipts"]}
    assert kinds.count("/H3") == len(months)
    in_months = "".join(f"{kind} " for kind in kinds).split("/H3 ")[1:]
    assert sum(part.split("/H1 ")[0].count("/P /Strong ") for part in in_months) == len(extract.tables["receipts"])


def tags(element: Any) -> Iterator[str]:
    """Yield the kinds of structure elements as a reader meets them."""
    element = element.get_object()
    for each in element if isinstance(element, list) else [element]:
        each = each.get_object()  # what it stands for
        if isinstance(each, dict) and "/S" in each:
            yield each["/S"]
        if isinstance(each, dict) and "/K" in each:
            yield from tags(each["/K"])
