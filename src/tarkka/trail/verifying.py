"""Verifying the trail: whatever was changed since it was sealed is found, though a superuser did it.

Reads the database and nothing else: rows, leaves, tree and checkpoints, with statements of its own that call nothing
which is stored there. What it must be given is the log's public key; an earlier checkpoint, kept elsewhere, tells a log
whose end was cut off. Memory does not grow with the log.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from importlib.resources import files
from itertools import chain, count
from operator import itemgetter
from typing import Any

import psycopg
from psycopg.abc import Params

from tarkka.description.reading import document_from
from tarkka.description.rows import TABLES, rows_of
from tarkka.description.value import Description
from tarkka.trail.note import Checkpoint, NotGenuine, Verifier
from tarkka.trail.sealed import RECORDED, SEALED, SETTINGS, Sealed, entries_of, erased_digest, hashed
from tarkka.trail.tree import Growing

OLD = timedelta(seconds=60)
"""A last checkpoint of this age tells that sealing has stopped."""
LATE = timedelta(minutes=10)
"""A row that was sealed so long after its own time was late, or put in. (A look may last five.)"""
MOST = 100
"""Findings that are told of one kind."""
_AT_ONCE = 20_000
_ITS_OWN = ("trail_leaf", "trail_node", "trail_checkpoint", "trail_erased")

_SQL = {
    name: files("tarkka.trail").joinpath("sql", f"verify_{name}.sql").read_text()
    for name in ("changes", "erased", "erasures", "guards", "nodes", "rows", "told")
}
_LATE = "was sealed long after its own time"
_NO_MORE = (-1, b"", "")
Connection = psycopg.Connection[tuple[Any, ...]]
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not as it was sealed, and where: a table and its row's key, a leaf's or a checkpoint's number."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """That somebody was erased, and how many rows of which tables were emptied (None: none)."""

    number: int
    at: datetime
    rows: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was gone through, and what was found. `last` is the newest genuine checkpoint.

    `late` are rows as they were sealed, but sealed late: after a pause of the sealer, unless somebody put them in.
    `erasures` are all that are on record, for an auditor to hold against the requests that were made.
    """

    leaves: int
    waiting: int
    last: Checkpoint | None
    findings: Sequence[Finding]
    late: Sequence[Finding]
    erasures: Sequence[Erasure]


def verify(
    connection: Connection,
    verifier: Verifier,
    *,
    since: Checkpoint | None = None,
    told: Told = lambda *_: None,
    now: datetime | None = None,
) -> Verified:
    """Go through the whole trail. `told` hears what is looked at, and which share of it is done.

    `connection` is an administrator's, to whom no row is hidden: others get psycopg.errors.InsufficientPrivilege. Its
    transactions are repeatable reads, or else what is sealed meanwhile looks like a change.
    """
    return _Verifying(connection, verifier, since, told, now or datetime.now(UTC)).run()


