"""A request from the customer's words to the officer's act and back, and every face of the officer's pages about it."""

from datetime import UTC, datetime, timedelta

import pytest

import browsing
import building
import staffing
from acting import a_mandate
from recalling import end_all
from requesting import a_request
from tarkka.vocabulary import Language, Level, RequestKind, Role


@pytest.fixture
def officer(site):
    user_id = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    return user_id


@pytest.fixture
def person(site):
    end_all()  # somebody whom a running recall must tell is not erased
    home = building.a_household(1)
    building.take_three_levels(building.a_source(), home.cards[0])
    return home.persons[0]


@pytest.fixture
def pages(officer, person):
    """The addresses of the officer's pages about requests and breaches, with something on each."""
    from tarkka.rights import breaches, upheld

    acting = upheld.officer(officer)
    numbers = {kind: a_request(person, kind, "I ask for this.\nPlease.") for kind in RequestKind}
    upheld.cap_level(person, numbers[RequestKind.OBJECTION], Level.GROUP, "Your situation", acting=acting)
    upheld.restrict(person, numbers[RequestKind.RESTRICTION], "We look into it.", acting=acting)
    with building.administrator() as admin:
        late = [numbers[RequestKind.RECTIFICATION]]
        admin.execute("UPDATE request SET received_on = '2020-01-31' WHERE id = %s", late)
    breach = breaches.record_breach(datetime.now(UTC) - timedelta(hours=80), "A lost list", acting=officer)
    breaches.touch_everybody(breach, acting=officer)
    said = {"risk": breaches.Risk.HIGH, "acting": officer}
    breaches.say_of_breach(breach, breaches.About.RISK, "Names and receipts", **said)
    breaches.tell_touched(breach, dict.fromkeys(Language, "A list was lost."), acting=officer)
    found = [f"/console/requests/{number}/" for number in numbers.values()]
    return ["/console/requests/", *found, "/console/record/", "/console/breaches/", "/console/breaches/new/",
            f"/console/breaches/{breach}/"]  # fmt: skip


def sign_in(page, user_id, language="en"):
    staffing.offer(user_id)
    page.goto("/console/sign-in/demo/")
    page.locator(f"button[value='{user_id}']").click()
    page.wait_for_url("**/console/")
    origin = page.url.partition("/console/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": origin}])


def test_a_request_to_erase_is_read_done_and_answered_and_the_customer_reads_it(page, officer, person):
    number = a_request(person, RequestKind.ERASURE, "Forget what I bought.")
    sign_in(page, officer)
    page.get_by_role("link", name="Requests").first.click()
    page.locator(f"a[href$='/requests/{number}/']").click()
    page.get_by_text("Forget what I bought.").wait_for()
    page.get_by_text("Products bought, rows: 2").wait_for()
    page.get_by_role("button", name="Erase the data").click()
    page.get_by_role("status").get_by_text("The data was erased.").wait_for()
    page.get_by_label("Granted", exact=False).first.check()
    page.get_by_label("The answer, which the person reads").fill("Your products are erased; totals stay for Bonus.")
    page.get_by_role("button", name="Answer", exact=True).press("Enter")
    page.get_by_role("status").get_by_text("The request was answered.").wait_for()
    said = browsing.words(browsing.signed_in(person).get("/my-data/"))
    assert "Your products are erased; totals stay for Bonus." in said


@pytest.mark.parametrize("language", Language)
def test_every_page_is_accessible_in_every_language(page, inspect, officer, pages, language):
    sign_in(page, officer, language)
    for address in pages:
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        inspect(page)
