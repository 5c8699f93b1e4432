"""The site as an installation serves it, and a real browser to look at it with."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import acting
import brokers
import browsing
import building
import npm
from serving import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = list(product(("light", "dark"), ({"width": 320, "height": 700}, {"width": 1280, "height": 900})))

ROOMS = ({"width": 768, "height": 1024}, {"width": 1366, "height": 650})
"""A tablet held upright, and a laptop's low window."""
COVERED = """
[...document.querySelectorAll(".places a")].filter(place => {
    place.scrollIntoView({block: "nearest", behavior: "instant"});
    const {x, y, width, height} = place.getBoundingClientRect();
    return width && !place.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}).map(place => place.href)
"""


@contextmanager
def served(port: int, **environment: str) -> Iterator[str]:
    """Serve the site on a port as an installation does, and yield its address."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-ws", "--blocking-threads", "2", "--log-level", "warning", "tarkka.site.wsgi:application"]
    server = subprocess.Popen(command, env=os.environ | environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    """The address of the site, served."""
    with served(free_port()) as found:
        yield found


@pytest.fixture(scope="session")
def strong_address(site, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The addresses of the site with a real provider and of that provider.

    It knows a household's `main` member and another `member` of it, each with purchases, and a `stranger`.
    """
    port = free_port()
    redirect_uri = f"http://127.0.0.1:{port}/sign-in/back/"
    household, source = building.a_household(2), building.a_source()
    for card in household.cards:
        building.take_three_levels(source, card)
    main, member = household.identity_codes
    people = {"main": main, "member": member, "stranger": acting.new_code()}
    with brokers.real_broker(redirect_uri, people) as issuer:
        settings = brokers.write_settings(tmp_path_factory.mktemp("sign-in"), issuer, redirect_uri)
        with served(port, TARKKA_SIGN_IN=str(settings)) as found:
            yield found, issuer


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once the address answers 200. Raises if the server ends, or after 30 seconds."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server is not ready after 30 seconds"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A real browser of the module's own; skips where none is installed."""
    if CHROMIUM is None:
        pytest.skip("no browser is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    # Playwright's event loop runs in this thread, between its calls; Django cannot tell that nothing awaits it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of, which fails the test: a `page` adds to it."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def page(address, browser, complaints) -> Iterator[object]:
    """A phone's page in English."""
    context = browser.new_context(base_url=address, locale="en", viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


@pytest.fixture(scope="session")
def inspect() -> Callable[[Any], None]:
    """Look at the page that is open, light and dark, on a phone and on a desk: axe finds nothing, nothing overflows.

    In other windows too nothing overflows, and nothing lies over a place of the menu.
    """
    if npm.NPM is None:
        pytest.skip("npm is not installed: apt-get install npm")
    axe = (npm.installed(Path(__file__).parents[1] / "axe") / "axe-core" / "axe.min.js").read_text()

    asked = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})

    def inspect(page: Any) -> None:
        page.evaluate(f"() => {{ {axe} }}")
        for scheme, size in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            browsing.wait_until(page, f"document.documentElement.scrollWidth === {size['width']}")
            found = page.evaluate(f"axe.run({asked})")["violations"]
            assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], (scheme, size)
        for size in ROOMS:
            page.set_viewport_size(size)
            browsing.wait_until(page, f"document.documentElement.scrollWidth === {size['width']}")
            assert page.evaluate(COVERED) == [], size

    return inspect