class _Verifying:
    def __init__(
        self, connection: Connection, verifier: Verifier, since: Checkpoint | None, told: Told, now: datetime
    ) -> None:
        self.connection, self.verifier, self.since, self.told, self.now = connection, verifier, since, told, now
        self.findings: dict[str, list[Finding]] = {}
        self.erasures: Sequence[Erasure] = ()
        self.waiting = 0
        self.last: Checkpoint | None = None
        self.is_given_found = False
        # After how many leaves a checkpoint was signed, and when: one a minute at most.
        self.sizes: list[int] = []
        self.times: list[datetime] = []
        self._names = (f"trail_{number}" for number in count())

    def run(self) -> Verified:
        with self.connection.transaction():
            for name, value in (
                SETTINGS | {"row_security": "off"}
            ).items():  # off: to be refused rather than shown less
                self.connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])
            size = self._tree()
            leaves: dict[str, int] = dict(
                self.connection.execute("SELECT kind, count(*) FROM public.trail_leaf GROUP BY kind")
            )
            for each in SEALED:
                self._rows(each, leaves.pop(each.table, 0))
            for kind in leaves:
                self._find(f"leaves of {kind}", "no such table is sealed")
            self._changes()
            self._erasures()
            self._untold()
            self._description()
            self._guards()
        late = self.findings.pop(_LATE, [])
        found = [finding for each in self.findings.values() for finding in each]
        return Verified(size, self.waiting, self.last, found, late, self.erasures)

    def _find(self, where: str, what: str) -> None:
        found = self.findings.setdefault(what, [])
        if len(found) < MOST and Finding(where, what) not in found:
            found.append(Finding(where, what))

    def _stream(self, query: str, parameters: Params | None = None) -> Iterator[list[tuple[Any, ...]]]:
        with self.connection.cursor(name=next(self._names), binary=True) as cursor:
            cursor.execute(query.encode(), parameters)  # our own words
            while rows := cursor.fetchmany(_AT_ONCE):
                yield rows

    def _rows(self, each: Sealed, leaves: int) -> None:
        """Every row has the leaf that was made of it, and every leaf its row."""
        matched = done = 0
        query = _SQL["rows"].format(hashed=hashed(), entries=entries_of(each), table=each.table)
        known = {"sizes": self.sizes, "times": self.times, "late": LATE, "last": self.last and self.last.at}
        for rows in self._stream(query, known):
            for what, row_id in rows:
                if what is None or what == _LATE:
                    matched += 1
                if what == "waits":
                    self.waiting += each.table != "trail_checkpoint"  # the newest one is a leaf under the next
                elif what is not None:
                    self._find(f"{each.table} {row_id}", what)
            done += len(rows)
            self.told(each.table, min(1, done / max(leaves, 1)))
        if matched > leaves:
            self._find(each.table, "has rows twice")
        self.told(each.table, 1)

    def _tree(self) -> int:
        """Leaves are numbered without a gap, stored nodes are their hashes, and checkpoints are signed over them."""
        [(leaves,)] = self.connection.execute("SELECT count(*) FROM public.trail_leaf")
        tree, broken = Growing(), False
        nodes = self._one_by_one(_SQL["nodes"])
        signed = merge(self._checkpoints(), self._given(), key=itemgetter(0))
        size, root, where = next(signed, _NO_MORE)
        for index, hash_ in self._one_by_one("SELECT index, hash FROM public.trail_leaf ORDER BY index"):
            while size == tree.size:
                self._compare(tree, root, where)
                size, root, where = next(signed, _NO_MORE)
            if index != tree.size:
                self._find(f"leaf {min(index, tree.size)}", "is missing or there twice")
                break
            for node in tree.add(hash_):
                if not broken and next(nodes, None) != node:
                    self._find(f"node {node[1]} of level {node[0]}", "is not the hash of what is under it")
                    broken = True
            if tree.size % _AT_ONCE == 0:
                self.told("trail_leaf", tree.size / leaves)
        else:
            while size == tree.size:
                self._compare(tree, root, where)
                size, root, where = next(signed, _NO_MORE)
            if size >= 0:
                self._find(where, "is of more leaves than there are")
            if not broken and next(nodes, None):
                self._find("trail_node", "has more nodes than the tree")
        deque(signed, maxlen=0)  # whose signatures are looked at as they go by
        self._end(leaves)
        return int(leaves)

    def _compare(self, tree: Growing, root: bytes, where: str) -> None:
        if tree.root() != root:
            self._find(where, "is not signed over the leaves that are there")

    def _checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        """Yield size, root and number of each genuine checkpoint."""
        expected = 0
        for number, size, note in self._one_by_one("SELECT number, size, note FROM public.trail_checkpoint ORDER BY 1"):
            where = f"checkpoint {number}"
            if number != expected:
                self._find(f"checkpoint {expected}", "is missing or there twice")
            expected = number + 1
            try:
                found = self.verifier.read(note)
            except NotGenuine as error:
                self._find(where, str(error))
                continue
            if found.size != size or (self.last and (found.size < self.last.size or found.at < self.last.at)):
                self._find(where, "does not follow the one before it")
                continue
            self.last = found
            if not self.times or found.at - self.times[-1] > OLD:
                self.sizes.append(size)
                self.times.append(found.at)
            else:
                self.sizes[-1] = size
            self.is_given_found |= found == self.since
            yield size, found.root, where

    def _given(self) -> Iterator[tuple[int, bytes, str]]:
        if self.since:
            yield self.since.size, self.since.root, "the checkpoint given"

    def _end(self, leaves: int) -> None:
        if self.since and not self.is_given_found:
            self._find("the checkpoint given", "is not among those of the log")
        if self.last is None:
            self._find("trail_checkpoint", "nothing was ever sealed")
        elif self.last.size != leaves:
            self._find(f"leaves from {self.last.size} on", "lie under no checkpoint")
        elif self.now - self.last.at > OLD:
            self._find("the last checkpoint", f"is of {self.last.at:%Y-%m-%d %H:%M:%S} UTC: nothing was sealed since")
        self.told("trail_leaf", 1)

    def _changes(self) -> None:
        """A row that is changed in place is as the last change of it, which is sealed, left it."""
        for table in RECORDED:
            for (row,) in self._one_by_one(_SQL["changes"].format(table=table)):
                self._find(f"{table} {row}", "is not as the last change on record left it")

    def _erasures(self) -> None:
        """What is missing of a row was taken by an erasure that is on record, of a kind that the program makes."""
        known = {"kinds": [each.table for each in SEALED if each.whose], "late": LATE}
        for erasure, what in self._one_by_one(_SQL["erasures"].format(erased_digest=erased_digest()), known):
            self._find(f"erasure {erasure}", what)
        self.erasures = [Erasure(*row) for row in self._one_by_one(_SQL["erased"])]

    def _untold(self) -> None:
        """A look at a group is shown to everyone until it is told who was in it, and then to all of those."""
        for (event,) in self._one_by_one(_SQL["told"]):
            self._find(f"access_event {event}", "is shown neither to everyone nor to all who were told to be in it")

    def _description(self) -> None:
        """The tables that the door and the intake obey say what each version says, whose text is sealed."""
        said: dict[str, Counter[str]] = {table: Counter() for table in TABLES}
        for number, effective_on, compiled, agreement, time_zone in self._one_by_one(
            "SELECT number, effective_on, compiled, agreement, time_zone FROM public.description_version ORDER BY 1"
        ):
            try:
                description = Description(document_from(json.loads(compiled)), effective_on)
                rows = rows_of(number, effective_on, description)
            except (ValueError, TypeError, LookupError):
                self._find(f"description_version {number}", "is no description")
                continue
            document = description.document
            if (document.agreement.number, document.register.time_zone) != (agreement, time_zone):
                self._find(f"description_version {number}", "is not what it says itself")
            for table in TABLES:
                said[table].update(json.dumps(row, sort_keys=True) for row in rows[table])
        for table in TABLES:
            stands = self._one_by_one(f"SELECT to_jsonb(t) FROM ONLY public.{table} t")  # noqa: S608  # our own words
            there = Counter(json.dumps(row, sort_keys=True) for (row,) in stands)
            for row in sorted((there - said[table]).keys() | (said[table] - there).keys()):
                self._find(f"{table} of version {json.loads(row)['version']}", "is not what was published")

    def _guards(self) -> None:
        """What keeps the program from changing a sealed row, or from changing one in place unrecorded, is there."""
        tables = [*(each.table for each in SEALED), *_ITS_OWN, *TABLES]
        known = {"stay": sorted(set(tables)), "recorded": list(RECORDED)}
        for table, what in self._one_by_one(_SQL["guards"], known):
            self._find(table, f"has lost the triggers that {what} changes")

    def _one_by_one(self, query: str, parameters: Params | None = None) -> Iterator[tuple[Any, ...]]:
        return chain.from_iterable(self._stream(query, parameters))
