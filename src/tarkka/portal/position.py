"""Where in the purchases a page is, as its address tells it, so that a receipt leads back to the page it stood on."""

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from tarkka.web.ids import ID
from tarkka.web.searches import KEY

_FORMS = {"search": KEY, "month": "20[0-9]{2}-(?:0[1-9]|1[0-2])", "year": "20[0-9]{2}", "before": ID, "after": ID}


@dataclass(frozen=True, slots=True)
class Position:
    """In all purchases, a search (the key to it), a month (its first day) or a year; and from which receipt on.

    As text it is what follows the path of an address.
    """

    search: str = ""
    month: date | None = None
    year: int | None = None
    before: int | None = None
    after: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Position":
        """Return where the request's address is. Raises Http404 if a part of it cannot be."""
        parts = {name: request.GET[name] for name in _FORMS if name in request.GET}
        if not all(re.fullmatch(_FORMS[name], text, re.ASCII) for name, text in parts.items()):
            raise Http404
        return cls(
            search=parts.get("search", ""),
            month=date.fromisoformat(f"{parts['month']}-01") if "month" in parts else None,
            year=_number(parts, "year"),
            before=_number(parts, "before"),
            after=_number(parts, "after"),
        )

    def at(self, *, before: int | None = None, after: int | None = None) -> "Position":
        """Return the same, from another receipt on, or from the newest."""
        return replace(self, before=before, after=after)

    def __str__(self) -> str:
        parts = {
            "search": self.search,
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "year": self.year,
            "before": self.before,
            "after": self.after,
        }
        told = urlencode({name: value for name, value in parts.items() if value})
        return f"?{told}" if told else ""


def _number(parts: dict[str, str], name: str) -> int | None:
    return int(parts[name]) if name in parts else None
