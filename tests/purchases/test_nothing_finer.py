"""What is finer than its level is nowhere (R4): not in a table, a log, an error, a report, an answer or a file on disk.

A word is planted in the product names, lots and codes of receipts that may not be kept so finely; then all is searched.
"""

import csv
import json
import os
import pickle
import secrets
import subprocess
import sys
import traceback

import pytest

from building import GROUP_TIME, a_household, a_receipt, a_return, a_source, administrator, outlet_of
from searching import files_with, home, tables_with
from sending import post
from tarkka.purchases.verdict import IntakeFault

TOTAL_OUTLET = outlet_of("restaurants")


@pytest.fixture
def word():
    """A word that nothing else has."""
    return f"planted{secrets.token_hex(6)}"


@pytest.fixture
def source(site):
    return a_source(["prisma", "s-market", "restaurants"])


@pytest.fixture
def household(site):
    """The second of the two is kept at TOTAL alone, after an upheld request."""
    household = a_household(2)
    with administrator() as connection:
        connection.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, 'TOTAL', '[2014-05-01,)', 'upheld')",
            [household.persons[1]],
        )
    return household


def planted(word, **changes):
    """A sale with the word wherever a product is told: names, lot, code, unit, and a quantity of its own."""
    milk = {"line": 1, "name": f"{word} milk", "group": "dairy", "quantity": "2", "unit": word[:16], "amount": "4.00"}
    bread = {"line": 2, "name": f"{word} bread", "group": "bakery", "quantity": "0.5", "unit": "kg", "amount": "6.00"}
    lines = [milk | {"product_code": f"{word}-1", "lot": f"{word}-lot"}, bread | {"product_code": f"{word}-2"}]
    return a_receipt(**{"lines": lines} | changes)


def with_line(sale, **changes):
    return sale | {"lines": [sale["lines"][0] | changes, *sale["lines"][1:]]}


def everything_coarse(word, household):
    """Receipts of every way in which the detail must go, as JSON texts, and how each is answered."""
    card, capped = household.cards
    group = planted(word, card=card, purchased_at=GROUP_TIME)
    total = planted(word, card=card, outlet=TOTAL_OUTLET)
    product = a_receipt(card=card)
    bad = planted(word, card=card)
    told = {
        "GROUP": [group],
        "TOTAL": [total, planted(word, card=capped)],
        "no card": [planted(word)],
        "duplicate": [group | {"lines": planted(f"{word}other")["lines"]}],
        "returns": [a_return(group), a_return(total)],
        "rejected": [
            bad | {"total": "9.99"},
            bad | {"card": "0"},
            bad | {"currency": word[:3]},
            bad | {"purchased_at": "2014-01-01T12:00:00Z"},
            bad | {"purchased_at": word},
            bad | {"outlet": word},
            bad | {"outlet": outlet_of("sokos")},
            bad | {"kind": word},
            bad | {word: word},
            bad | {"groups": [{"group": "dairy", "amount": word}]},
            with_line(bad, gtin=word[:14]),
            with_line(bad, quantity=word),
            with_line(bad, amount=word[:16]),
            with_line(bad, vat_rate=word[:6]),
            with_line(bad, name=word * 20),
            with_line(bad, line=word),
            with_line(bad, **{word: word}),
            with_line(bad, **{f"x - at `$.{word}": word}),
            a_return(bad),
            product | {"lines": bad["lines"]},
            a_return(product, lines=a_return(bad)["lines"]),
            bad | {"receipt_id": word * 9},
        ],
    }
    texts = [json.dumps(receipt).encode() for receipts in ({"": [product]} | told).values() for receipt in receipts]
    broken = json.dumps(bad).encode()
    texts += [
        broken[:-1],
        broken + b"}",
        broken.replace(b"milk", b"\xff"),
        broken.replace(b"milk", rb"\u0000"),
        word.encode(),
    ]
    return texts


def nowhere(word, *folders):
    assert tables_with(word) == []
    assert files_with(word, home(), *folders) == []


def test_search_finds_what_is_there(source, household, word):
    """The search is worth something: a word that may be kept is found in its table and in the server's files."""
    sale = planted(word, card=household.cards[0])
    assert post(source, json.dumps(sale).encode()).json()["accepted_by_level"]["PRODUCT"] == 1
    assert "product" in tables_with(word)
    assert any(path.startswith("receipt_line") for path in tables_with(f"{word}-lot"))
    assert files_with(word, home())


def test_over_http(source, household, word, caplog, capfd):
    texts = everything_coarse(word, household)
    answers = [post(source, b"\n".join(texts))]
    answers += [post(source, b"[" + text + b"]", "application/json") for text in texts]
    answers += [post(source, b"\n".join(texts), "text/plain"), post(None, b"\n".join(texts))]
    first = answers[0].json()
    assert first["accepted_by_level"] == {"TOTAL": 3, "GROUP": 2, "PRODUCT": 1}, first
    assert (first["without_card"], first["duplicate"]) == (1, 1)
    assert first["rejected"] == len(texts) - first["accepted"] - first["duplicate"]
    for answer in answers:
        assert word not in answer.content.decode()
        assert word not in str(answer.headers)
    assert word not in caplog.text + "".join(capfd.readouterr())
    nowhere(word)


