"""The portal as an installable app: its manifest, its service worker, and the page for where there is no network.

The worker's scope is the whole site, for that page alone; it stores files of the site's own, which are nobody's.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_FILES = (
    "card.js", "htmx.js", "inter-latin-ext.woff2", "inter-latin.woff2", "mark.svg", "pages.css", "tokens.css",
)  # fmt: skip
"""What the kept card and the page without a network need to look as they should."""
_TOKENS = Path(__file__).parent / "static" / "tarkka" / "tokens.css"


@cache
def theme_colour(scheme: str) -> str:
    """Return the colour of the page itself in the scheme `light` or `dark`, as the tokens have it."""
    light, dark = re.findall(r"--paper: (#[0-9a-f]{6});", _TOKENS.read_text(encoding="utf-8"))
    return str({"light": light, "dark": dark}[scheme])


@cache_control(public=True, max_age=3600)
@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Tell how the app is called, looks and begins, in the language of the address (W3C Web Application Manifest)."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        about = {
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "lang": language,
            "dir": "ltr",
            "name": gettext("app.name"),
            "short_name": "Tarkka",
            "description": gettext("app.text"),
            "display": "standalone",
            "theme_color": theme_colour("light"),
            "background_color": theme_colour("light"),
            "icons": [
                _icon("icon-192.png", 192, "any"),
                _icon("icon-512.png", 512, "any"),
                _icon("icon-maskable-512.png", 512, "maskable"),
            ],
            "shortcuts": [
                {"name": gettext("card.title"), "url": reverse("card")},
                {"name": gettext("purchases.title"), "url": reverse("purchases")},
            ],
        }
    return JsonResponse(about, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {"src": static(f"tarkka/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@cache_control(no_cache=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Give the service worker. It changes when a file that it stores does, and then stores the new ones."""
    files = [static(f"tarkka/{name}") for name in _FILES]
    version = hashlib.sha256(json.dumps([files, _offline_page()]).encode()).hexdigest()[:12]
    script = render_to_string("worker.js", {"files": json.dumps(files), "version": version})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache_control(no_cache=True)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say that there is no network. Nothing of the visitor is in it: it is stored on their device."""
    return HttpResponse(_offline_page())


def _offline_page() -> str:
    return render_to_string("offline.html")
