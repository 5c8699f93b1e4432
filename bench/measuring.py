"""What every measurement shares: a register of its own, repeated timing, and how a figure is told."""

import http.client
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
ADMIN = "TARKKA_BENCH_ADMIN_URL"


def tell(what: str, measured: str, bar: str = "") -> None:
    """Print one figure."""
    print(f"  {what:<62} {measured}" + (f"   (bar: {bar})" if bar else ""), flush=True)


def machine() -> str:
    """Return what the figures were measured on."""
    models = (
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    )
    model = next(models, platform.machine())
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {date.today()}"  # noqa: DTZ011


@contextmanager
def register() -> Iterator[str]:
    """Make a register in a temporary folder, the description published. Yields the administrator's address."""
    from tarkka.database.embedded import running

    folder = tempfile.TemporaryDirectory(prefix="tarkka-bench-", ignore_cleanup_errors=True)
    os.environ["TARKKA_HOME"] = folder.name
    os.environ["TARKKA_DEMO"] = "1"
    with folder, running(Path(folder.name) / "postgresql") as admin:
        os.environ["TARKKA_DATABASE_URL"] = admin
        os.environ.pop("TARKKA_OWNER_URL", None)
        os.environ[ADMIN] = admin
        from tarkka.cli.boot import boot

        boot(owner=True)
        from tarkka.description.actions import publish

        publish((ROOT / "descriptions/s_group.toml").read_text(), effective_on=date(2016, 9, 1), acting="bench")
        yield admin
        from django.db import connections

        connections.close_all()


@contextmanager
def served() -> Iterator[int]:
    """Serve the site as an installation does, and yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tarkka.cli.main", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port):
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
