"""Every command of `tarkka`, with what it needs and as it answers; and the commands that the documentation tells."""

import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from acting import new_number
from building import a_household, a_receipt, a_source, administrator
from tarkka.cli.main import main

ROOT = Path(__file__).parents[2]


def commands(command=None, path=()):
    """Yield the words and the command of every command that does something."""
    command = command or get_command(main)
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield path, command


COMMANDS = dict(commands())


@pytest.mark.parametrize("words", sorted({(), *(path[:1] for path in COMMANDS), *COMMANDS}), ids=" ".join)
def test_help_tells_what_a_command_does(words):
    answer = CliRunner().invoke(main, [*words, "--help"])
    assert answer.exit_code == 0
    assert "Usage: " in answer.stdout
    assert len(answer.stdout.splitlines()) > 3


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_argument_and_option_says_what_it_is(words):
    command = COMMANDS[words]
    assert command.help
    untold = [each.name for each in command.params if not (each.hidden or getattr(each, "help", None))]
    assert untold == []


@pytest.mark.parametrize("group", sorted({(), *(path[:1] for path in COMMANDS if len(path) > 1)}), ids=" ".join)
def test_name_alone_shows_the_help(group):
    answer = CliRunner().invoke(main, group)
    assert answer.exit_code == 2
    assert "Usage: " in answer.output


