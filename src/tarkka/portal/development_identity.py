"""The development identity provider: choose who you are from a list. It proves nothing and says so (R13).

It exists in the demo alone. The list is `demo-people.json` in `TARKKA_HOME`, written by whatever loaded the sample:
objects of `person_id`, `name` and `why` (a text by language: what there is to see).
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tarkka.portal.pages.session import sign_in_page
from tarkka.portal.signing_in import sign_in
from tarkka.web.addresses import wanted_page


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One whom a visitor of the demo can be."""

    person_id: int
    name: str
    why: str


def demo_people(file: Path, language: str) -> list[DemoPerson]:
    """Return whom the file lists, with the reason in the language or empty; nobody if there is no file yet."""
    if not file.exists():
        return []
    return [
        DemoPerson(int(entry["person_id"]), str(entry["name"]), str(entry.get("why", {}).get(language, "")))
        for entry in json.loads(file.read_text(encoding="utf-8"))
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_person(request: HttpRequest) -> HttpResponse:
    """Show the list; sign in the one chosen from it, and nobody else."""
    people = demo_people(settings.TARKKA_HOME / "demo-people.json", get_language() or settings.LANGUAGE_CODE)
    if request.method == "POST":
        chosen = next((each for each in people if str(each.person_id) == request.POST.get("person")), None)
        if chosen is None:
            raise BadRequest("nobody of the list was chosen")
        sign_in(request, chosen.person_id, authenticated_at=time.time())
        return redirect(wanted_page(request, reverse("home")))
    return sign_in_page(request, title=gettext("sign_in.title"), is_development=True, people=people)


urlpatterns = [path("", choose_person, name="sign-in")]
