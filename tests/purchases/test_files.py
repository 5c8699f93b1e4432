"""Receipt files: three formats of one feed make the same rows, and what is wrong in a file is told by its line."""

import csv
import gzip
import json
from collections import Counter
from unittest.mock import patch

import pyarrow
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from building import GROUP_TIME, Source, a_household, a_receipt, a_return, a_source, outlet_of
from storing import kept, rows
from tarkka.purchases.feed import REASONS, Receipt, parse
from tarkka.purchases.reading import CSV_COLUMNS, UnreadableFile, reader


def feed(card):
    """Receipts of every shape, returns before and after their sales, one of them nobody's."""
    sale, group, total = (
        a_receipt(card=card),
        a_receipt(card=card, purchased_at=GROUP_TIME),
        a_receipt(card=card, outlet=outlet_of("restaurants"), lines=None),
    )
    by_group = a_receipt(
        card=card, lines=None, groups=[{"group": "dairy", "amount": "4.00"}, {"group": "bakery", "amount": "6.00"}]
    )
    odd = a_receipt(card=card, payments=[{"method": "cash", "amount": "10.02"}])
    odd["lines"][0] |= {"name": 'Milk "1 l", whole; €', "lot": "L1", "vat_rate": "25.5"}
    return [a_return(sale), sale, group, total, by_group, odd, a_receipt(), a_return(group, lines=None, payments=[])]


def write_ndjson(path, receipts):
    path.write_text("".join(json.dumps(receipt, ensure_ascii=False) + "\n" for receipt in receipts))
    return path


def write_csv(path, receipts):
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, CSV_COLUMNS, restval="")
        out.writeheader()
        for receipt in receipts:
            own = {name: value for name, value in receipt.items() if name not in ("lines", "groups")}
            own["payments"] = json.dumps(own["payments"])
            for detail in receipt.get("lines") or receipt.get("groups") or [{}]:
                out.writerow(own | detail)
    return path


TEXT = pyarrow.string()
PAYMENT = pyarrow.struct([("method", TEXT), ("amount", TEXT)])
LINE = pyarrow.struct([("line", pyarrow.int32())] + [
    (name, TEXT) for name in ("gtin", "product_code", "name", "group", "quantity", "unit", "amount", "lot", "vat_rate")
])  # fmt: skip
GROUP = pyarrow.struct([("group", TEXT), ("amount", TEXT)])
SCHEMA = pyarrow.schema(
    [(name, TEXT) for name in CSV_COLUMNS[: CSV_COLUMNS.index("payments")]]
    + [("payments", pyarrow.list_(PAYMENT)), ("lines", pyarrow.list_(LINE)), ("groups", pyarrow.list_(GROUP))]
)


def with_type(name, of_type):
    return SCHEMA.set(SCHEMA.get_field_index(name), pyarrow.field(name, of_type))


def write_parquet(path, receipts, schema=SCHEMA):
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(receipts, schema=schema), path)
    return path


WRITERS = {"ndjson": write_ndjson, "csv": write_csv, "parquet": write_parquet}


def intake(source, *files, report=None):
    """Run the command in this process; its workers are processes of their own all the same."""
    from tarkka.cli.main import main

    arguments = ["intake", *map(str, files), "--source", source.name]
    # This process is set up already; to do it again would tie its log to the runner's output, which is closed after it.
    with patch("tarkka.cli.intake.boot"):
        return CliRunner().invoke(main, arguments + (["--report", str(report)] if report else []))


@pytest.fixture
def source(database) -> Source:
    return a_source()


@pytest.fixture(scope="module")
def card(database):
    return a_household(1).cards[0]


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_holds_the_same_receipts(tmp_path, form):
    """Line by line, through the reader alone: so the whole of the intake's rules is one for all of them."""
    receipts = feed("9000")
    (part,) = reader(WRITERS[form](tmp_path / f"feed.{form}", receipts))()
    found = [parse(raw) for _, raw in part.read()]
    assert all(isinstance(receipt, Receipt) for receipt in found), found
    assert found == [parse(json.dumps(receipt).encode()) for receipt in receipts]