def test_program_is_run_by_its_name():
    done = subprocess.run(
        [Path(sys.executable).with_name("tarkka"), "--help"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert all(words[0] in done.stdout for words in COMMANDS)


ANSWERS = [
    # words, exit code, standard output, standard error
    ("audit seal --once", 0, "", ""),
    ("audit checkpoint", 0, "tarkka-trail/", ""),  # of what was sealed in the line before
    ("audit key", 0, "tarkka-trail/", ""),
    ("audit verify --key nonsense", 2, "", "Not verified: "),
    ("bonus check {program}", 0, "{program} is valid", ""),
    ("bonus close --month 2999-01", 1, "", "2999-01 has not ended"),
    ("bonus cooperative --household 1 --code nowhere --from 2999-01", 1, "", "nowhere"),
    ("bonus diff {program} {program}", 0, "", ""),
    ("bonus explain --household 1 --month 2013-01", 1, "", "2013-01"),
    ("bonus payout --month January --from FI7944052020036082", 2, "", "January is no month: write it as 2017-03."),
    ("bonus publish {toml}", 1, "", ""),
    ("bonus returned --reference BONUS-2999-01-1", 2, "", "Not done: there is no payment BONUS-2999-01-1"),
    ("card close {person} {card}", 0, "The card is closed from ", ""),
    ("card open {person} {number}", 0, "The card is open from ", ""),
    ("datamap --to {tmp}/map.md", 0, "{tmp}/map.md: ", ""),
    ("demo --port {taken}", 2, "", "Cannot listen on 127.0.0.1, port {taken}: it is taken, or not yours."),
    ("description announce {tmp}/no.toml --effective-on 2030-01-01 --channel portal --on 2029-01-01", 1, "", "cannot"),
    ("description check {toml}", 0, "{toml} is valid", ""),
    ("description diff 1 2", 0, "finer: ", ""),
    ("description explain --chain prisma --channel store --on 2016-08-31", 0, "GROUP", ""),
    ("description publish {toml} --effective-on 2016-09-01", 1, "", "2016-09-01 has begun"),
    ("description show", 0, "(prisma), store: PRODUCT since 2016-09-01", ""),
    ("extracts count", 0, "", ""),
    ("extracts order {person}", 2, "", "Not done: there is no postal address to send it to."),
    ("extracts print", 0, "letters made in ", ""),
    ("extracts schema --to {tmp}/schema.json", 0, "{tmp}/schema.json written.", ""),
    ("glass tell --once", 2, "", "There is no mail server: set TARKKA_MAIL_URL"),
    ("group load {tmp}/groups.json", 0, "Product groups registered: 0.", ""),
    ("household found", 0, "", ""),
    ("household load {tmp}/empty", 0, "", ""),
    ("household move {person} --leave --at 2030-01-01", 0, "From 2030-01-01 00:00 on person {person} belongs to", ""),
    ("intake {tmp}/receipts.ndjson --source {source}", 0, "accepted", ""),
    ("intake {tmp}/receipts.ndjson --source nobody", 2, "", "There is no source named nobody. Register it with"),
    ("intake {tmp}/bad.ndjson --source {source}", 1, "rejected", "run again with --report FILE"),
    ("intake {tmp}/receipts.ndjson --source {source} --report {tmp}/no/where.json", 2, "", "{tmp}/no/where.json"),
    ("mandate confirm 999999", 2, "", "Not done: mandate_confirmed"),
    ("mandate end 999999 --reason test", 2, "", "Not done: mandate_ended"),
    ("mandate give {number} --role marketer --reason test --days 3", 0, "{number} may act as marketer for 3 days", ""),
    ("mandate list", 0, ", register_administrator, until ", ""),
    ("migrate", 0, "", ""),
    ("objection make {person} A --place desk", 0, "Objection A is in force.", ""),
    ("objection withdraw {person} A --place desk", 0, "Objection A was not in force.", ""),
    ("outlet add {number} --name Prisma --chain prisma", 0, "Outlets registered: 1.", ""),
    ("outlet load {tmp}/groups.json", 0, "Outlets registered: 0.", ""),
    ("person find --identity-code 131052-308T", 2, "", "Not done: nobody in the register has this identity code."),
    ("person language {person} --to en", 0, "Person {person} is served in en.", ""),
    ("person show {person}", 0, "Given0 Family, fi", ""),
    ("recall bounces {toml}", 0, "no report of failure: 1", ""),
    ("recall draft {toml}", 2, "", "{toml}: kind: None is no kind of recall."),
    ("recall end 1 --reason test", 2, "", "you have no mandate as recall officer"),
    ("recall import {toml}", 2, "", "header: there are no columns"),
    ("recall release 1 --draft 1", 2, "", "you have no mandate as recall officer"),
    ("recall status", 2, "", "you have no mandate as recall officer"),
    ("recall text 1", 2, "", "you have no mandate as recall officer"),
    ("recall trace 1", 2, "", "recall 1 is not running: it was not released, or has ended"),
    ("recall trace", 0, "", ""),
    ("receipts send", 2, "", "There is no mail server: set TARKKA_MAIL_URL, for instance smtp://mail.example.org:25."),
    ("record {toml} --to {tmp}/record.md", 0, "{tmp}/record.md written.", ""),
    ("requests answer {person} 1 --outcome refused --text {toml}", 2, "", "Not done: the text is not as it should be:"),
    ("requests extend {person} 1 --reason test", 2, "", "Not done: the person has no open request of that id"),
    ("requests list", 0, "", ""),
    ("requests show {person}", 0, "", ""),
    ("retention plan", 0, "", ""),
    ("retention run", 0, "", ""),
    ("sample --receipts 1 --out {tmp} --until 2010-01-01", 2, "", "--until"),
    ("schema --to {tmp}/schema.json", 0, "{tmp}/schema.json written.", ""),
    ("serve --port {taken}", 2, "", "Cannot listen on 127.0.0.1, port {taken}: it is taken, or not yours."),
    ("session end", 2, "", "Name the person, or say --everybody."),
    ("session end {person} --everybody", 2, "", "Name the person, or say --everybody."),
    ("session end {person}", 0, "Sessions ended: 0.", ""),
    ("source add {number} --chain prisma", 0, "", ""),
    ("source end {source}", 0, "The source named {source} has ended.", ""),
    ("source list", 0, "{source}: chain ", ""),
    ("source token {source}", 0, "", ""),
    ("staff close {number}", 2, "", "no such account is open"),
    ("staff invite {number}", 2, "", "no such account is open"),
    ("staff list", 0, "", ""),
    ("staff open {number} --name Somebody --email a@example.org --identity-code ''", 2, "", "user id"),
    ("supervision calls {toml}", 2, "", "Not taken: line 1 is not ref, user_id, began_at and ended_at in JSON."),
    ("supervision run", 0, "again: 0", ""),
    ("upkeep --days 1", 0, "", ""),
    ("ways-out {toml} --to {tmp}/ways.md", 0, "{tmp}/ways.md: ", ""),
    ("work --once", 0, "", ""),
]


@pytest.fixture
def taken():
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def names(database, tmp_path, taken):
    """What the commands are about: a person with a card, a source, a port, and files."""
    home, source = a_household(1), a_source()
    with administrator() as connection:  # letters that other tests ordered are not what is asked about here
        connection.execute("UPDATE register_extract SET made_at = now() WHERE made_at IS NULL")
    (tmp_path / "groups.json").write_text("[]")
    (tmp_path / "empty").write_text("")
    (tmp_path / "receipts.ndjson").write_text(json.dumps(a_receipt(card=home.cards[0])))
    (tmp_path / "bad.ndjson").write_text("{}")
    toml = ROOT / "descriptions" / "s_group.toml"
    return {
        "person": home.persons[0], "card": home.cards[0], "number": new_number(), "source": source.name,
        "taken": taken, "tmp": tmp_path, "toml": toml, "program": ROOT / "programs" / "s_group.toml",
    }  # fmt: skip


@pytest.mark.parametrize(("words", "code", "out", "err"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_command_answers(run, acting, names, words, code, out, err):
    answer = run(*shlex.split(words.format(**names)))
    assert answer.exit_code == code, answer.output
    assert out.format(**names) in " ".join(answer.stdout.split())
    assert err.format(**names) in " ".join(answer.stderr.split())
    if code == 0 and not words.startswith(("extracts print", "intake")):
        assert answer.stderr == ""
    if not out and code:
        assert answer.stdout == ""


def test_every_command_is_in_the_table():
    tried = {path for path in COMMANDS for words, *_ in ANSWERS if tuple(words.split()[: len(path)]) == path}
    assert tried == set(COMMANDS)


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "Makefile"]
SPAN = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)


def told_commands():
    """Yield every `tarkka …` of the documentation, with the page that it stands in."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for span in SPAN.findall(text) if page.suffix == ".md" else [text]:
            for line in span.strip("`").splitlines():
                words = line.split("#")[0].replace("…", " … ")
                if found := re.match(r"(?:.*[\s/@])?tarkka ((?:[a-z]).*)", words.strip("`$ ")):
                    yield page.relative_to(ROOT).as_posix(), found[1]


TOLD = sorted(set(told_commands()))


def test_documentation_tells_commands():
    assert len(TOLD) > 20


@pytest.mark.parametrize(("page", "told"), TOLD, ids=[f"{page}: {told}" for page, told in TOLD])
def test_command_in_the_documentation_is_a_real_one(page, told):
    command = get_command(main)
    words = [each for each in re.split(r"[\s\[\]|]+", told) if each]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    options = {name for each in command.params for name in each.opts}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options, f"{' '.join(told.split()[:2])} has no {word}"


def test_wrong_option_is_told_with_the_right_one():
    answer = CliRunner().invoke(main, ["serve", "--prot", "1"])
    assert answer.exit_code == 2
    assert "No such option: --prot" in answer.stderr
