"""The development sign-in of staff: choose who you are from a list. It proves nothing and says so.

It exists in the demo alone. The list is `demo-staff.json` in `TARKKA_HOME`: objects of `user_id` and `why` (a text by
language: what there is to try).
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tarkka.console.pages.session import wanted
from tarkka.console.signing_in import sign_in
from tarkka.staff.queries import Account, find_account


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """One of the staff whom a visitor of the demo can be."""

    account: Account
    why: str


def demo_staff(file: Path, language: str) -> list[DemoStaff]:
    """Return whom the file lists and whose account is open, with the reason in the language or empty."""
    if not file.exists():
        return []
    entries = json.loads(file.read_text(encoding="utf-8"))
    found = ((find_account(str(entry["user_id"])), str(entry.get("why", {}).get(language, ""))) for entry in entries)
    return [DemoStaff(account, why) for account, why in found if account]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_staff(request: HttpRequest) -> HttpResponse:
    """Show the list; sign in the one chosen from it, and nobody else."""
    people = demo_staff(settings.TARKKA_HOME / "demo-staff.json", get_language() or settings.LANGUAGE_CODE)
    if request.method == "POST":
        chosen = next((each for each in people if each.account.user_id == request.POST.get("user_id")), None)
        if chosen is None:
            raise BadRequest("nobody of the list was chosen")
        sign_in(request, chosen.account, way="development")
        return redirect(wanted(request))
    return render(request, "console/demo.html", {"people": people, "next": wanted(request)})


urlpatterns = [path("", choose_staff, name="console-demo")]
