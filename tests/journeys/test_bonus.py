"""Bonus in a browser: a month is explained, closed and paid; each viewer's pages are accessible in every language."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import browsing
from building import Household, a_household, a_program, a_receipt, a_source, take

ZONE = ZoneInfo("Europe/Helsinki")
MONTH = date(2026, 3, 1)


@pytest.fixture(scope="module")
def home(site) -> Household:
    """A household of two that buys this month and bought in one that has ended; nothing of it is closed."""
    a_program()
    home, source = a_household(2), a_source()
    for first, total in ((datetime.now(ZONE).date().replace(day=1), "180.00"), (MONTH, "300.00")):
        at = datetime(first.year, first.month, 1, 0, 5, tzinfo=ZONE).isoformat()
        paid = [
            {"method": "gift_card", "amount": "20.00"},
            {"method": "group_card", "amount": f"{float(total) - 20:.2f}"},
        ]
        bought = {"total": total, "bonus_eligible": total, "payments": paid, "purchased_at": at, "lines": None}
        [verdict] = take(source, [a_receipt(card=home.cards[1], **bought)])
        assert verdict.status == "accepted", verdict
    return home


def enter(page: Any, address: str, person: int, language: str = "en") -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])


def test_bonus_month_is_explained_and_closed(address, page, home, complaints):
    from tarkka.bonus.closing import close
    from tarkka.bonus.payout import pay_out

    enter(page, address, home.persons[0])
    page.goto("/home/")
    page.get_by_role("link", name="Bonus", exact=True).first.click()
    # The month so far and the next step.
    assert page.get_by_text("With €40.00 more you get 1.5%").is_visible()
    page.get_by_text("How it is worked out").click()
    assert page.get_by_text("Paid in ways that earn no Bonus").is_visible()
    assert page.get_by_text("No month has been closed yet.").is_visible()
    # The account, wrong at first.
    page.get_by_role("link", name="Give an account").click()
    page.get_by_label("Account number (IBAN)").fill("FI21 1234 5600 0007 86")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("This is no account number.").is_visible()
    complaints.clear()  # the browser's note of the 422
    page.get_by_label("Account number (IBAN)").fill("FI21 1234 5600 0007 85")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").get_by_text("Saved.").is_visible()
    # The ended month is closed, explained and paid.
    list(close(MONTH, acting="test"))
    page.reload()
    page.get_by_role("link", name="March 2026").click()
    reckoned = page.get_by_role("region", name="How it is worked out")
    for said in ("Bonus purchases", "€280.00", "Bonus 1.5%", "€4.20", "Payment-method benefit 0.5%", "€1.40", "€5.60"):
        assert reckoned.get_by_text(said).first.is_visible(), said
    assert page.get_by_role("region", name="Posted to the household").get_by_text("€5.60").is_visible()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Bonus statement (PDF)").click()
    assert begun.value.suggested_filename == "bonus-statement.pdf"
    pay_out(MONTH, from_iban="FI7944052020036082", acting="test")
    page.get_by_role("main").get_by_role("link", name="Bonus", exact=True).click()
    owed = page.get_by_role("region", name="Owed to the household")
    assert owed.get_by_text("€0.00").is_visible()
    assert re.search(r"March 2026\s+€5\.60\s+Paid on", owed.inner_text())


@pytest.mark.parametrize("place", [0, 1], ids=["main member", "member"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_face_is_accessible_and_fits(address, page, home, inspect, place, language):
    enter(page, address, home.persons[place], language)
    addresses = ["/bonus/", "/bonus/month/?year=2026&month=3"] + ([] if place else ["/bonus/account/"])
    for each in addresses:
        assert page.goto(each).status == 200
        for folded in page.locator("main details > summary").all():
            folded.click()
        inspect(page)


def test_a_wrong_account_is_told_accessibly(address, page, home, inspect, complaints):
    enter(page, address, home.persons[0])
    page.goto("/bonus/account/")
    page.get_by_label("Account number (IBAN)").fill("nothing")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Account number (IBAN)").get_attribute("aria-invalid") == "true"
    complaints.clear()  # the browser's note of the 422
    inspect(page)
