"""How an id is written in an address."""

import re

from django.http import Http404, HttpRequest
from django.urls import register_converter

ID = "[1-9][0-9]{0,17}"
"""At most 18 digits, so that what matches always fits the database's bigint."""


class IdConverter:
    """An id in an address, `<id:name>`."""

    regex = ID

    def to_python(self, text: str) -> int:
        """Return the id."""
        return int(text)

    def to_url(self, number: int) -> str:
        """Return the id as text."""
        return str(number)


register_converter(IdConverter, "id")  # for every face's addresses: Django lets a name be registered once


def before_id(request: HttpRequest) -> int | None:
    """Return the id that the page begins after, or None for the newest page. Raises Http404 if it is no id."""
    text = request.GET.get("before")
    if text is None:
        return None
    if not re.fullmatch(ID, text, re.ASCII):
        raise Http404
    return int(text)
