"""What every answer tells browsers: pages, files, downloads, errors, and what programs ask."""

import re
from contextlib import closing
from html.parser import HTMLParser

import pytest
from django import conf
from django.test import override_settings
from tests.site.test_addresses import ADDRESSES

import browsing
import building
import recalling

KEPT_BY_ALL = {"manifest"}
"""Answers with nothing of anybody in them, which browsers and those between may keep."""
ASKED_AGAIN = {"worker", "offline"}
"""Answers with nothing of anybody in them, which browsers keep and ask for again."""
NAMES = {
    "action", "background", "cite", "content", "data", "formaction", "href", "hx-get", "hx-post", "manifest", "ping",
    "poster", "src", "srcset", "xlink:href",
}  # fmt: skip
"""Attributes that may hold an address."""


@pytest.fixture(scope="module")
def owner(site):
    household = building.a_household()
    building.take_three_levels(building.a_source(), household.cards[0])
    client = browsing.signed_in(household.persons[0])
    client.raise_request_exception = False
    return client


@pytest.fixture(scope="module")
def places(owner):
    """What the addresses have in them: a receipt and a recall of the owner's."""
    receipt = re.findall(r'href="/purchases/(\d+)/', owner.get("/purchases/").content.decode())[0]
    return {"receipt": receipt, "recall": recalling.a_recall_of(owner.session["person_id"])}


def file_of_ours(name: str):
    from django.templatetags.static import static  # reads the settings, which the fixture makes

    answer = browsing.anonymous().get(static(f"tarkka/{name}"))
    with closing(answer):
        return answer, answer.getvalue().decode(errors="replace")


def powers(policy: str) -> dict[str, str]:
    return dict(each.split("=") for each in policy.split(", "))


def check(answer, where):
    directives = dict(each.split(" ", 1) for each in answer["Content-Security-Policy"].split("; "))
    assert directives["default-src"] == "'none'", where
    assert {directives[name] for name in ("base-uri", "object-src", "frame-ancestors") if name in directives} == {
        "'none'"
    }
    assert set(directives) >= {"base-uri", "form-action", "frame-ancestors"}
    assert set(directives.values()) == {"'none'", "'self'"}, where
    assert answer["X-Content-Type-Options"] == "nosniff", where
    assert answer["Referrer-Policy"] == "same-origin", where
    assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert "Access-Control-Allow-Origin" not in answer, where
    told = powers(answer["Permissions-Policy"])
    assert told.pop("screen-wake-lock") == told.pop("publickey-credentials-get") == "(self)"
    assert set(told.values()) == {"()"}
    assert {"camera", "geolocation", "microphone"} <= set(told)
    told = answer.get("Content-Type", "")
    assert not told.startswith("text/") or re.search('; charset="?utf-8', told), where


@pytest.mark.parametrize("actor", ["anonymous", "owner"])
@pytest.mark.parametrize("asked", ADDRESSES, ids=" ".join)
def test_every_address_tells_what_browsers_may_do_and_that_nobody_keeps_it(owner, places, actor, asked):
    name, method, address = asked
    client = owner if actor == "owner" and name not in ("sign-in", "sign-out") else browsing.anonymous()
    answer = getattr(client, method)(address.format(**places))
    check(answer, asked)
    said = answer["Cache-Control"]
    if answer.status_code == 200 and name in KEPT_BY_ALL:
        assert said == "public, max-age=3600"
    elif answer.status_code == 200 and name in ASKED_AGAIN:
        assert said == "no-cache"
    else:
        assert "no-store" in said


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/nowhere/", 404),
        ("post", "/nowhere/", 404),
        ("get", "/static/tarkka/nothing.css", 404),
        ("get", "/api/v1/openapi.json", 200),
        ("post", "/api/v1/openapi.json", 405),
        ("post", "/api/v1/receipts", 401),
        ("get", "/api/v1/nowhere", 404),
    ],
)
def test_so_do_errors_and_what_programs_ask(site, method, address, status):
    answer = getattr(browsing.anonymous(), method)(address)
    assert answer.status_code == status
    check(answer, address)
    assert answer["Cache-Control"] == "no-store"


