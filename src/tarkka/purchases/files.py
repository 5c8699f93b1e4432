"""Receipt files into the register: read here, taken by two processes at once, reported as JSON.

Sales are taken in a first pass and returns in a second, since a return may stand anywhere in a file and needs its sale.
Memory does not grow with the file.
"""

import gc
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Literal

import psycopg
from django.db import Error as DjangoDatabaseError

from tarkka.purchases.feed import BATCH_RECEIPTS, REASONS, Rejection
from tarkka.purchases.intake import Intake
from tarkka.purchases.reading import Numbered, Part, reader
from tarkka.purchases.verdict import IntakeFault, counts
from tarkka.purchases.worker import start

PROCESSES = 2

_Kind = Literal["sale", "return"]


@dataclass(slots=True)
class Report:
    """What became of a file: how many were accepted (by level, or without a card), duplicate and rejected."""

    counts: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as the report file has them."""
        return {
            "accepted": self.counts["accepted"],
            "accepted_by_level": {level: self.counts[level] for level in ("TOTAL", "GROUP", "PRODUCT")},
            "without_card": self.counts["without_card"],
            "duplicate": self.counts["duplicate"],
            "rejected": self.counts["rejected"],
        }


class ReportFile:
    """The report of some files, written as JSON while the work goes on: a file of nothing but mistakes needs no memory.

    Whatever stops the work, what has been written is closed as valid JSON; `is_whole` then tells that a file was not
    taken to its end.
    """

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._file_separator = self._separator = "\n"
        out.write('{"files": [')

    def begin(self, name: str) -> None:
        """Begin a file."""
        self._out.write(f'{self._file_separator}{{"file": {json.dumps(name)}, "rejected_receipts": [')
        self._file_separator, self._separator = ",\n", "\n"

    def add(self, at: int, receipt_id: str | None, rejection: Rejection) -> None:
        """Add a rejected receipt."""
        entry = {
            "at": at,
            "receipt_id": receipt_id,
            "reason": rejection.reason,
            "place": rejection.place,
            "remedy": REASONS[rejection.reason],
        }
        self._out.write(self._separator + json.dumps(entry))
        self._separator = ",\n"

    def end(self, report: Report, *, is_whole: bool) -> None:
        """End the file that was begun last."""
        self._out.write(f"],\n{json.dumps(report.as_dict() | {'is_whole': is_whole})[1:]}")

    def close(self) -> None:
        """End the report."""
        self._out.write("\n]}\n")


def take_file(
    path: Path, source_id: int, *, report: ReportFile | None = None, told: Callable[[float], None] = lambda _: None
) -> Report:
    """Take every receipt of a file and return the counts. `told` gets the share of the work done, from 0 to 1.

    It may be stopped at any moment and run again on the same file: what was taken is then `duplicate`.
    Raises UnreadableFile before anything is taken, or later if the file is damaged; IntakeFault if the database fails.
    """
    read = reader(path)
    result = Report()
    is_whole = False
    if report:
        report.begin(path.name)
    try:
        for outcome, share in _take(read, source_id):
            result.counts += outcome.counts
            told(share)
            if report:
                for rejected in outcome.rejected:
                    report.add(*rejected)
        is_whole = True
    except BrokenExecutor:
        raise IntakeFault("a process of the intake was ended", True) from None
    finally:
        if report:
            report.end(result, is_whole=is_whole)
    told(1)
    return result


@dataclass(slots=True)
class _Outcome:
    """What a worker tells of a part: counts, each rejection and where it stood, and whether it passed over some."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[int, str | None, Rejection]] = field(default_factory=list)
    passed_over: bool = False


def _take(read: Callable[[], Iterator[Part]], source_id: int) -> Iterator[tuple[_Outcome, float]]:
    work = partial(_work, os.environ["TARKKA_DATABASE_URL"], source_id)
    has_returns = False
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), start) as pool:
        for outcome, done in _spread(pool, work, read(), "sale"):
            has_returns = has_returns or outcome.passed_over
            yield outcome, done * 0.95
        if has_returns:
            for outcome, done in _spread(pool, work, read(), "return"):
                yield outcome, 0.95 + done * 0.05


def _spread(
    pool: ProcessPoolExecutor, work: Callable[..., _Outcome], parts: Iterator[Part], kind: _Kind
) -> Iterator[tuple[_Outcome, float]]:
    """Give the parts to the workers, never more than two ahead of each; yield what became of each, and its share."""
    waiting: dict[Future[_Outcome], float] = {}
    for part in parts:
        waiting[pool.submit(work, part.read, kind)] = part.done
        if len(waiting) >= 2 * PROCESSES:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield future.result(), waiting.pop(future)
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield future.result(), waiting.pop(future)


@cache
def _worker(url: str, source_id: int) -> Intake:
    """This worker process's intake, over a connection of its own."""
    gc.disable()  # receipts hold no circles, and looking for some takes a tenth of the time
    return Intake(psycopg.connect(url, autocommit=True), source_id)


def _work(url: str, source_id: int, read: Callable[[], Iterable[Numbered]], kind: _Kind) -> _Outcome:
    try:
        intake = _worker(url, source_id)
    except (psycopg.Error, DjangoDatabaseError) as error:
        raise IntakeFault(type(error).__name__, True) from None
    outcome = _Outcome()
    receipts = (each for each in read() if kind == "sale" or _may_be_return(each[1]))
    while batch := list(islice(receipts, BATCH_RECEIPTS)):
        raws = [raw for _, raw in batch]
        verdicts = intake.take_sales(raws) if kind == "sale" else intake.take_returns(raws)
        outcome.counts += counts(verdict for _, verdict in verdicts if verdict is not None)
        for (number, _), (receipt_id, verdict) in zip(batch, verdicts, strict=True):
            if verdict is None:
                outcome.passed_over = True
            elif verdict.rejection is not None:
                outcome.rejected.append((number, receipt_id, verdict.rejection))
    return outcome


def _may_be_return(raw: bytes | Rejection) -> bool:
    """Told cheaply, for the intake looks again. JSON may escape letters."""
    return isinstance(raw, bytes) and (b"return" in raw or b"\\u" in raw)
