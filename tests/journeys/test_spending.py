"""The charts of spending in a browser: nothing collides; the table opens by keyboard, fits a phone and is printed."""

import json
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import browsing
import building
import npm
from tarkka.vocabulary import Language

WIDTHS = (320, 390, 1280)
YEAR = datetime.now(UTC).year - 1
BOXES = """texts => texts.filter(text => text.getClientRects().length).map(text => {
    const box = text.getBoundingClientRect()
    return [box.left, box.top, box.right, box.bottom, text.textContent]
})"""


@pytest.fixture(scope="module")
def visitor(site, address, browser):
    """The window of somebody who bought in every month of two years, and in one of them only took back."""
    household = building.a_household(1)
    source, card = building.a_source(), household.cards[0]
    sales = [
        building.a_receipt(card=card, purchased_at=f"{year}-{month:02d}-05T12:00:00+02:00")
        for year in (YEAR, YEAR - 1)
        for month in range(1, 13)
        if (year, month) != (YEAR, 6)
    ]
    back = building.a_return(sales[4], purchased_at=f"{YEAR}-06-05T12:00:00+03:00", card=card)
    assert {verdict.status for verdict in building.take(source, [*sales, back])} == {"accepted"}
    person = household.persons[0]
    browsing.offer(person)
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    yield page
    context.close()


def speak(visitor: Any, address: str, language: str) -> None:
    visitor.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])


@pytest.mark.parametrize("language", [language.value for language in Language])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_of_the_chart_touches_another_or_leaves_the_page(visitor, address, language, width):
    speak(visitor, address, language)
    visitor.set_viewport_size({"width": width, "height": 900})
    visitor.goto(f"/spending/?year={YEAR}")
    boxes = visitor.eval_on_selector_all(".columns text", BOXES)
    assert len([box for box in boxes if box[4].strip()]) >= 12 + 3
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    assert all(left >= 0 and right <= width for left, _, right, _, _ in boxes)


@pytest.mark.parametrize("query", [f"year={YEAR}", f"year={YEAR}&month=6&by=product", f"year={YEAR}&by=chain"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_open_tables_fit_and_are_accessible(visitor, address, query, width):
    if npm.NPM is None:
        pytest.skip("npm is not installed: apt-get install npm")
    axe = (npm.installed(Path(__file__).parents[1] / "axe") / "axe-core" / "axe.min.js").read_text()
    speak(visitor, address, "fi")
    visitor.set_viewport_size({"width": width, "height": 900})
    visitor.goto(f"/spending/?{query}")
    for summary in visitor.locator("details.figures > summary").all():
        summary.focus()
        visitor.keyboard.press("Enter")
    assert visitor.locator("details.figures:not([open])").count() == 0
    assert visitor.evaluate("document.documentElement.scrollWidth") == width
    visitor.evaluate(f"() => {{ {axe} }}")
    rules = json.dumps(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    for scheme in ("light", "dark"):
        visitor.emulate_media(color_scheme=scheme)
        found = visitor.evaluate(f"axe.run({{ runOnly: {rules} }})")["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_on_paper_the_tables_are_open(visitor, address):
    speak(visitor, address, "en")
    visitor.goto(f"/spending/?year={YEAR}")
    table = visitor.locator("details.figures table").first
    visitor.emulate_media(media="screen")
    assert not table.is_visible()
    visitor.emulate_media(media="print")
    assert table.is_visible()
    assert visitor.locator(".columns rect.now").first.is_visible()
    assert not visitor.get_by_role("button", name="Show").is_visible()
    visitor.emulate_media(media="screen")


def test_a_period_is_chosen_and_stepped_by_keyboard_alone(visitor, address):
    speak(visitor, address, "en")
    visitor.set_viewport_size({"width": 320, "height": 900})
    visitor.goto(f"/spending/?year={YEAR}&by=chain")
    visitor.get_by_label("Month", exact=True).focus()
    visitor.get_by_label("Month", exact=True).select_option("3")
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(f"**/spending/?year={YEAR}&month=3&by=chain")
    assert visitor.get_by_role("heading", level=2).first.inner_text() == f"March {YEAR}"
    visitor.get_by_role("link", name=f"April {YEAR}").focus()
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(f"**/spending/?year={YEAR}&month=4&by=chain")
