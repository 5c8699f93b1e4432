"""Recalls drafted from published notices: CSV with the columns of Safety Gate's or RASFF's export, found by GTIN.

Each row is drafted by itself, and a row that cannot be does not hold up the others. A notice that a recall was made of
before is passed by, so the same file can be given again. What a notice does not tell, the words in three languages and
the days of purchase among it, an officer writes before the recall can be released.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tarkka.description.errors import Problem
from tarkka.recalls.actions import ReferenceTaken, draft_recall
from tarkka.recalls.drafts import Draft, DraftInvalid, RecallKind, Words, draft_of
from tarkka.vocabulary import Language

MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of an export tell what. `product` and `hazard` are put together of several."""

    name: str
    kind: RecallKind
    reference: str
    product: tuple[str, ...]
    hazard: tuple[str, ...]
    gtins: tuple[str, ...]
    lots: tuple[str, ...]
    risk: str
    dangers: frozenset[str]


SAFETY_GATE = Layout(
    "Safety Gate",
    RecallKind.PRODUCT,
    reference="alert number",
    product=("brand", "name", "product", "type / number of model"),
    hazard=("risk type", "description"),
    gtins=("barcode", "gtin"),
    lots=("batch number", "batch number / barcode"),
    risk="risk level",
    dangers=frozenset({"serious risk", "serious", "high risk"}),
)
RASFF = Layout(
    "RASFF",
    RecallKind.FOOD,
    reference="reference",
    product=("product", "subject"),
    hazard=("hazards", "subject"),
    gtins=("gtin", "barcode"),
    lots=("lot", "batch number"),
    risk="risk_decision",
    dangers=frozenset({"serious", "potentially serious"}),
)
LAYOUTS = (SAFETY_GATE, RASFF)


class RowStatus(StrEnum):
    """What became of a row."""

    DRAFTED = "drafted"
    KNOWN = "known"
    NOT_DRAFTED = "not_drafted"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its number (the first after the header is 2), its notice, and what became of it."""

    number: int
    reference: str
    status: RowStatus
    recall_id: int | None = None
    problems: tuple[Problem, ...] = ()


def count_rows(path: Path) -> int:
    """Return how many lines a file has, to show progress by: at least as many as it has rows."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def import_notices(path: Path, *, acting: str) -> Iterator[Row]:
    """Draft a recall of each notice in a CSV file, and yield what became of each row.

    Raises DraftInvalid if the file is none of the layouts that `LAYOUTS` names, NotAllowed if `acting` may not draft.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DraftInvalid(str(path), (Problem("", "the file is too large", "Give the notices of a shorter time"),))
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        start = file.read(8192)
        file.seek(0)
        delimiter = max(",;\t", key=start.partition("\n")[0].count)
        reader = csv.reader(file, delimiter=delimiter)
        try:
            header = [" ".join(name.lower().split()) for name in next(reader, [])]
            layout = _layout(header, path)
            for number, values in enumerate(reader, 2):
                if any(value.strip() for value in values):
                    kept = (value.replace("\x00", "") for value in values)
                    yield _row(number, dict(zip(header, kept, strict=False)), layout, acting)
        except csv.Error as error:
            # Of what comes after such a fault nothing can be told apart.
            problem = Problem(f"line {reader.line_num}", f"this is no CSV ({error})", "Mend the line and give it again")
            yield Row(reader.line_num, "", RowStatus.NOT_DRAFTED, problems=(problem,))


def _layout(header: list[str], path: Path) -> Layout:
    for layout in LAYOUTS:
        if {layout.reference, layout.risk} <= set(header) and set(layout.gtins) & set(header):
            return layout
    wanted = " or ".join(f"{each.reference!r}, {each.risk!r} and {each.gtins[0]!r}" for each in LAYOUTS)
    raise DraftInvalid(
        str(path), (Problem("header", f"there are no columns {wanted}", "Export it as docs/recalls.md says"),)
    )


def _row(number: int, told: Mapping[str, str], layout: Layout, acting: str) -> Row:
    reference = " ".join(told.get(layout.reference, "").split())
    if not reference:
        problem = Problem(layout.reference, "this is missing", "A notice goes by its number")
        return Row(number, "", RowStatus.NOT_DRAFTED, problems=(problem,))
    try:
        return Row(number, reference, RowStatus.DRAFTED, draft_recall(_draft(told, layout, reference), acting=acting))
    except ReferenceTaken:
        return Row(number, reference, RowStatus.KNOWN)
    except DraftInvalid as error:
        return Row(number, reference, RowStatus.NOT_DRAFTED, problems=error.problems)


def _draft(told: Mapping[str, str], layout: Layout, reference: str) -> Draft:
    gtins = _pieces(told, layout.gtins)
    if not gtins:
        raise DraftInvalid(
            reference, (Problem(layout.gtins[0], "no GTIN is told", "Add the product's GTIN to the row, or draft it"),)
        )
    danger = " ".join(told.get(layout.risk, "").lower().split())
    # The notice's own words stand where an officer will write theirs: they play nothing down that they must not.
    words = Words(product=_joined(told, layout.product), hazard=_joined(told, layout.hazard))
    draft = draft_of(
        {
            "kind": layout.kind.value,
            "dangerous": danger in layout.dangers,
            "gtins": gtins,
            "lots": _pieces(told, layout.lots),
            "reference": reference,
        },
        reference,
    )
    return Draft(
        kind=draft.kind,
        is_dangerous=draft.is_dangerous,
        gtins=draft.gtins,
        lots=draft.lots,
        words={Language.EN: words},
        reference=reference,
    )


def _pieces(told: Mapping[str, str], columns: tuple[str, ...]) -> list[str]:
    """The values of the first of these columns that has any, told apart by commas, semicolons, bars and line ends."""
    for column in columns:
        if found := [piece.strip() for piece in re.split(r"[,;|\n]", told.get(column, "")) if piece.strip()]:
            return found
    return []


def _joined(told: Mapping[str, str], columns: tuple[str, ...]) -> str:
    found = (" ".join(told.get(column, "").split()) for column in columns)
    return ". ".join(dict.fromkeys(each.rstrip(".") for each in found if each and each != "-"))[:2_000]
