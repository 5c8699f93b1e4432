"""What a phone shows more briefly than a desk, at the width of most phones."""

import pytest

import browsing
import building
from tarkka.vocabulary import Language

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def buyer(site) -> int:
    """Somebody who bought one loaf, two cartons and some fish, now and then."""
    household, source = building.a_household(1), building.a_source()
    lines = [
        {"line": number, "gtin": "6408430000135", "name": name, "group": "dairy", "quantity": quantity, "unit": unit,
         "amount": amount}
        for number, (name, quantity, unit, amount) in enumerate(
            [("Loaf", "1", "pcs", "2.00"), ("Milk", "2", "pcs", "3.00"), ("Fish", "1", "kg", "9.00")], start=1
        )
    ]  # fmt: skip
    bought = building.a_receipt(card=household.cards[0], lines=lines, total="14.00", payments=[])
    assert [verdict.status for verdict in building.take(source, [bought])] == ["accepted"]
    return household.persons[0]


def sign_in(page, person: int) -> None:
    browsing.offer(person)
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {person}").click()
    page.wait_for_url("**/home/")


def test_a_single_piece_needs_no_number_under_it(page, buyer, inspect):
    sign_in(page, buyer)
    page.goto("/purchases/")
    page.locator("main a.row").first.click()
    page.wait_for_url("**/purchases/*/**")
    rows = page.get_by_role("table").first.locator("tbody tr")
    said = rows.get_by_role("cell").all_inner_texts()
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        heights = [box["height"] for row in rows.all() if (box := row.bounding_box())]
        assert (heights[0] < heights[1] - 10) is (size is PHONE)
        assert heights[1] == heights[2]
        assert rows.get_by_role("cell").all_inner_texts() == said
        assert said[0].strip() == "1"
    inspect(page)


@pytest.mark.parametrize("language", list(Language))
def test_the_ways_to_divide_spending_stand_on_one_line(page, address, buyer, language):
    sign_in(page, buyer)
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])
    page.set_viewport_size(PHONE)
    page.goto("/spending/?year=2024")
    links = page.locator("section:has(#parts) .tabs a")
    assert links.count() == 3
    assert len({link.bounding_box()["y"] for link in links.all()}) == 1
    page.set_viewport_size({"width": 320, "height": 700})
    browsing.wait_until(page, "document.documentElement.scrollWidth === 320")
