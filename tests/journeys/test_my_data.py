"""My data, who has looked and the description in a browser: taken out, asked for and read, without scripts too."""

import zipfile

import pytest

import browsing
import building
from looking import own_look
from tarkka import access
from tarkka.vocabulary import Purpose


@pytest.fixture
def household(site) -> building.Household:
    household = building.a_household(2)
    building.take_three_levels(building.a_source(), household.cards[0])
    return household


@pytest.fixture
def person(household) -> int:
    return household.persons[0]


def sign_in(page, person: int) -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    origin = page.url.partition("/home/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": "en", "url": origin}])


@pytest.mark.parametrize("scripts", [True, False])
def test_the_extract_is_taken_with_one_press(address, browser, person, scripts):
    context = browser.new_context(base_url=address, java_script_enabled=scripts, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, person)
    page.goto("/my-data/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the extract").click()
    with zipfile.ZipFile(download.value.path()) as taken:
        assert taken.testzip() is None
        assert {"extract.json", "extract.pdf", "csv/receipts.csv"} <= set(taken.namelist())
    context.close()


def test_a_letter_is_ordered_once_there_is_an_address_to_send_it_to(page, person, inspect):
    sign_in(page, person)
    page.goto("/my-data/")
    page.get_by_role("link", name="Add a postal address").click()
    page.get_by_role("textbox").fill("Testikatu 1 A\n00100 HELSINKI")
    page.get_by_role("button", name="Save").click()
    page.goto("/my-data/")
    page.get_by_role("button", name="Order").press("Enter")
    page.get_by_text("Ordered").wait_for()
    assert page.get_by_role("button", name="Order").count() == 0
    inspect(page)


def test_a_request_is_written_by_the_keyboard_and_tracked_with_its_due_day(page, person, inspect, complaints):
    sign_in(page, person)
    page.goto("/my-data/")
    page.get_by_role("radio", name="Erasure").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send").press("Enter")
    page.locator("#wrong").wait_for()
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.get_by_role("radio", name="Erasure").is_checked()
    inspect(page)
    page.keyboard.type("Please erase what I bought in 2015.")
    page.get_by_role("button", name="Send").press("Enter")
    page.get_by_text("Please erase what I bought in 2015.").wait_for()
    assert page.get_by_text("Answer by").is_visible()
    inspect(page)
    complaints.clear()  # the browser's note of the 422


def test_looks_are_filtered_by_who_looked_and_kept_as_a_file(page, household, person, inspect):
    mate = {"actor": str(household.persons[1]), "purpose": Purpose.HOUSEHOLD_VIEW}
    with own_look(person, subject=access.household(household.id), **mate):
        pass
    sign_in(page, person)
    for _ in range(3):
        page.goto("/purchases/")
    page.goto("/looks/")
    page.get_by_text("You looked").click()
    inspect(page)
    page.get_by_role("link", name="Other customers").click()
    page.get_by_role("cell", name="Another person of your household").wait_for()
    assert page.get_by_role("row").count() == 2
    inspect(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list").click()
    assert download.value.path().read_text("utf-8-sig").count("Another person of your household") == 1


def test_the_description_leads_from_a_receipt_to_what_changed(page, person, inspect):
    sign_in(page, person)
    page.goto("/purchases/")
    page.locator("main .rows a").first.click()
    page.get_by_role("link", name="What is collected from where").click()
    page.get_by_role("heading", name="What is collected").wait_for()
    inspect(page)
