"""How many extracts were served: the figures that the register holds, for whoever asks (R14)."""

import pytest

import browsing
import building


@pytest.mark.usefixtures("site")
def test_the_page_tells_what_was_served_and_how_much_of_it_without_staff():
    from looking import own_look
    from tarkka.rights.actions import record_download
    from tarkka.rights.queries import extracts_made
    from tarkka.web import extracts

    person = building.a_household(1).persons[0]
    before = extracts_made()
    for _ in range(2):
        with own_look(person):
            record_download()
    made = extracts_made()
    year = max(made)
    assert made[year]["online"] == before.get(year, {"online": 0})["online"] + 2
    extracts._served_in.cache_clear()
    said = browsing.words(browsing.anonymous().get("/extracts/", headers={"accept-language": "en"}))
    online, paper = made[year]["online"], made[year]["paper"]
    assert f"{year} {online:,} {paper:,} {online / (online + paper):.0%}" in said
