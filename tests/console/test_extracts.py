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


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.AUTOMATIC, Role.CUSTOMER)])
def test_operators_see_what_self_service_spared_and_nobody_else_does(served, role):
    client = staffing.signed_in(staffing.an_account(role))
    client.cookies["tarkka_language"] = "en"
    answer = client.get("/console/extracts/")
    if role not in (Role.REGISTER_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER):
        assert answer.status_code == 403
        return
    year, made = served
    online, paper = made["online"], made["paper"]
    assert f"{year} {online:,} {paper:,} {online / (online + paper):.0%}" in browsing.words(answer)