def test_three_formats_make_the_same_rows_and_a_second_time_makes_none(source, card, tmp_path):
    receipts = feed(card)
    files = [write(tmp_path / f"feed.{form}", receipts) for form, write in WRITERS.items()]
    first = intake(source, files[0], report=tmp_path / "report.json")
    assert first.exit_code == 0, first.output
    found = kept(source)
    assert len(found) == 7
    assert Counter(receipt.level for receipt in found.values()) == {"PRODUCT": 3, "GROUP": 3, "TOTAL": 1}
    again = intake(source, *files, report=tmp_path / "again.json")
    assert again.exit_code == 0, again.output
    report = json.loads((tmp_path / "again.json").read_text())
    assert [(file["file"], file["duplicate"], file["accepted"]) for file in report["files"]] == [
        (f"feed.{form}", 8, 0) for form in WRITERS
    ]
    assert kept(source) == found


def test_report_tells_counts_and_every_rejected_receipt_with_its_line(source, card, tmp_path):
    good, bad = a_receipt(card=card), a_receipt(card=card, total="9.99", payments=[])
    lines = [json.dumps(good), "", "{", json.dumps(bad), json.dumps(a_return(bad)), json.dumps(good), "nonsense"]
    (tmp_path / "feed.ndjson").write_text("\n".join(lines))
    done = intake(source, tmp_path / "feed.ndjson", report=tmp_path / "report.json")
    assert done.exit_code == 1, done.output
    report = json.loads((tmp_path / "report.json").read_text())
    (told,) = report["files"]
    rejected = sorted(told.pop("rejected_receipts"), key=lambda each: each["at"])
    assert told == {
        "file": "feed.ndjson",
        "accepted": 1,
        "accepted_by_level": {"TOTAL": 0, "GROUP": 0, "PRODUCT": 1},
        "without_card": 0,
        "duplicate": 1,
        "rejected": 4,
        "is_whole": True,
    }
    assert [(each["at"], each["receipt_id"], each["reason"], each["place"]) for each in rejected] == [
        (3, None, "bad_json", ""),
        (4, bad["receipt_id"], "bad_sign", "bonus_eligible"),
        (5, rejected[2]["receipt_id"], "bad_sign", "bonus_eligible"),
        (7, None, "bad_json", ""),
    ]
    assert all(each["remedy"] == REASONS[each["reason"]] for each in rejected)


def test_return_before_its_sale_in_the_same_file_is_taken(source, card, tmp_path):
    """Even where its kind is spelt with escapes, as JSON may."""
    sales = [a_receipt(card=card) for _ in range(3)]
    backs = [a_return(sale) for sale in sales]
    lines = [json.dumps(receipt) for receipt in (*backs, *sales)]
    lines[1] = lines[1].replace('"return"', r'"\u0072\u0065turn"')
    assert "return" not in lines[1]
    (tmp_path / "feed.ndjson").write_text("\n".join(lines) + "\n")
    done = intake(source, tmp_path / "feed.ndjson")
    assert done.exit_code == 0, done.output
    assert Counter(receipt.kind for receipt in kept(source).values()) == {"sale": 3, "return": 3}


