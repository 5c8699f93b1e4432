"""Sealing: rows become leaves, the tree grows, and a checkpoint of it is signed. One round is one transaction.

The door writes nothing for it: rows carry their transaction's number and a salt, and wait here for a few seconds.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.db import DatabaseError, connection, transaction

from tarkka.database.keys import home, key
from tarkka.trail.note import Checkpoint, NotGenuine, Signer
from tarkka.trail.tree import STEP, Read, fold, root

EVERY = timedelta(seconds=5)
"""How often the sealer looks for rows that wait."""
AT_LEAST_EVERY = timedelta(seconds=50)
"""A checkpoint is signed this often though nothing waits: an old one tells that sealing has stopped."""
MOST = 100_000
"""Leaves of one round."""

_log = logging.getLogger(__name__)


class LogChanged(Exception):
    """The log in the database does not go on from the last checkpoint that this installation signed or saw."""


def signer() -> Signer:
    """Return the log's key, from the installation's keys. Raises NoKeys."""
    return Signer(key("trail"))


def seal(*, now: datetime | None = None, most: int = MOST) -> Checkpoint | None:
    """Seal all that waits, at most so many rows a round, and return the newest checkpoint that was signed.

    None if nothing waits and the last checkpoint is fresh, or if another sealer is at it. `now` is aware.
    Raises LogChanged: then nothing is sealed, for a key that signs a changed log would hide the change.
    """
    key_, newest = signer(), None
    while True:
        with transaction.atomic():
            note, leaves = _seal_round(key_, now or datetime.now(UTC), most)
        if note:
            _remember(note)
            newest = key_.verifier.read(note)
        if leaves < most:
            return newest


def _seal_round(key_: Signer, now: datetime, most: int) -> tuple[str | None, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT trail.alone()")
        if cursor.fetchone() != (True,):
            _tell_who_holds_it()
            return None, 0
        number, last = _last(key_)
        is_due = last is None or now - last.at >= AT_LEAST_EVERY
        cursor.execute("SELECT count(*) FROM trail.append(%s, %s)", [most, is_due])
        [leaves] = cursor.fetchone() or [0]
        if not leaves and not is_due:
            return None, 0
        old = last.size if last else 0
        size = old + leaves
        read = stored()
        for level in range(STEP, size.bit_length(), STEP):
            nodes = [
                (level, index, fold(read(level - STEP, index << STEP, index + 1 << STEP)))
                for index in range(old >> level, size >> level)
            ]
            cursor.executemany("INSERT INTO trail_node (level, index, hash) VALUES (%s, %s, %s)", nodes)
        note = key_.sign(size, root(read, size), now)
        cursor.execute(
            "INSERT INTO trail_checkpoint (number, size, note) VALUES (%s, %s, %s)", [number + 1, size, note]
        )
    return note, leaves


def _tell_who_holds_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(pid::text, ', ') FROM pg_locks WHERE relation = 'trail_progress'::regclass AND granted"
            " AND mode = 'ExclusiveLock'"
        )
        [pids] = cursor.fetchone() or [None]
    _log.warning("Not sealed now: PostgreSQL's process %s holds the sealer's lock. If it is no sealer, end it", pids)


def _last(key_: Signer) -> tuple[int, Checkpoint | None]:
    """Return number and content of the last checkpoint; -1 and None before the first.

    Raises LogChanged unless the log is what that checkpoint says and goes on from what this installation remembers.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, note FROM trail_checkpoint ORDER BY number DESC LIMIT 1")
        number, note = cursor.fetchone() or (-1, None)
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM trail_leaf")
        [size] = cursor.fetchone() or [0]
    try:
        last = key_.verifier.read(note) if note else None
        remembered = key_.verifier.read(memory().read_text()) if memory().exists() else None
    except NotGenuine as error:
        raise LogChanged(f"the last checkpoint, in the database or in {memory()}, is not this log's: {error}") from None
    if size != (last.size if last else 0):
        raise LogChanged(f"there are {size} leaves, and the last checkpoint is of {last.size if last else 0}")
    if remembered and (last is None or last.at < remembered.at or last.size < remembered.size):
        raise LogChanged(
            f"the log is shorter than the checkpoint of {remembered.size} leaves that {memory()} holds. If the database"
            " was restored from its copy, keep that file for whoever audits the trail, and move it away."
        )
    for checkpoint in filter(None, (last, remembered)):
        if root(stored(), checkpoint.size) != checkpoint.root:
            raise LogChanged(f"the first {checkpoint.size} leaves are not those that were signed")
    return number, last


def memory() -> Path:
    """Return where this installation keeps the last checkpoint that it signed, outside the database."""
    return home() / "trail-checkpoint.txt"


def _remember(note: str) -> None:
    with NamedTemporaryFile("w", dir=memory().parent, prefix=f".{memory().name}.", delete=False) as part:
        part.write(note)
    Path(part.name).replace(memory())


def keep_sealing() -> None:
    """Seal until this process is ended. A round that fails is told in the log, and the next one tries again.

    Raises LogChanged.
    """
    while True:
        try:
            seal()
        except (DatabaseError, OSError):
            _log.exception("A round of sealing failed; the next one tries again")
            connection.close()
        time.sleep(EVERY.total_seconds())


def stored() -> Read:
    """Return a reader of the tree's stored hashes, which asks the database for each tile once."""
    tiles: dict[tuple[int, int], list[bytes]] = {}

    def read(level: int, start: int, stop: int) -> Sequence[bytes]:
        tile = start >> STEP
        first = tile << STEP
        if len(tiles.get((level, tile), ())) < stop - first:
            tiles[level, tile] = _tile(level, first)
        found = tiles[level, tile][start - first : stop - first]
        if len(found) < stop - start:
            raise LogChanged(f"the tree lacks hashes of level {level} from {start} on")
        return found

    return read


def _tile(level: int, first: int) -> list[bytes]:
    table = "trail_node WHERE level = %s AND" if level else "trail_leaf WHERE %s = 0 AND"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT hash FROM {table} index >= %s AND index < %s ORDER BY index",  # noqa: S608  # our own words
            [level, first, first + (1 << STEP)],
        )
        return [bytes(hash_) for (hash_,) in cursor.fetchall()]
