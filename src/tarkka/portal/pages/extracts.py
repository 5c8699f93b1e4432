"""How many extracts were served, and how many of them without staff: for operators, and for whoever asks (R14)."""

import time
from collections.abc import Mapping
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tarkka.portal.signing_in import signed_in_id
from tarkka.rights.queries import extracts_made
from tarkka.wording import formats
from tarkka.wording.language import reader_language


@require_safe
def extracts(request: HttpRequest) -> HttpResponse:
    """Show the extracts of each year by way, and the share that took no work. The figures are of nobody."""
    rows = [
        (year, made["online"], made["paper"], _share(made["online"], made["online"] + made["paper"]))
        for year, made in sorted(extracts_served().items(), reverse=True)
    ]
    frame = "portal/page.html" if signed_in_id(request) is not None else "base.html"
    return render(request, "portal/extracts.html", {"frame": frame, "rows": rows})


def extracts_served() -> Mapping[int, Mapping[str, int]]:
    """Return what `extracts_made` does, counted anew each hour and not for each page."""
    served = _served_in(int(time.time()) // 3600)
    if not served:
        _served_in.cache_clear()  # the first one is told at once
    return served


@lru_cache(maxsize=1)
def _served_in(hour: int) -> Mapping[int, Mapping[str, int]]:  # noqa: ARG001  # the key
    return extracts_made()


def _share(part: int, whole: int) -> str:
    return formats.percent(part / whole, reader_language())
