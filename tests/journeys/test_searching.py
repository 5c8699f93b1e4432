"""Searching purchases in a real browser: with scripts and without, by keyboard, back again, and on paper."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import browsing
import building

NEWEST = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def person(site) -> int:
    """Somebody with 60 receipts of milk and bread, and one that has something else too."""
    household = building.a_household(1)
    receipts = [
        building.a_receipt(card=household.cards[0], purchased_at=(NEWEST - timedelta(days=day)).isoformat())
        for day in range(60)
    ]
    herring = {"line": 3, "name": "Herring", "group": "fish", "quantity": "1", "unit": "pcs", "amount": "0.00"}
    receipts[55]["lines"].append(herring)
    verdicts = building.take(building.a_source(), receipts)
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts
    return household.persons[0]


@pytest.fixture(params=["scripts", "no scripts"])
def visitor(request, address, browser, complaints, person) -> Iterator[Any]:
    """The person's own page in English, signed in, with scripts and without."""
    context = browser.new_context(
        base_url=address,
        locale="en",
        viewport={"width": 390, "height": 800},
        java_script_enabled=request.param == "scripts",
    )
    context.add_cookies([{"name": "tarkka_language", "value": "en", "url": address}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    browsing.offer(person)
    page.goto("/sign-in/?next=/purchases/")
    page.get_by_role("button", name=f"Person {person}").click()
    page.wait_for_url("**/purchases/")
    yield page
    context.close()


def rows(page: Any) -> Any:
    return page.locator("#found .rows > li")


def search(page: Any, word: str) -> None:
    page.get_by_label("Search your purchases").fill(word)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile(r"search=[\w-]{11}$"))


def test_a_search_finds_leads_to_the_receipt_and_back(visitor):
    assert rows(visitor).count() == 50
    search(visitor, "herring")
    rows(visitor).get_by_text("Herring").wait_for()
    assert rows(visitor).count() == 1
    assert "herring" not in visitor.url
    found = visitor.url
    rows(visitor).get_by_role("link").click()
    visitor.get_by_role("article").get_by_text("Herring").wait_for()
    visitor.locator("a.back").click()
    visitor.wait_for_url(re.compile(r"search=.*#receipt-\d+$"))
    assert visitor.url.startswith(found)
    assert rows(visitor).count() == 1

    search(visitor, "unicorn")
    visitor.get_by_role("heading", name="Nothing found").wait_for()
    visitor.go_back()
    rows(visitor).get_by_text("Herring").wait_for()
    assert visitor.get_by_label("Search your purchases").input_value() == "herring"


def test_older_purchases_are_a_press_away_and_the_place_is_kept(visitor):
    last = rows(visitor).last.get_attribute("id")
    visitor.get_by_role("link", name="Older").click()
    visitor.wait_for_url(re.compile(r"before=\d+$"))
    receipt = rows(visitor).last
    visitor.locator(".older [rel=next]").wait_for(state="detached")
    wanted = receipt.get_attribute("id")
    assert wanted != last
    receipt.get_by_role("link").click()
    visitor.locator("a.back").click()
    visitor.wait_for_url(re.compile(rf"before=\d+#{wanted}$"))
    assert rows(visitor).count() == 10
    assert visitor.locator(f"#{wanted}").is_visible()
    visitor.get_by_role("link", name="Newer").click()
    visitor.locator(f"#{last}").wait_for()
    assert rows(visitor).count() == 50


def test_what_is_wrong_with_a_search_is_told_where_it_is(visitor):
    visitor.get_by_text("Narrow the search").click()
    visitor.get_by_label("Total at least, €").fill("a lot")
    search(visitor, "milk")
    visitor.get_by_text("Write the amount in figures").wait_for()
    assert visitor.get_by_label("Total at least, €").get_attribute("aria-describedby") == "least-wrong"
    assert rows(visitor).count() == 0


@pytest.mark.parametrize("visitor", ["scripts"], indirect=True)
def test_with_scripts_the_page_stays_while_what_was_found_changes(visitor):
    visitor.evaluate("window.stayed = true")
    visitor.get_by_label("Search your purchases").fill("herring")
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    rows(visitor).get_by_text("Herring").wait_for()
    assert visitor.evaluate("window.stayed")
    assert visitor.evaluate("document.activeElement.id") == "find"
    assert visitor.get_by_role("status").inner_text() == "Receipts found: 1"

    visitor.get_by_role("link", name="Clear the search").click()
    visitor.wait_for_url("**/purchases/")
    visitor.evaluate("window.stayed = true")
    first, last = (rows(visitor).nth(place).get_attribute("id") for place in (0, -1))
    older = visitor.get_by_role("link", name="Older")
    older.focus()
    visitor.keyboard.press("Enter")
    rows(visitor).nth(59).wait_for()
    assert visitor.evaluate("window.stayed")
    # What came is added below, each once, and the focus is at its beginning.
    assert rows(visitor).first.get_attribute("id") == first
    assert len({each.get_attribute("id") for each in rows(visitor).all()}) == 60
    focused = visitor.evaluate("document.activeElement.closest('li').id")
    assert focused == rows(visitor).nth(50).get_attribute("id")
    assert rows(visitor).nth(49).get_attribute("id") == last


@pytest.mark.parametrize("visitor", ["scripts"], indirect=True)
def test_htmx_brings_no_style_and_no_code_of_its_own(visitor):
    search(visitor, "milk")
    visitor.locator(".products").first.wait_for()
    assert visitor.evaluate("document.adoptedStyleSheets.length") == 0
    assert visitor.evaluate("document.querySelectorAll('style, script:not([src])').length") == 0
    assert visitor.evaluate("htmx.version") == "4.0.1"


@pytest.mark.parametrize("visitor", ["scripts"], indirect=True)
def test_what_was_found_is_accessible_and_fits(visitor, inspect):
    search(visitor, "milk bread")
    visitor.locator(".products").first.wait_for()
    visitor.get_by_text("Narrow the search").click()
    inspect(visitor)
    visitor.get_by_label("Total at least, €").fill("a lot")
    visitor.get_by_role("button", name="Search").click()
    visitor.get_by_text("Write the amount in figures").wait_for()
    inspect(visitor)


@pytest.mark.parametrize("visitor", ["no scripts"], indirect=True)
def test_a_receipt_is_printed_alone_with_why_it_is_as_fine_as_it_is(visitor):
    rows(visitor).first.get_by_role("link").click()
    visitor.emulate_media(media="print")
    for shown in ("Milk", "2 × 2.00", "Paid by bank or credit card", "Stored by product."):
        assert visitor.get_by_text(shown).first.is_visible(), shown
    for hidden in ("nav.places", ".foot", "a.back", ".acts", ".demo", "details.card"):
        assert not visitor.locator(hidden).first.is_visible(), hidden