def run_intake(tmp_path, source, *files):
    """Run the command as an operator does, with a folder of its own for temporary files; return all it printed."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tarkka.cli.main", "intake", *map(str, files), "--source", source.name]
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    return subprocess.run(
        [*command, "--report", str(tmp_path / "tmp" / "report.json")],
        env=environment, cwd=tmp_path / "tmp", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_from_files(source, household, word, tmp_path):
    texts = everything_coarse(word, household)
    (tmp_path / "feed.ndjson").write_bytes(b"\n".join(texts) + b"\n")
    write_csv(
        tmp_path / "feed.csv", [planted(word, card=card, purchased_at=GROUP_TIME) for card in (*household.cards, "0")]
    )
    done = run_intake(tmp_path, source, tmp_path / "feed.ndjson", tmp_path / "feed.csv")
    assert done.returncode == 1, done.stderr
    assert word not in done.stdout + done.stderr
    report = json.loads((tmp_path / "tmp" / "report.json").read_text())
    assert [file["is_whole"] for file in report["files"]] == [True, True]
    assert report["files"][0]["accepted_by_level"] == {"TOTAL": 3, "GROUP": 2, "PRODUCT": 1}
    assert report["files"][1]["rejected"] == 3
    nowhere(word, tmp_path / "tmp")


def write_csv(path, receipts):
    """Write receipts as CSV, and two rows that are none, with everything that they tell."""
    from tarkka.purchases.reading import CSV_COLUMNS

    with path.open("w", newline="") as file:
        rows = csv.DictWriter(file, CSV_COLUMNS, restval="")
        rows.writeheader()
        for receipt in receipts:
            own = {name: value for name, value in receipt.items() if name not in ("lines", "payments")}
            for line in receipt["lines"]:
                rows.writerow(own | {"payments": json.dumps(receipt["payments"])} | line)
        file.write(f'"{receipts[0]["lines"][0]["name"]},never closed\n')
        file.write(f"{receipts[0]['lines'][0]['name']},too few fields\n")


FAULTS = {
    "refused row": (
        "ALTER TABLE receipt_line ADD CONSTRAINT refused CHECK (lot IS NULL) NOT VALID",
        "ALTER TABLE receipt_line DROP CONSTRAINT refused",
        "23514",
    ),
    "cancelled": (
        """
        CREATE FUNCTION public.cancel() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'cancelled' USING ERRCODE = 'query_canceled'; END $$;
        CREATE TRIGGER cancel BEFORE INSERT ON receipt_line FOR EACH ROW EXECUTE FUNCTION public.cancel()
        """,
        "DROP FUNCTION public.cancel CASCADE",
        "57014",
    ),
    "no such product": (
        "ALTER TABLE product ADD CONSTRAINT refused CHECK (name NOT LIKE 'planted%') NOT VALID",
        "ALTER TABLE product DROP CONSTRAINT refused",
        "23514",
    ),
}


@pytest.mark.parametrize(("breaks", "mends", "sqlstate"), FAULTS.values(), ids=FAULTS)
def test_fault_of_the_database_quotes_nothing(
    source, household, word, breaks, mends, sqlstate, tmp_path, caplog, capfd
):
    """PostgreSQL quotes rows in its errors, COPY in their context: none of it leaves the intake or is logged."""
    sale = json.dumps(planted(word, card=household.cards[0])).encode()
    (tmp_path / "feed.ndjson").write_bytes(sale + b"\n")
    with administrator() as connection:
        connection.execute(breaks)
        try:
            answer = post(source, sale)
            done = run_intake(tmp_path, source, tmp_path / "feed.ndjson")
        finally:
            connection.execute(mends)
    assert (answer.status_code >= 500, done.returncode) == (True, 3), done.stderr
    assert sqlstate in caplog.text
    assert sqlstate in done.stderr
    printed = done.stdout + done.stderr + caplog.text + answer.content.decode() + "".join(capfd.readouterr())
    assert word not in printed
    assert "Traceback" not in done.stdout + done.stderr
    assert json.loads((tmp_path / "tmp" / "report.json").read_text())["files"][0]["is_whole"] is False
    # What was rolled back may lie in the table's own files for a while, as all that was deleted does; nowhere else.
    assert not [
        path for path in files_with(word, home(), tmp_path / "tmp") if "/base/" not in path and "/pg_wal/" not in path
    ]
    assert tables_with(word) == []
    assert post(source, sale).json()["accepted"] == 1


def test_fault_of_the_intake_drags_no_other_error_along(source, household, word):
    """Whatever reports an error with all that led to it, or takes it to another process, finds the kind and no more."""
    from django.db import connection as used

    from tarkka.purchases.intake import Intake

    breaks, mends, sqlstate = FAULTS["refused row"]
    sale = json.dumps(planted(word, card=household.cards[0])).encode()
    with administrator() as connection:
        connection.execute(breaks)
        try:
            with pytest.raises(IntakeFault) as raised:
                Intake(used.connection, source.id).take([sale])
        finally:
            connection.execute(mends)
    fault = raised.value
    assert (fault.__cause__, fault.__context__) == (None, None)
    assert word not in "".join(traceback.format_exception(fault)) + repr(fault)
    copy = pickle.loads(pickle.dumps(fault))
    assert (copy.kind, copy.is_temporary, str(copy)) == (sqlstate, False, str(fault))
