"""My details in a real browser: by the keyboard, with scripts off, and what is wrong told where it is wrong."""

import pytest

import browsing
import building
from storing import rows


@pytest.fixture
def person(site) -> int:
    return building.a_household(1).persons[0]


def sign_in(page, person: int) -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    origin = page.url.partition("/home/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": "en", "url": origin.rstrip("/")}])
    page.goto("/details/")


def email_of(person: int) -> str:
    [(value,)] = rows("SELECT value FROM contact WHERE person_id = %s AND kind = 'email'", person)
    return value


def test_an_address_is_changed_by_the_keyboard_and_an_error_is_where_one_types(page, person, inspect, complaints):
    sign_in(page, person)
    page.get_by_role("link", name="Change : E-mail").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/details/contact/email/")
    field = page.get_by_role("textbox", name="E-mail")
    field.fill("aino@")
    page.keyboard.press("Enter")
    page.get_by_text("This is no e-mail address.").wait_for()
    assert field.input_value() == "aino@"
    assert page.evaluate("document.activeElement.id") == "value"
    described = field.get_attribute("aria-describedby").split()
    assert "This is no e-mail address." in page.locator(f"#{described[-1]}").inner_text()
    assert page.title().startswith("Error: ")
    inspect(page)
    field.fill("aino@example.org")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Saved. In use at once.").wait_for()
    assert email_of(person) == "aino@example.org"
    inspect(page)
    complaints.clear()  # the browser's note of the 422


def test_receipts_are_asked_for_and_stopped_without_scripts(address, browser, person):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, person)
    receipts = page.get_by_role("group", name="Receipts by e-mail")
    assert receipts.get_by_role("button", name="Do not send").get_attribute("aria-pressed") == "true"
    receipts.get_by_role("button", name="Send", exact=True).click()
    assert receipts.get_by_role("button", name="Send", exact=True).get_attribute("aria-pressed") == "true"
    receipts.get_by_role("button", name="Do not send").click()
    assert receipts.get_by_role("button", name="Do not send").get_attribute("aria-pressed") == "true"
    context.close()


def test_several_cards_and_none_are_accessible_too(page, person, inspect):
    from datetime import UTC, datetime, timedelta

    from acting import an_operator, new_number
    from tarkka.people.actions import close_card, open_card

    numbers = [new_number(), new_number()]
    opened = datetime.now(UTC) - timedelta(days=1)
    for number in numbers:
        open_card(person, number, since=opened, acting=an_operator())
    sign_in(page, person)
    page.goto("/card/")
    inspect(page)
    with building.administrator() as admin:
        numbers = [number for (number,) in admin.execute("SELECT number FROM card WHERE person_id = %s", [person])]
    for number in numbers:
        close_card(person, number, at=datetime.now(UTC) - timedelta(minutes=1), acting=an_operator())
    page.goto("/card/")
    page.get_by_role("heading", name="You have no open card").wait_for()
    inspect(page)
