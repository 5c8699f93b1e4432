"""Signing in at the real provider, in a real browser, as it is for a customer. (R13)"""

import re
import time
import zipfile
from typing import Any

import pytest
from django import conf

from storing import rows


@pytest.fixture
def visitor(strong_address, browser):
    """A phone in English."""
    context = browser.new_context(base_url=strong_address[0], locale="en", viewport={"width": 320, "height": 700})
    yield context.new_page()
    context.close()


def test_customer_signs_in_where_they_were_going_and_out_everywhere(visitor, strong_address, browser) -> None:
    complaints: list[str] = []
    visitor.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    visitor.goto("/looks/")
    assert "/sign-in/?next=" in visitor.url
    identify(visitor, "member")
    visitor.wait_for_url("**/looks/")

    other = browser.new_context(base_url=strong_address[0])
    elsewhere = other.new_page()
    elsewhere.goto("/")
    elsewhere.get_by_role("main").get_by_role("link").first.click()
    identify(elsewhere, "member")
    elsewhere.wait_for_url("**/home/")

    visitor.locator("form.who button").click()
    visitor.wait_for_url(f"{strong_address[0]}/")
    for page in (visitor, elsewhere):
        page.goto("/looks/")
        assert "/sign-in/?next=" in page.url
    other.close()
    assert complaints == []


def test_every_page_of_signing_in_is_accessible_and_fits(visitor, inspect) -> None:
    for address in ("/sign-in/", "/sign-in/?afresh=1", "/sign-in/back/?state=wrong"):
        visitor.goto(address)
        inspect(visitor)
    for person, title in (("nobody", "Sign-in was cancelled"), ("stranger", "You are not in the register")):
        visitor.goto("/sign-in/")
        identify(visitor, person)
        visitor.wait_for_url("**/sign-in/back/**")
        assert visitor.get_by_role("heading", level=1).inner_text() == title
        inspect(visitor)
        visitor.get_by_role("main").get_by_role("link").click()


@pytest.mark.parametrize("role", ["main", "member"])
def test_each_role_reaches_every_page_by_the_menu(strong_address, browser, role) -> None:
    """The household's main member and another member, on a desk, signed in strongly; each page says what it is of."""
    context = browser.new_context(base_url=strong_address[0], locale="en", viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "tarkka_language", "value": "en", "url": strong_address[0]}])
    page = context.new_page()
    page.goto("/sign-in/")
    identify(page, role)
    page.wait_for_url("**/home/")
    page.get_by_role("heading", name="Hello, Given").wait_for()
    menu = page.get_by_role("navigation", name="Main menu").get_by_role("link")
    names = [name for name in menu.all_inner_texts() if name != "All pages"]
    assert len(names) == 12
    for name in names:
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True).click()
        here = page.get_by_role("navigation", name="Main menu").locator("[aria-current=page]")
        assert here.inner_text() == name
        assert page.get_by_role("heading", level=1).count() == 1
        if name == "Household":
            said = page.get_by_role("main").inner_text()
            assert ("You are the household’s main member" in said) is (role == "main")
        if name == "Purchases":
            assert page.get_by_role("main").get_by_role("listitem").filter(has_text="Products").count() == 1
    page.locator("form.who button").click()
    page.wait_for_url(f"{strong_address[0]}/")
    context.close()


def test_what_is_sensitive_asks_for_a_fresh_sign_in_at_the_provider_and_is_then_done(visitor, strong_address) -> None:
    visitor.context.add_cookies([{"name": "tarkka_language", "value": "en", "url": strong_address[0]}])
    visitor.goto("/sign-in/")
    identify(visitor, "member")
    visitor.wait_for_url("**/home/")

    visitor.goto("/details/contact/email/")
    let_sign_in_grow_old(visitor)
    save_email(visitor, "too.late@example.org")
    confirm_identity(visitor, strong_address, "**/details/contact/email/")
    save_email(visitor, "in.time@example.org")
    visitor.get_by_role("status").get_by_text("Saved. In use at once.").wait_for()
    saved = "SELECT value FROM contact WHERE value IN ('too.late@example.org', 'in.time@example.org')"
    assert rows(saved) == [("in.time@example.org",)]

    visitor.goto("/my-data/")
    let_sign_in_grow_old(visitor)
    visitor.get_by_role("button", name="Download the extract").click()
    confirm_identity(visitor, strong_address, "**/my-data/")
    with visitor.expect_download() as download:
        visitor.get_by_role("button", name="Download the extract").click()
    with zipfile.ZipFile(download.value.path()) as taken:
        assert "in.time@example.org" in taken.read("extract.json").decode()


def save_email(page: Any, value: str) -> None:
    page.get_by_role("textbox", name="E-mail").fill(value)
    page.get_by_role("button", name="Save").click()


def let_sign_in_grow_old(page: Any) -> None:
    """Change when the person proved who they are, as the server has it: they stay signed in."""
    from tarkka.sign_in.sessions import SessionStore

    [key] = [each["value"] for each in page.context.cookies() if each["name"] == conf.settings.SESSION_COOKIE_NAME]
    session = SessionStore(key)
    assert time.time() - session["authenticated_at"] < 60
    session["authenticated_at"] -= conf.settings.TARKKA_FRESH_LIMIT + 60
    session.save()


def confirm_identity(page: Any, addresses: tuple[str, str], back: str) -> None:
    """Meet the demand for a fresh sign-in, say at the provider who one is although it knows, and come back."""
    page.get_by_text("This needs a fresh sign-in").wait_for()
    page.locator(".sign-in a").click()
    page.wait_for_url(re.compile(re.escape(addresses[1]) + "/interaction/"))
    page.get_by_role("link", name="member").click()
    page.wait_for_url(back)


def identify(page: Any, person: str) -> None:
    """Go to the provider and say who one is, if it asks."""
    page.locator(".sign-in a").click()
    page.get_by_role("link", name=person).click()
