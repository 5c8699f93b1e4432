"""A misuse is found, reviewed and decided in a real browser; every face of the officer's desk in every language."""

from datetime import UTC, datetime, timedelta

import pytest

import building
import staffing
from acting import a_case, a_mandate
from looking import own_look
from tarkka.vocabulary import Language, Purpose, Role


@pytest.fixture
def officer(site):
    return staffing.an_account(Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def misuse(site):
    """A clerk who looked at their own data and at a colleague's, and broke a glass."""
    from tarkka.access.cases import break_glass
    from tarkka.supervision.running import run

    home, other = building.a_household(2), building.a_household(1)
    clerk = staffing.an_account(Role.CUSTOMER_SERVICE, identity_code=home.identity_codes[0])
    staffing.an_account(identity_code=other.identity_codes[0])
    began = datetime.now(UTC)
    for person in (home.persons[0], other.persons[0]):
        look(clerk, person, a_case(person, clerk))
    glass = break_glass(other.persons[0], "emergency", reason="An emergency", minutes=5, acting=clerk)
    look(clerk, other.persons[0], str(glass))
    run(since=began, until=datetime.now(UTC) + timedelta(seconds=1))
    with building.administrator() as connection:
        flags = connection.execute("SELECT rule, id FROM flag WHERE actor = %s", [clerk]).fetchall()
    return {"clerk": clerk, "glass": glass} | dict(flags)


@pytest.fixture
def page(address, browser, complaints):
    """A desk's page in English; that a form is refused is no complaint."""
    context = browser.new_context(base_url=address, locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type == "error" and "422" not in told.text else None,
    )
    yield page
    context.close()


def look(clerk, person, case):
    with own_look(person, role=Role.CUSTOMER_SERVICE, actor=clerk, purpose=Purpose.CUSTOMER_SERVICE, case_ref=case):
        pass


def sign_in(page, user_id, language="en"):
    staffing.offer(user_id)
    page.goto("/console/sign-in/demo/")
    page.locator(f"button[value='{user_id}']").click()
    page.wait_for_url("**/console/")
    origin = page.url.partition("/console/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": origin}])


def test_a_misuse_is_found_reviewed_and_decided(page, officer, misuse):
    sign_in(page, officer)
    page.get_by_role("link", name="Supervision").first.click()
    page.locator(f"a[href$='/flags/{misuse['own']}/']").click()
    page.get_by_text("Looked at their own data by way of work").wait_for()
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_text("Choose a decision.").wait_for()
    page.get_by_label("Misuse").check()
    page.get_by_label("Reasons").fill("They admit that they were curious.")
    page.get_by_role("button", name="Record the decision").press("Enter")
    page.get_by_role("status").get_by_text("The decision is recorded.").wait_for()
    assert page.locator(f"a[href$='/flags/{misuse['own']}/']").count() == 0
    page.get_by_role("link", name="Decided").click()
    page.locator(f"a[href$='/flags/{misuse['own']}/']").click()
    page.get_by_text("They admit that they were curious.").wait_for()
    page.get_by_role("button", name="This person’s work by day").click()
    page.get_by_role("img", name="Customers looked at").wait_for()
    page.get_by_role("button", name="This person’s events").click()
    page.get_by_role("heading", name="Search events").wait_for()
    assert misuse["clerk"] not in page.url


def test_a_broken_glass_is_reviewed_without_scripts(address, browser, officer, misuse):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, officer)
    page.goto(f"/console/supervision/reviews/{misuse['glass']}/")
    page.get_by_label("Accepted").check()
    page.get_by_label("Reasons").fill("There was an emergency.")
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_role("status").get_by_text("The review is recorded.").wait_for()
    context.close()


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_the_desk_is_accessible_and_fits(page, inspect, officer, misuse, language):
    a_mandate(officer, Role.CUSTOMER_SERVICE)
    sign_in(page, officer, language)
    for asked in (
        "",
        f"flags/{misuse['colleague']}/",
        "?decided=1",
        "reviews/",
        f"reviews/{misuse['glass']}/",
        "events/",
    ):
        page.goto(f"/console/supervision/{asked}")
        assert page.evaluate("document.documentElement.lang") == language
        inspect(page)
    page.locator("form[role=search] #person").fill("no number")
    page.locator("form[role=search] button").click()
    page.locator("#wrong-person").wait_for()
    inspect(page)
    page.goto(f"/console/supervision/flags/{misuse['colleague']}/")
    page.locator(f"form[action$='/flags/{misuse['colleague']}/'] button").click()
    page.locator("#wrong-words").wait_for()
    inspect(page)
    page.locator("form[action$='/work/'] button").click()
    page.wait_for_url("**/work/?search=*")
    inspect(page)
