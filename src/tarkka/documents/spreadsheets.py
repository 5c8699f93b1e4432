"""Tables as people keep them: CSV (RFC 4180) in UTF-8, such that a spreadsheet shows what the register holds."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_part(rows: Iterable[Sequence[object]], *, is_first: bool) -> bytes:
    """Return some rows of a table; the first part begins with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    if is_first:
        text.write("\N{BYTE ORDER MARK}")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def no_formula(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
