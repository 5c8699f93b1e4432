"""A phone call in two real browsers: staff puts an objection in force, and the customer sees it; and staff's pages."""

import json

import pytest

import acting
import browsing
import building
import staffing
from tarkka.vocabulary import Language, Role

TOPIC = "Targeting of marketing and communication"
SITUATIONS = (
    "bonus_question", "card_question", "choice_change", "contact_question", "data_request", "household_question",
    "looks_question", "purchases_question", "receipt_question",
)  # fmt: skip


@pytest.fixture
def page(address, browser, complaints):
    """A page at a desk. That the server says no is told by its status too, which is no fault of the page."""
    context = browser.new_context(base_url=address, locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    yield page
    context.close()


def is_complaint(message):
    return message.type == "error" and "the server responded with a status of 4" not in message.text


@pytest.fixture(scope="module")
def customer(site):
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    return household


def sign_in(page, user_id, language="en"):
    (staffing.settings.TARKKA_HOME / "demo-staff.json").write_text(json.dumps([{"user_id": user_id, "why": {}}]))
    page.goto("/console/sign-in/demo/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/console/")
    speak(page, language)


def speak(page, language):
    origin = page.url.partition("/console/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": origin}])


def open_case(page, person, situation):
    page.goto("/console/cases/")
    page.locator("#terms").fill(str(person))
    page.keyboard.press("Enter")
    page.locator(".hit button").click()
    page.locator(f"input[value={situation}]").check()
    for value in ("phone", "questions"):
        page.locator(f"input[value={value}]").check()
    page.locator("#call_ref").fill("8841")
    page.locator(".opening .btn.main").click()
    page.wait_for_url("**/console/cases/*/")


def test_an_objection_told_on_the_phone_is_in_force_and_the_customer_sees_it(page, browser, address, customer):
    [person] = customer.persons
    user_id = staffing.an_account()
    acting.a_mandate(user_id, Role.CUSTOMER_SERVICE, signed=False)
    sign_in(page, user_id)
    page.get_by_role("navigation").get_by_role("link", name="Cases").first.click()
    page.get_by_label("I have read the agreement").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/console/cases/")
    page.get_by_role("textbox", name="Find the customer").fill("family given0")
    page.keyboard.press("Enter")
    page.locator(".hit, [role=status]").first.wait_for()
    open_case(page, person, "choice_change")
    asked = page.get_by_role("radiogroup", name=TOPIC)
    asked.get_by_text("May not be used").click()
    page.get_by_role("button", name=f"Save {TOPIC}").click()
    page.get_by_role("status").get_by_text("The objection is in force at once.").wait_for()

    context = browser.new_context(base_url=address, locale="en", viewport={"width": 1280, "height": 900})
    theirs = context.new_page()
    browsing.offer(person)
    theirs.goto("/sign-in/")
    theirs.get_by_role("button", name=f"Person {person}").click()
    theirs.get_by_role("button", name="English").click()
    theirs.goto("/choices/")
    assert theirs.get_by_role("radiogroup", name=TOPIC).get_by_label("May not be used").is_checked()
    assert "Co-op member service" in theirs.get_by_role("main").inner_text()
    theirs.goto("/looks/?by=staff")
    told = theirs.get_by_role("main").inner_text()
    assert "A choice to change · Co-op member service" in told
    assert "Recorded an objection" in told
    assert user_id not in theirs.content()
    context.close()

    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("status").get_by_text("The case is closed.").wait_for()
    page.go_back()
    page.reload()
    assert "The case is not open" in page.get_by_role("main").inner_text()


def test_an_open_page_becomes_empty_when_the_case_closes_by_itself(page, customer):
    [person] = customer.persons
    sign_in(page, staffing.an_account(Role.CUSTOMER_SERVICE))
    open_case(page, person, "card_question")
    case = int(page.url.rstrip("/").rpartition("/")[2])
    with building.administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE service_case SET closes_at = now() + interval '3 seconds' WHERE id = %s", [case])
    page.reload()
    assert customer.cards[0] in page.content()
    page.get_by_role("heading", name="The case is not open").wait_for(timeout=15_000)
    assert customer.cards[0] not in page.content()


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_the_pages_of_customer_service_are_accessible_and_fit(page, inspect, customer, language):
    [person] = customer.persons
    sign_in(page, staffing.an_account(Role.CUSTOMER_SERVICE), language)
    for asked in ("/console/", "/console/agreement/", "/console/cases/"):
        page.goto(asked)
        inspect(page)
    page.locator("#terms").fill(str(person))
    page.keyboard.press("Enter")
    page.locator(".hit button").wait_for()
    inspect(page)
    page.locator(".hit button").click()
    page.locator(".opening").wait_for()
    inspect(page)
    page.locator(".opening .btn.main").click()
    page.locator("#wrong-situation").wait_for()
    inspect(page)
    for situation in SITUATIONS:
        open_case(page, person, situation)
        assert page.evaluate("document.documentElement.lang") == language
        inspect(page)
        if situation == "purchases_question":
            page.locator("a.pick").first.click()
            page.locator(".receipt").wait_for()
            inspect(page)
    page.locator(".pick button").first.click()
    page.locator(".receipt").wait_for()
    inspect(page)
    page.locator(".case-frame button").click()
    page.wait_for_url("**/console/cases/?closed=*")
    inspect(page)
    page.go_back()
    page.reload()
    inspect(page)


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_broken_glass_and_mandates_are_accessible_and_fit(page, inspect, customer, language):
    [person] = customer.persons
    sign_in(page, staffing.an_account(Role.CUSTOMER_SERVICE, Role.REGISTER_ADMINISTRATOR), language)
    page.goto("/console/cases/")
    page.locator("#terms").fill(str(person))
    page.keyboard.press("Enter")
    page.locator(".hit button").click()
    page.locator(".glass button").click()
    page.locator("#reason").wait_for()
    inspect(page)
    page.locator("#reason").fill("The rescue service asks what allergen was bought.")
    page.locator("main form .btn.main").click()
    page.locator(".case-frame.broken").wait_for()
    inspect(page)
    for asked in ("/console/mandates/", "/console/mandates/give/"):
        page.goto(asked)
        inspect(page)
    page.locator("main .btn.main").click()
    page.locator("#wrong-user").wait_for()
    inspect(page)
