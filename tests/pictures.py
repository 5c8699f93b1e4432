"""Pictures of every page for the documentation: `make pictures`, while `make demo` runs.

Each page of the main menu, a receipt, Bonus and a recall as a customer of the demo sees them, a case of customer
service, a recall as its officers see it, and each page of the console's menu as the data-protection officer sees it: on
a desk and on a phone.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.progress import track

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
TALLEST = 1600
"""Pixels: a longer page is cut there."""


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demo runs")
    parser.add_argument("--language", default="en", choices=["fi", "sv", "en"])
    parser.add_argument("--scheme", default="light", choices=["light", "dark"])
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="*", help="names of pages")
    chosen = parser.parse_args()
    chosen.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=chosen.address, color_scheme=chosen.scheme)
        context.add_cookies([{"name": "tarkka_language", "value": chosen.language, "url": chosen.address}])
        page = context.new_page()
        page.goto("/")
        _take(page, chosen.into, "start")
        page.goto("/sign-in/")
        _take(page, chosen.into, "sign-in")
        page.locator("main form button[name=person]").first.click()
        page.locator(".places a").first.wait_for()
        addresses = [link.get_attribute("href") for link in page.locator(".places a").all()]
        pages = {address.strip("/"): address for address in addresses}
        page.goto("/purchases/")
        pages["receipt"] = page.locator("main .rows a").first.get_attribute("href")
        page.goto("/recalls/")
        pages["recall"] = page.locator("main .rows a").first.get_attribute("href")
        page.goto("/bonus/")
        pages["bonus-account"] = "/bonus/account/"
        pages["bonus-month"] = page.locator("main a[href*='/bonus/month/']").first.get_attribute("href")
        for name, address in track(pages.items(), "Pictures"):
            if not chosen.only or name in chosen.only:
                page.goto(address)
                _take(page, chosen.into, name)
        if not chosen.only or "console" in chosen.only:
            _serve(page, chosen.into)
            _recall(page, chosen.into)
            _supervise(page, chosen.into)
        browser.close()


def _be(page: Page, user_id: str) -> None:
    """Sign in to the console at the demo's own list, and sign the agreement where it was not signed."""
    page.goto("/console/sign-in/demo/")
    page.locator(f"main button[value={user_id}]").click()
    page.goto("/console/agreement/")
    if page.locator("main input[name=agreed]").count():
        page.locator("main input[name=agreed]").check()
        page.locator("main form .btn.main").click()


def _serve(page: Page, folder: Path) -> None:
    """A customer calls: found, a case opened, asked about one receipt."""
    _be(page, "aino")
    page.goto("/console/cases/")
    page.locator("main input:not([type=hidden])").first.fill("Salonen Outi")
    page.locator("main .btn.main").first.click()
    _take(page, folder, "console-cases")
    page.locator("main li form button").first.click()
    _take(page, folder, "console-opening")
    for name, value in {"situation": "choice_change", "place": "phone", "identified_by": "questions"}.items():
        page.locator(f"main input[name={name}][value={value}]").check()
    page.locator("main input[name=call_ref]").fill("2026-1")
    page.locator("main form.opening .btn.main").click()
    _take(page, folder, "console-case")


def _recall(page: Page, folder: Path) -> None:
    """How far the demo's recall has come, what it says, and the form of another."""
    _be(page, "olli")
    page.goto("/console/recalls/")
    page.locator("main .rows a").first.click()
    _take(page, folder, "console-recall")
    page.goto("/console/recalls/new/")
    _take(page, folder, "console-recall-new")


def _supervise(page: Page, folder: Path) -> None:
    """What the data-protection officer has in the menu."""
    _be(page, "tuula")
    page.goto("/console/")
    addresses = [link.get_attribute("href") for link in page.locator(".places a").all()]
    for address in track(addresses, "Console"):
        page.goto(address)
        _take(page, folder, "-".join(["console", *address.strip("/").split("/")[1:]]))


def _take(page: Page, folder: Path, name: str) -> None:
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size(viewport | {"height": max(height, viewport["height"])})
        page.wait_for_timeout(200)  # until what stays at the window's edge is drawn there
        page.screenshot(path=folder / f"{name}-{size}.png")


if __name__ == "__main__":
    main()
