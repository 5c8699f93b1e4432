"""Outlets, product groups and sources, from the keyboard: a token is shown once, and what is wrong is told."""

import json
import secrets

import pytest

from building import Source as Registered
from building import a_household, a_receipt, a_source, take
from storing import rows
from tarkka.purchases.actions import token_hash


@pytest.fixture
def name(database) -> str:
    return f"source-{secrets.token_hex(4)}"


@pytest.fixture
def outlet(run) -> str:
    code = f"outlet-{secrets.token_hex(4)}"
    assert run("outlet", "add", code, "--name", "Prisma Kannelmäki", "--chain", "prisma").exit_code == 0
    return code


@pytest.fixture
def write(tmp_path):
    def writing(content):
        path = tmp_path / "rows.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return writing


def test_source_is_registered_and_its_token_shown_once_and_kept_nowhere(run, name):
    done = run("source", "add", name, "--chain", "prisma", "--chain", "sokos")
    assert (done.exit_code, done.stderr) == (0, "")
    token = done.stdout.strip()
    assert len(token) >= 43
    [(source_id, kept)] = rows("SELECT id, token_hash FROM source WHERE name = %s", name)
    assert kept == token_hash(token)
    assert rows("SELECT chain FROM source_scope WHERE source_id = %s ORDER BY chain", source_id) == [
        ("prisma",),
        ("sokos",),
    ]
    [(whole,)] = rows("SELECT string_agg(s::text, '') FROM source s")
    assert token not in whole


def test_two_sources_have_two_tokens(run, name):
    tokens = [run("source", "add", f"{name}-{number}", "--chain", "prisma").stdout for number in range(2)]
    assert tokens[0] != tokens[1]


def test_name_that_is_taken_is_told_and_the_token_stays(run, name):
    run("source", "add", name, "--chain", "prisma")
    before = rows("SELECT * FROM source WHERE name = %s", name)
    done = run("source", "add", name, "--chain", "sokos")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"There is a source named {name} already.\n")
    assert rows("SELECT * FROM source WHERE name = %s", name) == before


def test_chain_that_is_in_no_description_is_told_with_those_that_are(run, name, write):
    path = write([{"code": "x", "name": "X", "chain": "prismaa"}])
    for arguments in (
        ("source", "add", name, "--chain", "prisma", "--chain", "prismaa"),
        ("outlet", "add", "x", "--name", "X", "--chain", "prismaa"),
        ("outlet", "load", path),
    ):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("No published description has the chain prismaa. It has: abc, alepa, emotion, ")
    assert rows("SELECT FROM source WHERE name = %s", name) == rows("SELECT FROM outlet WHERE code = 'x'") == []


def test_outlet_that_is_not_registered_is_told_and_nothing_is_kept(run, name, outlet):
    done = run("source", "add", name, "--outlet", outlet, "--outlet", "nowhere")
    assert done.stderr == "Not registered: no outlet has the code nowhere: register it first.\n"
    assert (done.exit_code, done.stdout) == (2, "")
    assert rows("SELECT FROM source WHERE name = %s", name) == []


def test_source_speaks_for_something(run, name):
    done = run("source", "add", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "A source needs at least one --chain or --outlet that it may speak for.\n"


def test_source_of_one_outlet_speaks_for_that_one_alone(run, name, outlet):
    token = run("source", "add", name, "--outlet", outlet).stdout.strip()
    [(source_id,)] = rows("SELECT id FROM source WHERE name = %s", name)
    card = a_household(1).cards[0]
    run("outlet", "add", f"{outlet}-b", "--name", "Prisma Oulu", "--chain", "prisma")
    verdicts = take(
        Registered(source_id, name, token), [a_receipt(card=card, outlet=each) for each in (outlet, f"{outlet}-b")]
    )
    assert [verdict.rejection and verdict.rejection.reason for verdict in verdicts] == [
        None,
        "outlet_of_another_source",
    ]


def verdict_of(name):
    """What the intake says of a receipt of a Prisma's from this source, and whether the receipt is kept."""
    [(source_id,)] = rows("SELECT id FROM source WHERE name = %s", name)
    receipt = a_receipt(card=a_household(1).cards[0])
    [verdict] = take(Registered(source_id, name, ""), [receipt])
    kept = rows("SELECT FROM receipt_key WHERE source_id = %s AND receipt_id = %s", source_id, receipt["receipt_id"])
    return verdict.rejection.reason if verdict.rejection else verdict.status, len(kept)


def test_source_that_has_ended_sends_no_more_and_keeps_what_it_sent(run, name, database):
    from tarkka.purchases.queries import source_of_token

    a_source(["prisma"])
    token = run("source", "add", name, "--chain", "prisma").stdout.strip()
    assert verdict_of(name) == ("accepted", 1)
    done = run("source", "end", name)
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"The source named {name} has ended.\n", "")
    assert source_of_token(token) is None
    assert verdict_of(name) == ("outlet_of_another_source", 0)
    assert rows("SELECT count(*) FROM receipt_key k JOIN source s ON s.id = k.source_id WHERE s.name = %s", name) == [
        (1,)
    ]
    assert f"{name}: ended" in run("source", "list").stdout.splitlines()
    for verb, told in (("end", "Not ended"), ("token", "No new token")):
        again = run("source", verb, name)
        assert (again.exit_code, again.stdout) == (2, "")
        assert again.stderr == f"{told}: the source named {name} has ended. See `tarkka source list`.\n"


