"""Asking for the second factor, and for a new one: a security key by a script of ours, or an app's code without any."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tarkka.console.signing_in import visitor
from tarkka.staff import codes, security_keys
from tarkka.staff.actions import NamedKey, NewCodeApp, check_code, use_key
from tarkka.staff.queries import every_key, known_keys, read_credentials
from tarkka.staff.security_keys import Asked, KeyRefused, Place

_CHALLENGE = "challenge"


def proof_asked(request: HttpRequest, user_id: str) -> dict[str, object]:
    """Return what a page needs to ask for the second factor: `key_options` where a key can be used, and `has_app`."""
    keys, place = known_keys(user_id), place_of(request)
    return {
        "key_options": _keep(request, security_keys.ask(place, keys)) if keys and place else None,
        "has_keys": bool(keys),
        "has_app": read_credentials(user_id).code_app_added_at is not None,
    }


def proved(request: HttpRequest, user_id: str) -> str | None:
    """Return by what the form proves the account's holder, `key` or `code`; None if it does not. Raises TooOften.

    The challenge that a key answers is used up, whatever comes of it.
    """
    answer, place = request.POST.get("key", ""), place_of(request)
    challenge = _challenge(request)
    if answer:
        if challenge is None or place is None:
            return None
        try:
            use_key(user_id, security_keys.check(place, challenge, answer, known_keys(user_id)))
        except KeyRefused:
            return None
        return "key"
    return "code" if check_code(user_id, request.POST.get("code", ""), visitor(request, user_id)) else None


def new_key_asked(request: HttpRequest, user_id: str, name: str) -> str | None:
    """Return what the browser is asked for a new key, as JSON; None where none can be used, for want of a host name."""
    place = place_of(request)
    return _keep(request, security_keys.ask_for_new(place, user_id, name, every_key())) if place else None


def new_key(request: HttpRequest) -> NamedKey:
    """Return the new key that the form brings. Raises KeyRefused."""
    challenge, place = _challenge(request), place_of(request)
    if challenge is None or place is None:
        raise KeyRefused("not asked for")
    key = security_keys.check_new(place, challenge, request.POST.get("key", ""))
    name = " ".join(request.POST.get("name", "").split())[: security_keys.LONGEST_NAME]
    return NamedKey(key, name or "1")


def new_app_asked(request: HttpRequest, user_id: str) -> str:
    """Return the secret of a new authenticator app, the same until it is proved."""
    kept = request.session.get("new_app")
    if kept:
        return codes.open_sealed(base64url_to_bytes(kept), user_id)
    secret = codes.new_secret()
    request.session["new_app"] = bytes_to_base64url(codes.seal(secret, user_id))
    return secret


def new_app(request: HttpRequest, user_id: str) -> NewCodeApp | None:
    """Return the new app if it showed the code that the form brings; None if not."""
    secret = new_app_asked(request, user_id)
    if not codes.is_right(secret, request.POST.get("code", "")):
        return None
    del request.session["new_app"]
    return NewCodeApp(secret)


def place_of(request: HttpRequest) -> Place | None:
    """Return the site as keys know it; None if it is asked for by an address in numbers, which keys refuse."""
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return Place(host, f"{request.scheme}://{request.get_host()}")
    return None


def _keep(request: HttpRequest, asked: Asked) -> str:
    request.session[_CHALLENGE] = bytes_to_base64url(asked.challenge)
    return asked.options


def _challenge(request: HttpRequest) -> bytes | None:
    kept = request.session.pop(_CHALLENGE, None)
    return base64url_to_bytes(kept) if kept else None
