"""The first journey in a real browser: sign in, see a receipt at each level, and find the visit among the looks."""

import re

import pytest

import browsing
import building


@pytest.fixture(scope="module")
def person(site) -> int:
    """Somebody who has a receipt at each level."""
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    browsing.offer(household.persons[0])
    return household.persons[0]


def test_a_person_sees_each_level_and_their_own_visit(page, person):
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    assert "This is not strong authentication" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name=f"Person {person}").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Hello, Given0").wait_for()
    assert_fits(page)

    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Purchases").click()
    rows = page.get_by_role("main").get_by_role("listitem")
    assert rows.count() == 3
    for level in ("Products", "Groups", "Total"):
        rows.filter(has_text=level).get_by_role("link").click()
        receipt = page.get_by_role("article")
        assert level in receipt.inner_text()
        cells = [text.replace("\xa0", " ") for text in receipt.get_by_role("row").all_inner_texts()]
        if level == "Products":
            assert any(re.search(r"Milk\s+2 × 2\.00\s+4\.00", row) for row in cells)
            assert any(re.search(r"Bread\s+0\.5 kg × 12\.00\s+6\.00", row) for row in cells)
        elif level == "Groups":
            assert [row.split("\t")[-1] for row in cells[1:]] == ["6.00", "4.00", "10.00"]
            assert "Milk" not in page.get_by_role("main").inner_text()
        else:
            assert cells == []
            assert "10.00" in receipt.inner_text()
        assert_fits(page)
        page.get_by_role("link", name="Purchases").first.click()

    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="All pages").click()
    page.get_by_role("main").get_by_role("link", name="Who has looked").click()
    looks = page.get_by_role("row").all_inner_texts()[1:]
    assert "this look" in looks[0]
    # Building the household, signing in, the first page before and after choosing the language, with its look at the
    # household, the list, three receipts, the list after each of them, and this look.
    assert "You looked 14 times" in looks[1]
    page.get_by_role("link", name="Me", exact=True).click()
    assert page.get_by_role("row").count() == 1 + 16
    assert_fits(page)

    page.get_by_role("button", name="Sign out").click()
    page.goto("/purchases/")
    assert "/sign-in/" in page.url


def test_the_keyboard_alone_reaches_the_content(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def assert_fits(page) -> None:
    """Fail if the page scrolls sideways at 320 px (WCAG 2.2, 1.4.10)."""
    page.wait_for_load_state()  # the page before may just be leaving
    browsing.wait_until(page, "document.documentElement?.scrollWidth === 320")
