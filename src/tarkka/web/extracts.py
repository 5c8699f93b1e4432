"""How many extracts were served, and how many of them without staff: for operators, and for whoever asks (R14)."""

import time
from collections.abc import Mapping
from functools import lru_cache

from tarkka.rights.queries import extracts_made
from tarkka.wording import formats
from tarkka.wording.language import reader_language


def extracts_by_year() -> list[tuple[int, int, int, str]]:
    """Return the extracts of each year, the newest first: taken online, on paper, and the share that took no work.

    The figures are of nobody, counted anew each hour and not for each page.
    """
    served = _served_in(int(time.time()) // 3600)
    if not served:
        _served_in.cache_clear()  # the first one is told at once
    return [
        (year, made["online"], made["paper"], _share(made["online"], made["online"] + made["paper"]))
        for year, made in sorted(served.items(), reverse=True)
    ]


@lru_cache(maxsize=1)
def _served_in(hour: int) -> Mapping[int, Mapping[str, int]]:  # noqa: ARG001  # the key
    return extracts_made()


def _share(part: int, whole: int) -> str:
    return formats.percent(part / whole, reader_language())
