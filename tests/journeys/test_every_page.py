"""Every page in every language, light and dark, on a phone and on a desk: axe finds nothing, nothing overflows.

The pages are those of tests/site/test_addresses.py, so a page that is in no table fails there and is looked at here.
"""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import browsing
import building
import recalling
from tarkka.vocabulary import Language

ADDRESSES = runpy.run_path(str(Path(__file__).parents[1] / "site" / "test_addresses.py"))["ADDRESSES"]
ADDRESSES_OF_PAGES = sorted(
    {address for (_, method, address), (_, owner, _) in ADDRESSES.items() if method == "get" and owner == 200}
)


@pytest.fixture(scope="module")
def places(site) -> dict[str, Any]:
    """What the addresses have in them, of a person who has a receipt at each level."""
    building.a_program()
    household = building.a_household(2)
    building.take_three_levels(building.a_source(), household.cards[0])
    person = household.persons[0]
    client = browsing.signed_in(person)
    receipts = [part.split("/")[0] for part in client.get("/purchases/").content.decode().split('href="/purchases/')]
    receipts = [each for each in receipts if each.isdigit()]
    browsing.offer(person)
    with building.administrator() as admin:
        admin.execute(
            "INSERT INTO held_receipt_line SELECT *, 'request', 0 FROM receipt_line WHERE purchaser_id = %s", [person]
        )
    return {"person": person, "receipt": receipts[0], "receipts": receipts, "recall": recalling.a_recall_of(person)}


@pytest.fixture(scope="module")
def visitor(address, browser, places) -> Iterator[Any]:
    """The person's own browser window, signed in."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=f"Person {places['person']}").click()
    yield page
    context.close()


@pytest.mark.parametrize("language", [language.value for language in Language])
@pytest.mark.parametrize("asked", ADDRESSES_OF_PAGES)
def test_a_page_is_accessible_and_fits(address, visitor, places, inspect, asked, language):
    visitor.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])
    answer = visitor.context.request.head(asked.format(**places))
    if not answer.headers["content-type"].startswith("text/html"):
        return  # something to download: read in the tests of its own
    for each in places["receipts"] if "{receipt}" in asked else [None]:
        answer = visitor.goto(asked.format(**places | {"receipt": each}))
        assert answer.status == 200
        assert visitor.evaluate("document.documentElement.lang") == language
        inspect(visitor)
