"""How an id is written in an address."""

import re

from django.http import Http404, HttpRequest

ID = "[1-9][0-9]{0,17}"
"""At most 18 digits, so that what matches always fits the database's bigint."""


def before_id(request: HttpRequest) -> int | None:
    """Return the id that the page begins after, or None for the newest page. Raises Http404 if it is no id."""
    text = request.GET.get("before")
    if text is None:
        return None
    if not re.fullmatch(ID, text, re.ASCII):
        raise Http404
    return int(text)