def test_new_token_ends_the_old_one(run, name):
    from tarkka.purchases.queries import source_id, source_of_token

    old = run("source", "add", name, "--chain", "prisma").stdout.strip()
    other = run("source", "add", f"{name}-b", "--chain", "prisma").stdout.strip()
    done = run("source", "token", name)
    assert (done.exit_code, done.stderr) == (0, "")
    new = done.stdout.strip()
    assert [source_of_token(each) for each in (old, new, other)] == [None, source_id(name), source_id(f"{name}-b")]


@pytest.mark.parametrize("verb", ["end", "token"])
def test_source_that_is_not_there_is_told(run, name, verb):
    done = run("source", verb, name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f": there is no source named {name}. See `tarkka source list`." in done.stderr


def test_sources_are_listed_with_what_they_speak_for(run, name, outlet):
    run("source", "add", name, "--outlet", outlet, "--chain", "sokos", "--chain", "prisma")
    listed = run("source", "list").stdout.splitlines()
    assert f"{name}: chain prisma, chain sokos, outlet {outlet}" in listed


@pytest.mark.parametrize(
    "arguments",
    [
        ("source", "add", "", "--chain", "prisma"),
        ("outlet", "add", "", "--name", "X", "--chain", "prisma"),
        ("outlet", "add", "x", "--name", " ", "--chain", "prisma"),
    ],
)
def test_blank_name_is_told(run, arguments):
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "A code or a name is blank: give one that tells it from others.\n"


def test_outlets_are_loaded_and_known_ones_renamed(run, outlet, write):
    codes = [outlet, f"{outlet}-b"]
    done = run(
        "outlet",
        "load",
        write([{"code": code, "name": "Prisma Oulu", "chain": "prisma", "city": "Oulu"} for code in codes]),
    )
    assert (done.exit_code, done.stdout) == (0, "Outlets registered: 2.\n")
    assert rows("SELECT name, chain FROM outlet WHERE code = ANY (%s)", codes) == [("Prisma Oulu", "prisma")] * 2


def test_known_outlet_keeps_its_chain_and_nothing_of_the_call_is_written(run, outlet, write):
    new = f"{outlet}-b"
    path = write([{"code": code, "name": "Sokos", "chain": "sokos"} for code in (new, outlet)])
    for arguments in (("outlet", "load", path), ("outlet", "add", outlet, "--name", "Sokos", "--chain", "sokos")):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (
            f"Nothing registered: registered under another chain: {outlet}."
            " An outlet's chain never changes: register a new code for the new chain.\n"
        )
    assert rows("SELECT code, name, chain FROM outlet WHERE code = ANY (%s)", [outlet, new]) == [
        (outlet, "Prisma Kannelmäki", "prisma")
    ]


def test_product_groups_are_loaded_and_known_ones_renamed(run, write):
    code = f"group-{secrets.token_hex(4)}"
    for word in ("maito", "piimä"):
        done = run("group", "load", write([{"code": code, "name_fi": word, "name_sv": "mjölk", "name_en": "milk"}]))
        assert (done.exit_code, done.stdout) == (0, "Product groups registered: 1.\n")
    assert rows("SELECT name_fi, name_sv, name_en FROM product_group WHERE code = %s", code) == [
        ("piimä", "mjölk", "milk")
    ]


OUTLET = {"code": "a", "name": "A", "chain": "prisma"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "Input data was truncated"),
        ("[{]", "JSON is malformed"),
        ("{}", "Expected `array`, got `object`"),
        ("[1]", "Expected `object`, got `int` - at `$[0]`"),
        ([OUTLET, {"code": "b", "name": "B"}], "Object missing required field `chain` - at `$[1]`"),
        ([OUTLET | {"name": None}], "Expected `str`, got `null` - at `$[0].name`"),
        ([OUTLET | {"name": ""}], "at `$[0].name`"),
        ([OUTLET | {"name": "A\0"}], "at `$[0].name`"),
        ([OUTLET, OUTLET | {"name": "B"}], "has the code a twice"),
    ],
)
def test_file_of_another_form_is_told_with_the_place(run, write, content, told):
    done = run("outlet", "load", write(content))
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert "rows.json" in done.stderr
    assert rows("SELECT FROM outlet WHERE code = 'a'") == []


@pytest.mark.parametrize("group", ["outlet", "group"])
def test_file_that_is_no_text_is_told(run, tmp_path, group):
    path = tmp_path / "rows.json"
    path.write_bytes(b'[{"code": "\xff"}]')
    done = run(group, "load", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{path} is not as it should be" in done.stderr
