"""Every way in which data can leave is declared; nothing leaves to an outsider; the page tells it (R24)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from tarkka.cli.main import main
from tarkka.cli.waysout import addresses, text
from tarkka.description.loading import load
from tarkka.description.schema import RecipientKind
from tarkka.rights.ways_out import ADDRESSES, COMMANDS, PLACES, To, Way
from tarkka.vocabulary import Role

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "tarkka"
REMEDY = "say to whom and what in src/tarkka/rights/ways_out.py, and run `tarkka ways-out`"
# What data can leave by: mails, files, connections, other processes.
MODULES = {
    "aiohttp", "asyncio", "boto3", "ftplib", "http.client", "httpx", "imaplib", "multiprocessing", "paramiko",
    "requests", "smtplib", "socket", "subprocess", "telnetlib", "urllib.request", "urllib3", "webbrowser",
}  # fmt: skip
CALLS = {
    "EmailMessage", "EmailMultiAlternatives", "FileHandler", "NamedTemporaryFile", "Popen", "ZipFile", "copy2",
    "copyfile", "copytree", "fdopen", "mail_admins", "mail_managers", "mkstemp", "savefig", "send_mail",
    "send_mass_mail", "send_messages", "sendmail", "symlink_to", "to_csv", "to_parquet", "urlopen", "write_bytes",
    "write_csv", "write_parquet", "write_text",
}  # fmt: skip


def places(source: str, module: str) -> Iterator[str]:
    """Yield `module.function` of whatever in a source can put data somewhere else."""
    tree = ast.parse(source)
    yield from _places(tree, module, _imported(tree))


def _imported(tree: ast.Module) -> set[str]:
    """By which names a source has what is in the modules of the list."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names if each.name in MODULES}
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found |= {each.asname or each.name for each in node.names if not _is_error(each.name)}
    return found


def _is_error(name: str) -> bool:
    return name.endswith(("Error", "Exception", "Refused"))


def _places(node: ast.AST, where: str, modules: set[str]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inner = f"{where}.{child.name}" if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else where
        if (isinstance(child, ast.Call) and _leaves(child, modules)) or _copies(child):
            yield inner
        yield from _places(child, inner, modules)


def _leaves(call: ast.Call, modules: set[str]) -> bool:
    name, base = "", ""
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
        base = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    elif isinstance(call.func, ast.Name):
        name = call.func.id
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "mode")]
    modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    writes = any(len(mode) < 4 and set(mode) & set("wax+") for mode in modes)
    return name in CALLS or base in modules or name in modules or (name == "open" and (base == "os" or writes))


def _copies(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("COPY (")


def found_places() -> set[str]:
    found = set()
    for path in sorted(SOURCES.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCES).with_suffix("").parts)
        found |= set(places(path.read_text(), module))
    return found


def commands(command=None, path=()):
    command = command or get_command(main)
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path)


def test_every_address_is_declared(site):
    assert {name for name, _ in addresses()} == set(ADDRESSES), REMEDY


def test_every_command_is_declared():
    assert set(commands()) == set(COMMANDS), REMEDY


def test_every_file_mail_and_connection_is_declared():
    assert found_places() == set(PLACES), REMEDY


@pytest.mark.parametrize(
    "source",
    [
        "def f(p): p.write_text('x')",
        "def f(p): p.open('wb')",
        "def f(p): open(p, mode='a')",
        "def f(m): EmailMessage(to=[m])",
        "import httpx\ndef f(): httpx.post('https://example.org')",
        "from urllib.request import urlopen as u\ndef f(): u('https://example.org')",
        "import socket as s\ndef f(): s.create_connection(('example.org', 1))",
        "def f(c): c.execute(f'COPY ({1}) TO 2')",
        "from subprocess import run\ndef f(): run(['curl'])",
    ],
)
def test_a_new_way_out_is_found(source):
    assert list(places(source, "m")) == ["m.f"]


def test_reading_is_no_way_out():
    assert list(places("def f(p): return p.open('rb').read() + open(p).read() + p.read_text()", "m")) == []


def test_no_recipient_is_an_outsider():
    assert set(RecipientKind) == {RecipientKind.AUTHORITY, RecipientKind.BANK, RecipientKind.PROCESSOR}
    insiders = {To.ANYBODY, To.OPERATOR, To.PERSON, To.SIGN_IN, To.SOURCE, To.STAFF}
    assert {str(to) for to in set(To) - insiders} <= set(
        load(ROOT / "descriptions" / "s_group.toml").document.recipient
    )


@pytest.mark.parametrize("ways", [ADDRESSES, COMMANDS, PLACES], ids=["addresses", "commands", "places"])
def test_a_processor_gets_the_fields_that_the_description_names_and_no_other(ways):
    recipients = load(ROOT / "descriptions" / "s_group.toml").document.recipient
    for way in (each for declared in ways.values() for each in declared.each()):
        allowed = set(recipients[way.to].fields) if way.to in recipients else set()
        assert set(way.fields) <= allowed
        assert bool(way.fields) == (way.to in recipients)


def test_only_staff_and_operators_come_in_roles():
    ways: list[Way] = [*ADDRESSES.values(), *COMMANDS.values(), *PLACES.values()]
    for way in (each for declared in ways for each in declared.each()):
        assert not way.roles or way.to in (To.STAFF, To.OPERATOR)
        assert not {Role.CUSTOMER, Role.AUTOMATIC} & set(way.roles)


def test_the_page_is_the_one_that_the_program_makes(site):
    made = text(load(ROOT / "descriptions" / "s_group.toml"))
    assert (ROOT / "docs" / "ways-out.md").read_text() == made, "run `tarkka ways-out`"