def test_so_does_a_failure_of_the_program(site, monkeypatch):
    from tarkka.portal.pages import start

    monkeypatch.setattr(start, "render", lambda *_: 1 / 0)
    answer = browsing.anonymous(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    check(answer, "/")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["pages.css", "htmx.js", "inter-latin.woff2", "mark.svg"])
def test_so_do_the_sites_own_files(site, name):
    answer, _ = file_of_ours(name)
    assert answer.status_code == 200
    check(answer, name)
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["/static/", "/static/tarkka/", "/static/../settings.py", "/static/%2e%2e/keys.json"]
)
def test_no_folder_can_be_looked_into(site, address):
    assert browsing.anonymous().get(address).status_code == 404


def test_what_a_till_wrote_is_text_on_the_page(site):
    household = building.a_household(1)
    sale = building.a_receipt(card=household.cards[0])
    sale["lines"][0]["name"] = "<img src=x onerror=alert(1)>'\"&"
    building.take(building.a_source(), [sale])
    client = browsing.signed_in(household.persons[0])
    [number] = re.findall(r'href="/purchases/(\d+)/', client.get("/purchases/").content.decode())
    page = client.get(f"/purchases/{number}/").content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;&#x27;&quot;&amp;" in page
    assert "<img" not in page


class Loads(HTMLParser):
    """Every address that a page's tags name, and what stands inline."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [value or "" for name, value in attrs if name in NAMES]
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith(("on", "hx-on"))]
        self.inline += [tag] * (tag == "style" or (tag == "script" and "src" not in dict(attrs)))


@pytest.mark.parametrize("asked", [each for each in ADDRESSES if each[1] == "get"], ids=" ".join)
def test_no_page_names_anybody_elses_address_or_has_anything_inline(owner, places, asked):
    _, _, address = asked
    answer = owner.get(address.format(**places))
    if answer.status_code not in (302, 405) and answer["Content-Type"].startswith("text/html"):
        loads = Loads()
        loads.feed(answer.content.decode())
        assert loads.found
        assert not [each for each in loads.found if re.match(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", each, re.I)]
        assert not loads.inline


@pytest.mark.parametrize("name", ["pages.css", "tokens.css"])
def test_no_stylesheet_loads_anything_of_anybody_else(site, name):
    _, text = file_of_ours(name)
    assert "@import" not in text
    assert not [each for each in re.findall(r"url\(([^)]*)\)", text) if ":" in each or "//" in each]


@pytest.mark.parametrize("asked", ADDRESSES, ids=" ".join)
def test_no_address_answers_a_method_that_it_does_not_know(owner, places, asked):
    _, _, address = asked
    for method in ("TRACE", "CONNECT", "PUT", "NONSENSE"):
        answer = owner.generic(method, address.format(**places), headers={"X-Secret": "told-back"})
        assert answer.status_code in (403, 404, 405), method
        assert b"told-back" not in answer.content


def test_nobody_uploads_a_file(owner, site):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("x.txt", b"x")
    assert owner.post("/purchases/search/", {"words": "milk", "file": file}).status_code == 400
    assert (
        owner.post("/purchases/search/", {"words": "m" * conf.settings.DATA_UPLOAD_MAX_MEMORY_SIZE}).status_code == 400
    )
    assert owner.post("/purchases/search/", {f"field{number}": "" for number in range(101)}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/purchases/", "/api/v1/receipts"])
def test_a_host_that_is_not_ours_is_refused(site, path):
    answer = browsing.anonymous(raise_request_exception=False).get(path, headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    check(answer, path)
    assert b"elsewhere" not in answer.content


def test_a_visitor_cannot_name_another_host_in_a_header(site):
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        answer = browsing.anonymous().get("/looks/", headers={"X-Forwarded-Host": "elsewhere.example"})
    assert "elsewhere" not in answer["Location"]
