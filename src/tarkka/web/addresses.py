"""Where a sign-in or a form leads back to: a page of ours that can be read, and nothing else."""

from collections.abc import Callable
from inspect import getclosurevars
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def wanted_page(request: HttpRequest, otherwise: str) -> str:
    """Return where to go on to: the `next` of form or address if it is a page of ours, else `otherwise`."""
    return page_of_ours(request.POST.get("next") or request.GET.get("next") or "") or otherwise


def present_page(request: HttpRequest, otherwise: str) -> str:
    """Return the page that is asked for, or the one that a form came from, or `otherwise`."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    for address in (request.get_full_path(), urlunsplit(came_from._replace(scheme="", netloc=""))):
        if page := page_of_ours(address):
            return page
    return otherwise


def page_of_ours(address: str) -> str | None:
    """Return the address, which names no host, if it is on this site and answers GET, else None."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return None
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return address if _answers_get(found.func) else None


def _answers_get(view: Callable[..., object]) -> bool:
    # Django's decorators tell what they let through to nobody; a test asks every address whether this reads them right.
    layer: Callable[..., object] | None = view
    while layer is not None:
        if methods := getclosurevars(layer).nonlocals.get("request_method_list"):
            return "GET" in methods
        layer = getattr(layer, "__wrapped__", None)
    return True
