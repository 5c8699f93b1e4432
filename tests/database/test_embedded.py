"""The embedded server: shared, stopped with the last who uses it, open to its owner alone, silent about people."""

import json
import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tarkka.database.embedded import UnusableFolder, running

USER = """
import sys
from pathlib import Path
import psycopg
from tarkka.database.embedded import running
with running(Path(sys.argv[1])) as address:
    with psycopg.connect(address) as connection:
        print(address, connection.info.backend_pid, flush=True)
    if len(sys.argv) > 2:
        sys.stdin.read()
"""
AS_NOBODY = """
import os, sys
import psycopg
os.setuid(int(sys.argv[2]))
try:
    psycopg.connect(sys.argv[1])
except psycopg.OperationalError as error:
    sys.exit(str(error))
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where a server lies that each test starts and stops; every user may come as far as its door."""
    with tempfile.TemporaryDirectory(prefix="tarkka-embedded-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        yield Path(home) / "postgresql"


def postmaster(folder: Path) -> psutil.Process | None:
    """Return the server's process, or None if none runs."""
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return process if process.name().startswith("postgres") else None


def another_process(folder: Path) -> subprocess.Popen[str]:
    """Begin a process that uses the server until its standard input ends, and wait until it does."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder), "stay"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline()
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_server_is_postgresql_18_as_the_register_needs_it(folder: Path) -> None:
    with running(folder) as address, psycopg.connect(address) as connection:
        assert connection.info.server_version // 10_000 == 18
        assert connection.info.dbname == "tarkka"
        for name, value in [
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("max_locks_per_transaction", "256"),
            ("listen_addresses", ""),
            ("log_min_messages", "log"),
            ("log_error_verbosity", "terse"),
            ("log_min_error_statement", "panic"),
        ]:
            assert connection.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,)


def test_server_ends_with_the_last_who_uses_it_and_keeps_what_was_written(folder: Path) -> None:
    with running(folder) as address, psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
        assert postmaster(folder) is not None
    assert postmaster(folder) is None
    with running(folder) as address, psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)


def test_second_process_attaches_and_either_may_leave_first(folder: Path) -> None:
    with running(folder):
        server = postmaster(folder)
        other = another_process(folder)
        assert postmaster(folder) == server
        leave(other)
        assert postmaster(folder) == server
        other = another_process(folder)
    assert postmaster(folder) == server
    leave(other)
    assert postmaster(folder) is None


def test_process_that_was_killed_does_not_keep_the_server_running(folder: Path) -> None:
    killed = another_process(folder)
    with running(folder):
        killed.kill()
        killed.communicate()
        assert killed.pid in json.loads((folder / ".handle_pids.json").read_text())
    assert postmaster(folder) is None


def test_server_that_a_killed_process_left_is_used_and_stopped_by_the_next(folder: Path) -> None:
    killed = another_process(folder)
    killed.kill()
    killed.communicate()
    left = postmaster(folder)
    assert left is not None
    with running(folder):
        assert postmaster(folder) == left
    assert postmaster(folder) is None


def test_server_that_was_killed_is_started_again(folder: Path) -> None:
    with running(folder) as address:
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE saved AS SELECT 1")
        server = postmaster(folder)
        assert server is not None
        server.send_signal(signal.SIGKILL)
        server.wait()
    with running(folder) as address, psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM saved").fetchone() == (1,)


def test_many_may_begin_at_once_on_a_folder_that_is_not_there(folder: Path) -> None:
    folder = folder.with_name("another")

    def use(_: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", USER, str(folder)], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(use, range(4)))
    assert [each.stderr for each in done] == [""] * 4
    assert [each.returncode for each in done] == [0] * 4
    assert postmaster(folder) is None


def test_folder_that_was_half_made_is_made_whole(folder: Path) -> None:
    with running(folder):
        pass
    for name in ("pg_hba.conf", "pg_ident.conf"):
        (folder / name).write_text("")
    conf = folder / "postgresql.conf"
    conf.write_text(conf.read_text().partition("# Tarkka's settings")[0])
    with running(folder) as address, psycopg.connect(address) as connection:
        assert connection.execute("SHOW max_locks_per_transaction").fetchone() == ("256",)


def test_settings_are_written_once(folder: Path) -> None:
    for _ in range(2):
        with running(folder):
            pass
    assert (folder / "postgresql.conf").read_text().count("max_wal_size = '4GB'") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize("role", ["postgres", "tarkka_app", "nobody"])
def test_another_user_of_the_machine_cannot_connect(folder: Path, role: str) -> None:
    with running(folder) as address:
        folder.chmod(0o755)  # were it only the folder that kept them out, a socket elsewhere would let them in
        try:
            done = subprocess.run(
                [sys.executable, "-c", AS_NOBODY, f"{address} user={role}", str(pwd.getpwnam("nobody").pw_uid)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            folder.chmod(0o700)
    assert done.returncode == 1
    assert "Peer authentication failed" in done.stderr


def test_folder_is_closed_to_others(folder: Path) -> None:
    with running(folder):
        assert folder.stat().st_mode & 0o077 == 0


def test_log_tells_nothing_of_a_failed_statement(folder: Path) -> None:
    secret = "Aamunkoi"
    statements = [
        f"SELECT '{secret}'::int",
        f"INSERT INTO person VALUES ('{secret}'), ('{secret}')",
        f"SELECT * FROM {secret}",
        f"DO $$ BEGIN RAISE EXCEPTION '{secret}'; END $$",
        f"DO $$ BEGIN RAISE WARNING '{secret}'; END $$",
    ]
    with running(folder) as address, psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        for statement in statements:
            with suppress(psycopg.Error):
                connection.execute(statement)
        with suppress(psycopg.Error):
            connection.execute("SELECT %s::int", [secret])
        with suppress(psycopg.Error), connection.cursor().copy("COPY person FROM STDIN") as copy:
            copy.write(f"{secret}\n{secret}\n")
    log = (folder / "log").read_text()
    assert "database system is ready" in log
    assert secret not in log


@pytest.mark.parametrize("name", ["with space", "with'quote", "with%41", "with$(echo)"])
def test_folder_that_cannot_hold_a_server_is_told_with_the_remedy(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableFolder, match="Set TARKKA_HOME to another folder"), running(tmp_path / name / "db"):
        pass
    assert not (tmp_path / name).exists()


def test_folder_may_have_letters_of_any_language_and_be_deep(tmp_path_factory: pytest.TempPathFactory) -> None:
    with tempfile.TemporaryDirectory(prefix="tarkka-väinö-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        deep = Path(home) / ("x" * 100) / "postgresql"
        with running(deep) as address, psycopg.connect(address) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
