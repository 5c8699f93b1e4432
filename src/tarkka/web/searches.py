"""Searches that stay out of addresses, where logs, histories and bookmarks would keep them (decision 0014).

The form is posted, the session keeps what was asked, and the address has only a random key to it: going back comes to
the search that was there, and the key means nothing in another session.
"""

import secrets

from django.http import HttpRequest

KEY = "[A-Za-z0-9_-]{11}"
_KEPT = 10
"""So many searches a session remembers."""


def keep(request: HttpRequest, asked: dict[str, str]) -> str:
    """Keep what was asked for in the session, and return the key to it."""
    searches: dict[str, dict[str, str]] = request.session.get("searches", {})
    key = secrets.token_urlsafe(8)
    request.session["searches"] = {**dict(list(searches.items())[1 - _KEPT :]), key: asked}
    return key


def kept(request: HttpRequest, key: str) -> dict[str, str] | None:
    """Return what a search of this session asked for, or None if the session does not remember it."""
    searches: dict[str, dict[str, str]] = request.session.get("searches", {})
    return searches.get(key)
