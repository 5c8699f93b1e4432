"""The household in a browser: the main member finds a purchase, a member the sums, and both faces are accessible."""

from typing import Any

import pytest

import browsing
from households import Home, a_changing_household


@pytest.fixture(scope="module")
def home(site) -> Home:
    return a_changing_household()


def enter(page: Any, home: Home, name: str) -> None:
    """Sign in and go to the household by the menu."""
    person = home.persons[name]
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="All pages").click()
    page.get_by_role("main").get_by_role("link", name="Household").click()


def test_main_member_goes_to_a_month_and_finds_its_purchases(page, home):
    enter(page, home, "main")
    page.locator("select[name=year]").select_option("2020")
    page.locator("select[name=month]").select_option("June")
    page.get_by_role("button", name="Show").click()
    bought = page.get_by_role("region", name="The household’s bonus purchases")
    assert bought.get_by_role("rowheader").count() == sum(each.month.year == 2020 for each in home.bought)
    assert bought.get_by_role("link").count() == 0
    page.get_by_role("link", name="May 2020").click()
    assert page.get_by_text("No bonus purchases.").is_visible()


def test_member_goes_from_the_year_to_a_month_and_opens_their_own_purchase(page, home):
    enter(page, home, "member")
    page.locator("select[name=year]").select_option("2021")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Figures as a table").click()
    page.get_by_role("link", name="June 2021").click()
    assert page.get_by_role("region", name="By chain").get_by_text("Prisma").is_visible()
    page.get_by_role("region", name="Your own bonus purchases").get_by_role("link").click()
    assert page.get_by_role("heading", name="Prisma").is_visible()


@pytest.mark.parametrize("name", ["main", "member", "homeless"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_face_is_accessible_and_fits(address, page, home, inspect, name, language):
    browsing.offer(home.persons[name])
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {home.persons[name]}").click()
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])
    for query in ("", "?year=2021", "?year=2021&month=6"):
        page.goto(f"/household/{query}")
        inspect(page)
