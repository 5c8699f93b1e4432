"""The pages for what went wrong: in the reader's language, and never a page that leads to an empty one."""

import re
from html import unescape

import pytest
from tests.site.test_addresses import ADDRESSES

import browsing
import building
import staffing
from tarkka.vocabulary import Role

FORMS_ONLY = sorted({address for (_, method, address), told in ADDRESSES.items() if (method, told[0]) == ("get", 405)})
TITLES = {
    "fi": "Sivua ei voi avata näin",
    "sv": "Sidan kan inte öppnas så här",
    "en": "This page cannot be opened this way",
}


@pytest.fixture(scope="module")
def household(site):
    return building.a_household(1)


def in_finnish(client, answer):
    """Choose Finnish on a page as its form does, and return what that leads to."""
    [wanted] = re.findall(r'name="next" value="([^"]*)"', answer.content.decode())
    client.handler.enforce_csrf_checks = False
    chosen = client.post("/language/", {"language": "fi", "next": unescape(wanted)})
    assert chosen.status_code == 302
    return chosen["Location"], client.get(chosen["Location"])


@pytest.mark.parametrize(
    ("address", "status", "came_from"),
    [
        ("/my-data/requests/", 400, "/my-data/"),
        ("/my-data/paper/", 422, "/my-data/"),
        ("/details/wish/", 400, "/details/"),
        ("/details/language/", 400, "/details/"),
    ],
)
def test_a_language_chosen_after_a_form_leads_to_a_page_that_can_be_read(household, address, status, came_from):
    client = browsing.signed_in(household.persons[0])
    answer = client.post(address, HTTP_REFERER=f"http://localhost{came_from}")
    assert answer.status_code == status
    reached, page = in_finnish(client, answer)
    assert (reached, page.status_code) == (came_from, 200)
    assert '<html lang="fi">' in page.content.decode()


@pytest.mark.parametrize(("address", "status"), [("/details/contact/email/?a=b", 422), ("/spending/?year=2024", 405)])
def test_one_chosen_where_the_address_can_be_read_stays_there(household, address, status):
    client = browsing.signed_in(household.persons[0])
    answer = client.post(address, HTTP_REFERER="http://localhost/home/")
    assert answer.status_code == status
    reached, page = in_finnish(client, answer)
    assert (reached, page.status_code) == (address, 200)


@pytest.mark.parametrize("address", ["/sign-out/", "/language/", "/console/sign-out/", "/console/cases/1/close/"])
@pytest.mark.parametrize(
    ("came_from", "expected"),
    [({}, "/"), ({"HTTP_REFERER": "http://localhost/description/"}, "/description/")],
    ids=["no page told", "page told"],
)
def test_so_does_one_chosen_where_a_form_has_expired(household, address, came_from, expected):
    client = browsing.anonymous(enforce_csrf_checks=True)
    answer = client.post(address, **came_from)
    assert answer.status_code == 403
    reached, page = in_finnish(client, answer)
    assert (reached, page.status_code) == (expected, 200)


def test_a_page_for_another_host_can_be_written_after_a_form_too(site):
    answer = browsing.anonymous(raise_request_exception=False).post("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("address", FORMS_ONLY)
def test_an_address_that_takes_forms_only_says_so_on_a_page(household, address):
    client = browsing.signed_in(household.persons[0])
    answer = client.get(address.format(recall=1))
    assert (answer.status_code, answer["Allow"], answer["Cache-Control"]) == (405, "POST", "no-store")
    assert f"<title>{TITLES['en']} · Tarkka</title>" in answer.content.decode()
    reached, page = in_finnish(client, answer)
    assert (reached, page.status_code) == (address.format(recall=1), 405)
    assert TITLES["fi"] in browsing.words(page)


EVERYONES = ("/", "/description/", "/nowhere/", "/console/nowhere/", "/sign-out/")


@pytest.mark.parametrize(
    ("who", "first", "addresses"),
    [
        ("customer", "/home/", ("/home/", "/looks/", *EVERYONES)),
        ("staff", "/console/", ("/console/", "/console/account/", *EVERYONES)),
        ("nobody", "/", EVERYONES),
    ],
)
def test_every_page_leads_to_the_first_one_of_whoever_is_signed_in(household, who, first, addresses):
    client = browsing.anonymous()
    if who == "customer":
        client = browsing.signed_in(household.persons[0])
    elif who == "staff":
        client = staffing.signed_in(staffing.an_account(Role.CUSTOMER_SERVICE))
    for address in addresses:
        page = client.get(address).content.decode()
        assert re.findall('<a class="brand[^"]*" href="([^"]*)"', page) == [first], address
        assert set(re.findall('<section class="empty">.*?href="([^"]*)"', page, re.DOTALL)) <= {first}, address


@pytest.mark.parametrize("language", TITLES)
def test_it_does_so_in_each_language(site, language):
    answer = browsing.anonymous().get("/sign-out/", HTTP_ACCEPT_LANGUAGE=language)
    assert TITLES[language] in browsing.words(answer)
    assert answer["Content-Language"] == language


def test_programs_are_told_in_json_as_before(site):
    answer = browsing.anonymous().get("/api/v1/receipts")
    assert (answer.status_code, answer["Allow"], answer.json()["error"]) == (405, "POST", "wrong_method")
