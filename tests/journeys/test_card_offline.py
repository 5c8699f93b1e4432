"""The card at the till, in a real browser: read off the screen, with a network and without, and gone at sign-out."""

from typing import Any

import pytest

import browsing
import building
from acting import an_operator
from seeing import barcodes

LIGHT_AND_DARK = ("light", "dark")


@pytest.fixture
def home(site) -> building.Household:
    return building.a_household(2)


@pytest.fixture
def customer(page, home) -> Any:
    """A phone on which the first person is signed in."""
    page.set_default_timeout(10_000)
    sign_in(page, home.persons[0])
    return page


def sign_in(page, person: int) -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    speak(page, "en")


def speak(page, language: str) -> None:
    origin = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": origin}])


def read(page) -> list[tuple[str, str]]:
    """What a till reads off the card that is shown; fails if two are."""
    return barcodes(page.locator(".slip:visible").screenshot())


def keep(page) -> None:
    page.goto("/card/")
    page.get_by_role("button", name="Keep on this device").click()
    page.get_by_role("button", name="Remove from this device").wait_for()


def offline(page) -> None:
    page.context.set_offline(True)


def stored(page) -> dict[str, list[str]]:
    """What the browser keeps of the site, by store."""
    return page.evaluate(
        """async () => {
            const found = {};
            for (const name of await caches.keys()) {
                const kept = await (await caches.open(name)).keys();
                found[name.replace(/-.*/, "")] = kept.map((each) => new URL(each.url).pathname);
            }
            return found;
        }"""
    )


@pytest.mark.parametrize("scheme", LIGHT_AND_DARK)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_till_reads_the_card_off_the_screen(customer, home, width, scheme):
    customer.emulate_media(color_scheme=scheme)
    customer.set_viewport_size({"width": width, "height": 700})
    customer.goto("/card/")
    assert read(customer) == [("Code 128", home.cards[0])]


def test_a_till_reads_an_ean_and_one_card_at_a_time(customer, home):
    from datetime import UTC, datetime, timedelta

    from tarkka.people.actions import open_card

    ean = an_ean()
    open_card(home.persons[0], ean, since=datetime.now(UTC) - timedelta(hours=1), acting=an_operator())
    customer.goto("/card/")
    assert read(customer) == [("EAN-13", ean)]
    customer.get_by_text(f"The card whose number ends in {home.cards[0][-4:]}").click()
    assert read(customer) == [("Code 128", home.cards[0])]


def an_ean() -> str:
    import secrets

    digits = f"20{secrets.randbelow(10**10):010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def test_nothing_is_kept_until_it_is_asked_for(customer):
    customer.goto("/card/")
    customer.get_by_role("button", name="Keep on this device").wait_for()
    assert stored(customer) == {"card": []}
    assert customer.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


@pytest.mark.parametrize("scheme", LIGHT_AND_DARK)
def test_kept_card_is_read_without_a_network_and_other_pages_say_that_there_is_none(customer, home, scheme, complaints):
    customer.emulate_media(color_scheme=scheme)
    keep(customer)
    customer.goto("/purchases/")
    customer.goto("/looks/")
    assert stored(customer)["card"] == ["/card/"]
    assert all(each.startswith("/static/") or each == "/offline/" for each in stored(customer)["static"])
    offline(customer)
    customer.goto("/card/")
    assert read(customer) == [("Code 128", home.cards[0])]
    assert "This is the copy kept on the device" in customer.get_by_role("main").inner_text()
    customer.reload()
    assert read(customer) == [("Code 128", home.cards[0])]
    for address in ("/purchases/", "/looks/", "/"):
        customer.goto(address)
        assert customer.get_by_role("heading", level=1).inner_text() == "No network"
        assert "Given0" not in customer.content()
    customer.get_by_role("link", name="Show the card").click()
    assert read(customer) == [("Code 128", home.cards[0])]
    # It looks as it should: our own type and styles were there.
    assert customer.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Inter Variable"')
    assert customer.evaluate("document.styleSheets.length") == 2


def test_kept_card_shows_where_the_session_has_ended(customer, home):
    keep(customer)
    customer.context.clear_cookies(name="tarkka_session")
    customer.goto("/card/")
    assert read(customer) == [("Code 128", home.cards[0])]
    customer.goto("/purchases/")
    assert "/sign-in/" in customer.url


def test_kept_card_is_gone_after_sign_out(customer, complaints):
    keep(customer)
    customer.get_by_role("button", name="Sign out").click()
    customer.wait_for_url("**/")
    assert stored(customer) == {}
    offline(customer)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        customer.goto("/card/")
    customer.context.set_offline(False)
    customer.goto("/card/")
    assert "/sign-in/" in customer.url
    complaints.clear()  # that there was no network


def test_kept_card_is_gone_as_soon_as_somebody_else_signs_in(customer, home):
    keep(customer)
    customer.context.clear_cookies(name="tarkka_session")
    sign_in(customer, home.persons[1])
    assert stored(customer) == {}
    customer.goto("/card/")
    assert read(customer) == [("Code 128", home.cards[1])]


def test_kept_card_stays_when_its_holder_signs_in_again(customer, home):
    keep(customer)
    customer.context.clear_cookies(name="tarkka_session")
    sign_in(customer, home.persons[0])
    assert stored(customer)["card"] == ["/card/"]


def test_kept_card_is_removed_by_a_press_also_without_a_network(customer, home):
    keep(customer)
    offline(customer)
    customer.goto("/card/")
    customer.get_by_role("button", name="Remove from this device").click()
    customer.get_by_text("The card is removed from this device.").wait_for()
    assert stored(customer)["card"] == []
    customer.goto("/card/")
    assert customer.get_by_role("heading", level=1).inner_text() == "No network"


def test_card_that_was_closed_is_not_kept_on(customer, home):
    from datetime import UTC, datetime

    from tarkka.people.actions import close_card

    keep(customer)
    close_card(home.persons[0], home.cards[0], at=datetime.now(UTC), acting=an_operator())
    customer.goto("/card/")
    customer.get_by_role("heading", name="You have no open card").wait_for()
    browsing.wait_until(customer, "caches.open('card').then((card) => card.keys()).then((all) => all.length === 0)")


def test_kept_card_is_renewed_when_something_of_it_has_changed(customer, home):
    keep(customer)
    speak(customer, "sv")
    customer.goto("/card/")
    customer.get_by_text("Kortet finns på den här enheten").wait_for()
    browsing.wait_until(
        customer,
        "caches.open('card').then((card) => card.match('/card/')).then((page) => page.text())"
        ".then((text) => text.includes('lang=\"sv\"'))",
    )


def test_card_shows_without_scripts(address, browser, home):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    browsing.offer(home.persons[0])
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {home.persons[0]}").click()
    page.goto("/card/")
    assert read(page) == [("Code 128", home.cards[0])]
    assert page.get_by_role("button", name="Pidä tällä laitteella").count() == 0
    context.close()
