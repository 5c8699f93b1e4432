"""An installation as it is run: on a server of its own, in processes of its own, from the first command to Ctrl-C."""

import json
import signal
import stat
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from typer.testing import CliRunner

from acting import new_code
from posting import a_mail_server
from serving import TARKKA, Installation, Server, a_server, execute, free_port
from tarkka.cli.main import main

ROOT = Path(__file__).parents[2]
REVOKE = "REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC"
DEMO = """
from functools import partial
from tarkka.sample import receipts
receipts.prepare = partial(receipts.prepare, households=5)
from tarkka.cli.main import run
run()
"""
"""The demo, whole but for most of the sample's households."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with a_server() as server:
        execute(
            server.address,
            "CREATE ROLE installer LOGIN CREATEROLE BYPASSRLS PASSWORD 'installs'",
            "CREATE DATABASE tarkka OWNER installer",
            "CREATE DATABASE blank OWNER installer",
        )
        for name in ("tarkka", "blank"):
            execute(make_conninfo(server.address, dbname=name), REVOKE)
        yield server


@pytest.fixture(scope="module")
def admin(server: Server) -> str:
    """The address of the installation's administrator, who is no superuser."""
    return make_conninfo(server.address, user="installer", password="installs", dbname="tarkka")


@pytest.fixture(scope="module")
def installed(server: Server, admin: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A register on the server: migrated, the reference description published. Commands know the login alone."""
    parts = conninfo_to_dict(admin)
    login = f"postgresql://tarkka_app@{parts['host']}:{parts['port']}/tarkka"
    found = Installation(tmp_path_factory.mktemp("installed"), {"TARKKA_DATABASE_URL": login})
    for command in (
        ("migrate",),
        ("description", "publish", ROOT / "descriptions" / "s_group.toml", "--effective-on", "2016-09-01"),
    ):
        done = found.run(*command, TARKKA_OWNER_URL=admin)
        assert (done.returncode, done.stderr) == (0, "")
    return found


def test_first_command_makes_keys_roles_and_tables_and_says_nothing(installed: Installation, admin: str) -> None:
    keys = installed.home / "var" / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    before = keys.read_text()
    done = installed.run("migrate", TARKKA_OWNER_URL=admin)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert keys.read_text() == before
    assert [each.name for each in keys.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "addresses",
    [{"TARKKA_DATABASE_URL": "admin"}, {"TARKKA_DATABASE_URL": None, "TARKKA_OWNER_URL": "admin"}],
    ids=["as the database", "as the owner alone"],
)
def test_administrators_address_is_enough(installed: Installation, admin: str, addresses: dict[str, str]) -> None:
    given = {name: value and admin for name, value in addresses.items()}
    done = installed.run("outlet", "add", "p-1", "--name", "Prisma", "--chain", "prisma", **given)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Outlets registered: 1.\n", "")


def test_command_that_needs_the_owners_rights_says_so(installed: Installation) -> None:
    done = installed.run("outlet", "add", "p-1", "--name", "Prisma", "--chain", "prisma")
    assert done.returncode == 2
    assert done.stderr == (
        "This command needs the owner's rights: set TARKKA_OWNER_URL to an administrator's address.\n"
    )


def test_register_of_an_earlier_state_is_left_alone_and_told(installed: Installation, admin: str) -> None:
    [(made_by,)] = rows_of(admin, "SELECT obj_description('public'::regnamespace)")
    execute(admin, "COMMENT ON SCHEMA public IS 'Tarkka, made by the statements 0123456789abcdef'")
    try:
        done = installed.run("migrate", TARKKA_OWNER_URL=admin)
        assert done.returncode == 2
        assert "made by an earlier state of Tarkka" in done.stderr
        assert "TARKKA_HOME" in done.stderr
    finally:
        execute(admin, f"COMMENT ON SCHEMA public IS '{made_by}'")
    assert installed.run("migrate", TARKKA_OWNER_URL=admin).returncode == 0


def rows_of(address: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(query).fetchall()


def test_command_of_an_operator_needs_the_login_alone(installed: Installation) -> None:
    done = installed.run("person", "show", "1", "--acting", "somebody")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no_mandate" in done.stderr


def test_server_answers_and_has_no_address_of_the_owner(installed: Installation, admin: str) -> None:
    with installed.serving(TARKKA_OWNER_URL=admin) as serving:
        serving.wait_for(200)
        serving.child("audit")  # the last that is begun: until then one may still look like its parent
        workers = serving.family()
        assert len(workers) >= 3
        for process in workers:
            environment = process.environ()
            assert "TARKKA_OWNER_URL" not in environment
            assert "installs" not in str(environment)
            assert conninfo_to_dict(environment["TARKKA_DATABASE_URL"])["user"] == "tarkka_app"
            assert conninfo_to_dict(environment["TARKKA_DATABASE_URL"])["password"] not in " ".join(process.cmdline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_all_that_was_started(installed: Installation, number: signal.Signals) -> None:
    with installed.serving() as serving:
        family = serving.family()
        code, out, err = serving.end(number)
        assert (code, out, err) == (0, "", "")
        assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        assert serving.health() == 0


def test_signal_ends_workers_that_are_still_beginning(installed: Installation) -> None:
    with installed.serving(until=lambda: True) as serving:
        server = serving.child("tarkka.cli.server")
        serving.wait(lambda: len(server.children()) == 2)
        family = serving.family()
        assert serving.end(signal.SIGTERM) == (0, "", "")
        assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_port_is_the_one_that_is_given(installed: Installation) -> None:
    with installed.serving() as serving:
        listening = {
            each.laddr.port
            for process in serving.family()
            for each in process.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        }
        assert listening == {serving.port}
        taken = installed.run("serve", TARKKA_PORT=str(serving.port))
        assert (taken.returncode, taken.stdout) == (2, "")
        assert taken.stderr.startswith(f"Cannot listen on 127.0.0.1, port {serving.port}: it is taken")


def test_worker_that_dies_is_replaced(installed: Installation) -> None:
    with installed.serving() as serving:
        worker = serving.child("tarkka.cli.server").children()[-1]
        worker.kill()
        psutil.wait_procs([worker], 10)
        serving.wait_for(200)


def test_sealer_that_dies_is_replaced_and_told(installed: Installation) -> None:
    with installed.serving() as serving:
        sealer = serving.child("audit")
        sealer.kill()
        psutil.wait_procs([sealer], 10)
        serving.wait(lambda: [each for each in serving.family() if "audit" in each.cmdline() and each != sealer])
        serving.wait_for(200)
        code, _, err = serving.end(signal.SIGTERM)
    assert code == 0
    assert "The sealer of the trail ended by itself, with code -9, and is started again" in err


def test_server_tells_whoever_a_broken_glass_is_about_by_email(
    installed: Installation, server: Server, tmp_path: Path
) -> None:
    someone = {
        "key": "p", "identity_code": new_code(), "given_name": "Aamu", "family_name": "Aamunkoi", "language": "en",
        "is_main_member": True, "email": "aamu@example.org",
    }  # fmt: skip
    people = tmp_path / "people.ndjson"
    people.write_text(json.dumps({"household": "h", "since": "2020-01-01", "persons": [someone]}))
    person = json.loads(installed.run("household", "load", people).stdout)["person_id"]
    with a_mail_server() as (postbox, port):
        beside = {"TARKKA_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        with installed.serving(**beside) as serving:
            teller = serving.child("glass")
            teller.kill()  # is started again
            psutil.wait_procs([teller], 10)
            execute(
                make_conninfo(server.address, dbname="tarkka"),
                "INSERT INTO service_case (person_id, opened_by, situation, break_glass, reason, opened_at, closes_at)"
                f" VALUES ({person}, 'somebody', 'emergency', true, 'a test', now() - interval '40 seconds', now())",
            )
            serving.wait(lambda: bool(postbox.messages))
            code, _, err = serving.end(signal.SIGTERM)
    assert (code, postbox.recipients) == (0, ["aamu@example.org"])
    assert "The teller of emergency access ended by itself, with code -9, and is started again" in err
    assert "aamu" not in err.lower()
    assert installed.run("glass", "tell", "--once").stderr.startswith("There is no mail server: set TARKKA_MAIL_URL")


def test_server_works_the_queue_off_and_starts_its_worker_again(
    installed: Installation, server: Server, tmp_path: Path
) -> None:
    someone = {
        "key": "p", "identity_code": new_code(), "given_name": "Tuuli", "family_name": "Tuulinen", "language": "en",
        "is_main_member": True, "email": "tuuli@example.org",
    }  # fmt: skip
    people = tmp_path / "people.ndjson"
    people.write_text(json.dumps({"household": "h", "since": "2020-01-01", "persons": [someone]}))
    person = json.loads(installed.run("household", "load", people).stdout)["person_id"]
    with a_mail_server() as (postbox, port), installed.serving(TARKKA_MAIL_URL=f"smtp://127.0.0.1:{port}") as serving:
        worker = serving.child("work")
        worker.kill()  # is started again
        psutil.wait_procs([worker], 10)
        execute(make_conninfo(server.address, dbname="tarkka"), *(each.format(person) for each in A_RECALL))
        serving.wait(lambda: bool(postbox.messages))
        code, _, err = serving.end(signal.SIGTERM)
    assert (code, postbox.recipients) == (0, ["tuuli@example.org"])
    assert "The worker of the queue ended by itself, with code -9, and is started again" in err
    assert "tuuli" not in err.lower()


A_RECALL = (
    """
    INSERT INTO recall (id) VALUES (1);
    INSERT INTO recall_draft
        (id, recall_id, kind, is_dangerous, gtins, group_codes, lots, outlets, period, texts, drafted_by)
    VALUES (1, 1, 'food', true, '{{06408430000135}}', '{{}}', '{{}}', '{{}}', '[2024-03-01,2024-03-31]',
            '{{"en": {{"product": "Milk", "hazard": "Listeria"}}}}', 'one');
    INSERT INTO recall_release (recall_id, draft_id, released_by) VALUES (1, 1, 'another');
    INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)
    VALUES (1, {0}, 1, '2024-03-05', 'bought');
    INSERT INTO recall_notice (recall_id, person_id, channel, state, told_at) VALUES (1, {0}, 'portal', 'told', now());
    SELECT recalls.queue(array_agg(id)) FROM recall_notice
    """,
)
"""A recall whose trace found somebody, and its telling queued."""


def test_server_seals_what_is_recorded(installed: Installation) -> None:
    installed.run("audit", "seal", "--once")
    newest = installed.run("audit", "checkpoint").stdout
    installed.run("person", "show", "1", "--acting", "somebody")
    with installed.serving() as serving:
        serving.wait(lambda: installed.run("audit", "checkpoint").stdout != newest)


def test_audit_finds_what_the_administrator_changed_and_what_was_cut_off(
    installed: Installation, server: Server, admin: str, tmp_path: Path
) -> None:
    owner = {"TARKKA_OWNER_URL": admin}
    given = installed.run(
        "mandate", "give", "somebody", "--role", "analyst", "--reason", "a test", "--days", "1", **owner
    )
    assert given.returncode == 0, given.stderr
    installed.run("audit", "seal", "--once")
    kept = tmp_path / "checkpoint"
    kept.write_text(installed.run("audit", "checkpoint").stdout)
    key = installed.run("audit", "key").stdout.strip()
    right = installed.run("audit", "verify", "--since", str(kept), "--key", key, **owner)
    assert (right.returncode, right.stdout.splitlines()[-1]) == (0, "Everything is as it was sealed.")
    change = "UPDATE mandate SET reason = %s WHERE actor = 'somebody'"
    with psycopg.connect(make_conninfo(server.address, dbname="tarkka"), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change, ["another"])
        wrong = installed.run("audit", "verify", **owner)
        connection.execute(change, ["a test"])
    assert (wrong.returncode, wrong.stderr.splitlines()[-1]) == (1, "mandate 1: is not what was sealed")
    assert "somebody" not in wrong.stdout + wrong.stderr
    kept.write_text(kept.read_text().replace("\n", " \n", 1))
    assert installed.run("audit", "verify", "--since", str(kept), **owner).returncode == 2


def test_site_says_that_it_is_not_ready_while_nothing_is_published(installed: Installation, admin: str) -> None:
    blank = make_conninfo(admin, dbname="blank")
    assert installed.run("migrate", TARKKA_DATABASE_URL=blank).returncode == 0
    with installed.serving(TARKKA_DATABASE_URL=blank) as serving:
        serving.wait_for(503)


def test_site_says_that_it_is_not_ready_while_the_database_is_away_and_comes_back(
    installed: Installation, server: Server
) -> None:
    with installed.serving(TARKKA, "serve", "--workers", "1") as serving:
        serving.wait_for(200)
        server.stop()
        try:
            serving.wait_for(503)
        finally:
            server.start()
        serving.wait_for(200)


def test_server_does_not_start_with_a_login_that_could_pass_by_the_policies(
    installed: Installation, server: Server
) -> None:
    execute(server.address, "GRANT tarkka_owner TO tarkka_app")
    try:
        done = installed.run("serve", "--port", free_port())
    finally:
        execute(server.address, "REVOKE tarkka_owner FROM tarkka_app")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Tarkka does not start on this database:\n- ")
    assert "tarkka_owner" in done.stderr


def test_server_does_not_start_where_a_crash_could_lose_what_was_promised(
    installed: Installation, server: Server
) -> None:
    execute(server.address, "ALTER ROLE tarkka_app SET synchronous_commit = off")
    try:
        done = installed.run("serve", "--port", free_port())
    finally:
        execute(server.address, "ALTER ROLE tarkka_app SET synchronous_commit = on")
    assert done.returncode == 1
    assert "synchronous_commit is off; set it to on" in done.stderr


def test_server_does_not_start_without_keys(installed: Installation, admin: str, tmp_path: Path) -> None:
    """Neither with an address that brings its password nor as administrator: keys are never made beside data."""
    away = str(tmp_path / "keys.json")
    for changes in (
        {"TARKKA_DATABASE_URL": "postgresql://tarkka_app:mine@127.0.0.1/tarkka"},
        {"TARKKA_DATABASE_URL": admin},
        {"TARKKA_OWNER_URL": admin},
    ):
        done = installed.run("serve", "--port", free_port(), TARKKA_KEYS=away, **changes)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"There are no keys at {away}" in done.stderr
        assert not Path(away).exists()


def test_keys_may_lie_elsewhere(installed: Installation, tmp_path: Path) -> None:
    safe = tmp_path / "safe.json"
    safe.write_text((installed.home / "var" / "keys.json").read_text())
    done = installed.run("person", "show", "1", TARKKA_KEYS=str(safe), TARKKA_HOME=str(tmp_path / "var"))
    assert "no_mandate" in done.stderr


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://tarkka_app:verysecret@127.0.0.1:1/tarkka", "The database cannot be reached: "),
        ("postgresql://admin:verysecret@127.0.0.1:1/tarkka", "The database cannot be reached: "),
        ("postgresql://tarkka_app:verysecret@127.0.0.1:notaport/tarkka", "The database cannot be reached: "),
        ("verysecret", "is no address such as postgresql://"),
    ],
)
@pytest.mark.parametrize("command", [("serve",), ("person", "show", "1")], ids=" ".join)
def test_address_that_leads_nowhere_is_told_without_its_password(
    installed: Installation, command: tuple[str, ...], address: str, told: str
) -> None:
    done = installed.run(*command, TARKKA_DATABASE_URL=address, TARKKA_PORT=str(free_port()))
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "verysecret" not in done.stderr


def test_failure_is_told_without_the_row_that_it_failed_on(installed: Installation, server: Server) -> None:
    """As if a rule of the database were broken that no command foresees."""
    database = make_conninfo(server.address, dbname="tarkka")
    raising = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'Aamunkoi % failed', NEW; END$$"
    execute(database, raising, "REVOKE EXECUTE ON FUNCTION fail FROM PUBLIC")
    execute(database, "CREATE TRIGGER fail BEFORE INSERT ON household FOR EACH ROW EXECUTE FUNCTION fail()")
    try:
        done = installed.run("household", "found")
    finally:
        execute(database, "DROP FUNCTION fail CASCADE")
    assert done.returncode == 1
    assert "The database did not do it:" in done.stderr
    assert "RaiseException" in done.stderr
    assert "Aamunkoi" not in done.stdout + done.stderr


def postmasters(home: Path) -> list[int]:
    """Return the pids of the servers on data of this home."""
    return [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if f"{home}/postgresql" in (each.info["cmdline"] or ()) and each.status() != psutil.STATUS_ZOMBIE
    ]


def test_demo_sets_all_up_serves_ends_and_goes_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    demo = Installation(tmp_path_factory.mktemp("demo"), {})
    home = demo.home / "var"
    command = (sys.executable, "-c", DEMO, "demo")
    with demo.serving(*command) as serving:
        serving.wait_for(200)
        assert len(postmasters(home)) == 1
        beside = demo.run("description", "explain", "--chain", "prisma", "--channel", "store", "--on", "2016-08-31")
        assert (beside.returncode, beside.stderr) == (0, "")
        assert "GROUP" in beside.stdout
        with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}/sign-in/") as page:
            assert "Outi Salonen" in page.read().decode()
        family = serving.family()
        code, out, _ = serving.end(signal.SIGINT)
    assert code == 0
    assert f"Tarkka is at http://127.0.0.1:{serving.port}" in out
    assert "Outi Salonen" in out
    assert postmasters(home) == []
    assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]

    before = {each.name: each.read_text() for each in home.glob("*.json")}
    with demo.serving(*command) as serving:
        serving.wait_for(200)
        code, again, err = serving.end(signal.SIGTERM)
    assert (code, err) == (0, "")
    assert "Mapping" not in again
    assert {each.name: each.read_text() for each in home.glob("*.json")} == before
    assert postmasters(home) == []


def test_demo_that_is_stopped_while_it_loads_ends_in_order_and_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    demo = Installation(tmp_path_factory.mktemp("stopped"), {})
    home = demo.home / "var"
    command = (sys.executable, "-c", DEMO, "demo")
    with demo.serving(*command, until=lambda: (home / "sample.json").exists()) as mapping:
        code, _, err = mapping.end(signal.SIGINT)
    assert code in (1, 130)
    assert "Traceback" not in err
    assert postmasters(home) == []
    with demo.serving(*command, until=lambda: (home / "demo-people.json").exists()) as taking:
        assert taking.end(signal.SIGTERM)[0] == 143
    assert postmasters(home) == []
    with demo.serving(*command) as serving:
        serving.wait_for(200)
        assert serving.end(signal.SIGINT)[0] == 0


def test_demo_leaves_a_real_register_alone(installed: Installation, admin: str) -> None:
    done = installed.run("demo", "--port", free_port(), TARKKA_DATABASE_URL=admin)
    assert done.returncode == 2
    assert "This register was not made by the demo" in done.stderr
    with psycopg.connect(make_conninfo(admin, options="-c role=tarkka_owner")) as connection:
        assert connection.execute("SELECT count(*) FROM source").fetchone() == (0,)


@pytest.mark.parametrize("command", ["serve", "demo", "migrate"])
def test_nothing_starts_without_its_words(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would show the messages' ids instead, on pages and in e-mail."""
    (tmp_path / "fi").mkdir()
    (tmp_path / "fi" / "django.po").touch()
    monkeypatch.setattr("tarkka.cli.boot._CATALOGUES", tmp_path)
    monkeypatch.setenv("TARKKA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TARKKA_PORT", str(free_port()))
    answer = CliRunner().invoke(main, [command])
    assert (answer.exit_code, answer.stderr) == (
        2,
        "The words of the pages are not compiled: run `python -m tarkka.site.messages`.\n",
    )
    assert not (tmp_path / "home" / "postgresql").exists()
