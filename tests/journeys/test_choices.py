"""My choices in a real browser: by the keyboard, without scripts, and every face of them in every language."""

import pytest

import browsing
import building
from tarkka.vocabulary import Language, Objection, Place

TOPICS = {Objection.A: "Targeting of marketing and communication", Objection.B: "Customer-specific services"}


@pytest.fixture
def person(site) -> int:
    return building.a_household(1).persons[0]


def sign_in(page, person: int, language: str = "en") -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    origin = page.url.partition("/home/")[0]
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": origin}])


def test_a_use_is_forbidden_by_the_keyboard_and_allowed_again_after_a_second_question(page, person):
    sign_in(page, person)
    page.goto("/choices/")
    page.get_by_role("radiogroup", name=TOPICS[Objection.A]).get_by_label("May be used").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("The choice is in force now.").wait_for()
    asked = page.get_by_role("radiogroup", name=TOPICS[Objection.A])
    assert asked.get_by_label("May not be used").is_checked()
    asked.get_by_label("May be used", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name=f"Save {TOPICS[Objection.A]}").press("Enter")
    page.wait_for_url("**/choices/allow/A/")
    page.get_by_role("button", name="Yes, it may be used").press("Enter")
    page.get_by_role("status").get_by_text("May be used").wait_for()


def test_a_use_is_forbidden_without_scripts(address, browser, person):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, person)
    page.goto("/choices/")
    page.get_by_text("May not be used").nth(1).click()
    page.get_by_role("button", name=f"Save {TOPICS[Objection.B]}").click()
    assert page.get_by_role("radiogroup", name=TOPICS[Objection.B]).get_by_label("May not be used").is_checked()
    assert page.get_by_role("radiogroup", name=TOPICS[Objection.A]).get_by_label("May be used").is_checked()
    context.close()


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_what_was_forbidden_and_the_second_question_are_accessible_and_fit(page, person, inspect, language):
    from tarkka.people.actions import customer, make_objection

    for objection in Objection:
        make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    sign_in(page, person, language)
    for asked in ("/choices/?saved=A", "/choices/allow/A/", "/choices/allow/B/", "/spending/?by=product", "/home/"):
        page.goto(asked)
        assert page.evaluate("document.documentElement.lang") == language
        inspect(page)
