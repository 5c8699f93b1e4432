"""The installable app: a manifest in each language, icons of the mark, a worker that stores nobody's data."""

import json
import re
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders, storage

import browsing
from tarkka.site import icons
from tarkka.vocabulary import Language

NAMES = {"fi": "Tarkka – ostotietoni", "sv": "Tarkka – mina köpuppgifter", "en": "Tarkka – my purchases"}


@pytest.fixture
def visitor(site):
    return browsing.anonymous()


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack_from(">II", png, 16)


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_manifest_is_in_each_language_and_its_pictures_are_there(visitor, language):
    answer = visitor.get(f"/app/{language}.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    about = json.loads(answer.content)
    assert (about["name"], about["lang"], about["display"]) == (NAMES[language], language, "standalone")
    assert (about["id"], about["start_url"], about["scope"]) == ("/", "/", "/")
    assert {icon["purpose"] for icon in about["icons"]} == {"any", "maskable"}
    for icon in about["icons"]:
        name = re.sub(r"\.[0-9a-f]{12}\.", ".", icon["src"].removeprefix("/static/"))
        wide, high = size(Path(finders.find(name)).read_bytes())
        assert icon["sizes"] == f"{wide}x{high}"
    for shortcut in about["shortcuts"]:
        assert visitor.get(shortcut["url"]).status_code == 302
    page = visitor.get("/", headers={"Accept-Language": language}).content.decode()
    assert f'<link rel="manifest" href="/app/{language}.webmanifest">' in page


def test_colours_are_those_of_the_tokens(visitor):
    css = Path(finders.find("tarkka/tokens.css")).read_text()
    light, dark = css.split("prefers-color-scheme: dark")
    about = json.loads(visitor.get("/app/fi.webmanifest").content)
    assert f"--paper: {about['theme_color']};" in light
    page = visitor.get("/").content.decode()
    [dark_colour] = re.findall(r'name="theme-color" content="(#\w+)" media="\(prefers-color-scheme: dark\)"', page)
    assert f"--paper: {dark_colour};" in dark


@pytest.mark.parametrize("name", icons.SIZES)
def test_icons_are_made_of_the_mark(name):
    kept = (icons.FOLDER / name).read_bytes()
    assert size(kept) == (icons.SIZES[name],) * 2
    assert icons.picture(name) == kept, "run `python -m tarkka.site.icons`"


def test_worker_stores_the_sites_own_files_and_the_page_without_a_network_alone(visitor):
    answer = visitor.get("/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    [files] = re.findall(r"const FILES = (\[.*?\]);", script)
    for file in json.loads(files):
        assert file.startswith("/static/tarkka/")
        assert storage.staticfiles_storage.exists(file.removeprefix("/static/"))
    assert "{{" not in script
    assert "{%" not in script
    assert script.count(".put(") == 0, "the worker itself stores no answer"
    assert script.count(".addAll(") == 1


def test_what_the_kept_card_needs_is_stored(site):
    """Every file of ours that the page without a network, or the styles, ask for is in the worker's list."""
    visitor = browsing.anonymous()
    page = visitor.get("/offline/").content.decode()
    [files] = re.findall(r"const FILES = (\[.*?\]);", visitor.get("/worker.js").content.decode())
    asked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    for style in [each for each in asked if each.endswith(".css")]:
        text = Path(storage.staticfiles_storage.path(style.removeprefix("/static/"))).read_text()
        asked |= {f"/static/tarkka/{name}" for name in re.findall(r'url\("([^"]+)"\)', text)}
    assert {each for each in asked if not each.endswith(".png")} <= set(json.loads(files))


def test_page_without_a_network_is_nobodys(site):
    import building

    home = building.a_household(1)
    client = browsing.signed_in(home.persons[0])
    page = client.get("/offline/").content.decode()
    assert "Given0" not in page
    assert "<form" not in page
    assert "csrf" not in page


def test_workers_and_manifests_come_from_here_alone(visitor):
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