def test_many_parts_are_taken_by_both_workers_once(source, card, tmp_path):
    """More receipts than one part holds, cardless ones and returns among them."""
    sales = [a_receipt(receipt_id=f"s{number}", card=card if number % 7 else None) for number in range(11_000)]
    backs = [a_return(sale, receipt_id=f"r{number}", lines=None) for number, sale in enumerate(sales[::100])]
    done = intake(source, write_ndjson(tmp_path / "feed.ndjson", backs + sales), report=tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    (told,) = json.loads((tmp_path / "report.json").read_text())["files"]
    assert told["accepted"] == len(sales) + len(backs)
    cardless = {sale["receipt_id"] for sale in sales if "card" not in sale}
    assert told["without_card"] == len(cardless) + sum(back["refers_to"] in cardless for back in backs)
    (count,) = rows("SELECT count(*), sum(total_cents) FROM receipt WHERE source_id = %s", source.id)
    kept_backs = sum(back["refers_to"] not in cardless for back in backs)
    kept_sales = len(sales) - len(cardless)
    assert count == (kept_sales + kept_backs, 1_000 * (kept_sales - kept_backs))


def read(path):
    return [raw for part in reader(path)() for _, raw in part.read()]


def numbers(path):
    return [number for part in reader(path)() for number, _ in part.read()]


HEADER = ",".join(CSV_COLUMNS)
ROW = 'r1,sale,o,store,2024-03-05T12:30:00Z,EUR,1.00,1.00,0,,,"[]",1,,,Milk,dairy,1,pcs,1.00,,'

UNREADABLE = {
    "empty": ("feed.ndjson", b"", "is empty"),
    "JSON array": ("feed.json", b' \n[{"receipt_id": "a"}]', "JSON array"),
    "UTF-16": ("feed.ndjson", '{"receipt_id": "a"}'.encode("utf-16"), "UTF-16"),
    "packed": ("feed.ndjson", gzip.compress(b"{}"), "unpack"),
    "no Parquet": ("feed.parquet", b"PAR1" + b"x" * 100, "not a whole Parquet"),
    "CSV without columns": ("feed.csv", b"receipt_id,kind\n1,sale\n", "has no column outlet, channel"),
    "CSV with a strange column": ("feed.csv", f"{HEADER},nickname\n".encode(), "nickname"),
    "CSV with a column twice": ("feed.csv", f"{HEADER},card\n".encode(), "twice: card"),
    "CSV that is not UTF-8": ("feed.csv", b"receipt_id,\xe4\n", "not UTF-8"),
    "CSV of quotes": ("feed.csv", b'"receipt_id,kind\n', "quotes"),
}


@pytest.mark.parametrize(("name", "content", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_file_is_told_before_anything_is_taken(source, card, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=told):
        reader(tmp_path / name)
    good = write_ndjson(tmp_path / "good.ndjson", [a_receipt(card=card)])
    done = intake(source, good, tmp_path / name, report=tmp_path / "report.json")
    assert done.exit_code == 2
    assert name in done.output
    assert "Traceback" not in done.output
    assert kept(source) == {}


def test_unknown_source_is_told(database, tmp_path):
    file = write_ndjson(tmp_path / "feed.ndjson", [a_receipt()])
    done = intake(Source(0, "nobody", ""), file)
    assert (done.exit_code, "no source named nobody" in done.output) == (2, True)


def test_parquet_columns_are_checked(tmp_path):
    for schema, told in (
        (SCHEMA.remove(SCHEMA.get_field_index("total")), "has no column total"),
        (SCHEMA.append(pyarrow.field("nickname", TEXT)), "nickname"),
        (
            SCHEMA.remove(SCHEMA.get_field_index("total")).append(pyarrow.field("nickname", TEXT)),
            r"^feed.parquet has no column total and has a column [^;]*: nickname; docs/receipts.md lists the columns",
        ),
        (with_type("total", pyarrow.decimal128(10, 2)), r"column total is DECIMAL\(10,2\); write it as text"),
        (with_type("purchased_at", pyarrow.timestamp("us", "UTC")), "column purchased_at is TIMESTAMP"),
    ):
        path = tmp_path / "feed.parquet"
        pyarrow.parquet.write_table(schema.empty_table(), path)
        with pytest.raises(UnreadableFile, match=told):
            reader(path)


def test_parquet_may_lack_optional_columns_or_have_them_empty(tmp_path):
    sale = a_receipt(lines=None)
    some = pyarrow.schema([SCHEMA.field(name) for name in sale])
    for schema in (some, with_type("card", pyarrow.null())):
        assert isinstance(parse(read(write_parquet(tmp_path / "feed.parquet", [sale], schema))[0]), Receipt)


def test_file_of_a_name_with_wildcards_is_itself_alone(tmp_path):
    write_parquet(tmp_path / "a1.parquet", [a_receipt(), a_receipt()])
    assert len(read(write_parquet(tmp_path / "a[1].parquet", [a_receipt()]))) == 1
    assert len(read(write_parquet(tmp_path / "*.parquet", [a_receipt()]))) == 1


def test_damaged_parquet_quotes_nothing(source, card, tmp_path):
    """Bytes in a text column that are no UTF-8: DuckDB's own message quotes them."""
    table = pyarrow.Table.from_pylist([a_receipt(card=card)], schema=SCHEMA)
    pyarrow.parquet.write_table(table, tmp_path / "feed.parquet", compression=None, use_dictionary=False)
    content = (tmp_path / "feed.parquet").read_bytes()
    (tmp_path / "feed.parquet").write_bytes(content.replace(b"Milk", b"M\xe4lk"))
    done = intake(source, tmp_path / "feed.parquet", report=tmp_path / "report.json")
    assert (done.exit_code, "is damaged after row 0" in done.output) == (2, True), done.output
    assert "lk" not in done.output
    (told,) = json.loads((tmp_path / "report.json").read_text())["files"]
    assert told["is_whole"] is False


def test_ndjson_of_other_systems_is_read(tmp_path):
    """A byte order mark, blank lines, CRLF, no newline at the end."""
    path = tmp_path / "feed.ndjson"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"b": 2}')
    assert (read(path), numbers(path)) == ([b'{"a": 1}\r\n', b'{"b": 2}'], [1, 4])


def test_line_of_200_megabytes_is_passed_over_in_bounded_memory(tmp_path):
    import tracemalloc

    path = tmp_path / "feed.ndjson"
    with path.open("wb") as file:
        file.write(b'{"a": 1}\n')
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b'\n{"b": 2}\n')
    tracemalloc.start()
    try:
        found = [getattr(raw, "reason", raw) for raw in read(path)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [b'{"a": 1}\n', "too_long", b'{"b": 2}\n']
    assert peak < 20 << 20
    assert numbers(path) == [1, 2, 3]


def test_spoilt_rows_of_a_csv_are_rejected_one_by_one(tmp_path):
    """A quote never closed spoils its own row; the rows after it are read as if nothing had been."""
    path = tmp_path / "feed.csv"
    other = ROW.replace("r1,", "r2,")
    spoilt = [b'r3,"never closed', ROW.encode()[:-1], ROW.encode() + b",more", ROW.encode().replace(b"Milk", b"M\xe4")]
    path.write_bytes(b"\n".join([HEADER.encode(), ROW.encode(), *spoilt, b"", other.encode()]))
    found = read(path)
    assert [getattr(raw, "reason", "read") for raw in found] == ["read", *["bad_row"] * 4, "read"]
    assert numbers(path) == [2, 3, 4, 5, 6, 8]


def test_rows_of_a_csv_are_one_receipt_only_where_all_its_own_columns_agree(tmp_path):
    """Two receipts by one id, told by their totals alone, are two: the second is a conflict and not lost."""
    path = tmp_path / "feed.csv"
    total = "r1,sale,o,store,2024-03-05T12:30:00Z,EUR,{},0,0,,,[],,,,,,,,,,"
    path.write_text("\n".join([HEADER, total.format("1.00"), total.format("2.00")]))
    assert [parse(raw).total for raw in read(path)] == ["1.00", "2.00"]


def test_csv_with_odd_values_is_judged_by_the_rules(tmp_path):
    cases = {
        '"[]",1,': f'"[]",{"9" * 5_000},',
        '"[]"': '"[" ',
        "dairy": "x" * 100_000,
        "1.00,1.00": "NaN,Infinity",
    }
    for old, new in cases.items():
        path = tmp_path / "feed.csv"
        path.write_text(f"{HEADER}\n{ROW.replace(old, new, 1)}\n{ROW.replace('r1', 'r2')}\n")
        found = [parse(raw) if isinstance(raw, bytes) else raw for raw in read(path)]
        assert isinstance(found[-1], Receipt)
        assert len(found) == 2
    path.write_text(f"{HEADER}\n{ROW.replace(chr(34) + '[]' + chr(34), '9' * 5_000)}\n")
    assert len(read(path)) == 1


def test_endless_receipt_of_a_csv_is_rejected_in_bounded_memory(tmp_path):
    path = tmp_path / "feed.csv"
    with path.open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(f"{ROW}\n" for _ in range(30_000))
        file.write(ROW.replace("r1", "r2") + "\n")
    found = [parse(raw) for raw in read(path)]
    assert (found[0].reason, found[0].place, found[1].receipt_id) == ("bad_shape", "lines", "r2")


def test_folder_is_no_file(source, tmp_path):
    assert intake(source, tmp_path).exit_code == 2
    assert intake(source, tmp_path / "nothing.ndjson").exit_code == 2
    assert list(tmp_path.iterdir()) == []
