"""How many extracts were served without staff, for those who run the register (R14)."""

import pytest

import browsing
import building
import staffing
from looking import own_look
from tarkka.vocabulary import Role


@pytest.fixture
def served(site):
    from tarkka.rights.actions import record_download
    from tarkka.rights.queries import extracts_made
    from tarkka.web import extracts

    with own_look(building.a_household(1).persons[0]):
        record_download()
    extracts._served_in.cache_clear()
    made = extracts_made()
    return max(made), made[max(made)]


def test_operators_see_what_self_service_spared(served):
    client = staffing.signed_in(staffing.an_account(Role.REGISTER_ADMINISTRATOR))
    client.cookies["tarkka_language"] = "en"
    year, made = served
    online, paper = made["online"], made["paper"]
    said = browsing.words(client.get("/console/extracts/"))
    assert f"{year} {online:,} {paper:,} {online / (online + paper):.0%}" in said
