"""My details: what is shown and not, what is changed and by whom, and what a wrong answer is told."""

import re

import pytest
from django import conf

import browsing
import building
from looking import latest_events, own_look
from storing import rows


@pytest.fixture
def home(site):
    return building.a_household(1)


@pytest.fixture
def owner(home):
    return browsing.signed_in(home.persons[0])


def contacts(person_id):
    found = rows("SELECT kind, for_safety_only, value FROM contact WHERE person_id = %s", person_id)
    return {(kind, for_safety_only): value for kind, for_safety_only, value in found}


def in_force(person_id):
    return rows("SELECT purpose, kind FROM wish WHERE person_id = %s AND ended_at IS NULL", person_id)


def test_page_shows_name_contacts_and_language_and_no_identity_code(owner, home):
    page = owner.get("/details/")
    said = browsing.words(page)
    assert "Given0 Family" in said
    assert f"{home.cards[0]}@example.org" in said
    assert "Kept encrypted" in said
    sealed = rows("SELECT identity_sealed, identity_hash FROM person WHERE id = %s", home.persons[0])[0]
    assert not any(bytes(each).hex() in page.content.decode() for each in sealed)
    assert not re.search(r"\d{6}[-+A-FU-Y]\d{3}", said)
    assert 'lang="fi" aria-pressed="true"' in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_contact_is_changed_and_the_page_says_so(owner, home):
    answer = owner.post("/details/contact/email/", {"act": "save", "value": " new@example.org "})
    assert (answer.status_code, answer["Location"]) == (302, "/details/?done=saved")
    said = browsing.words(owner.get(answer["Location"]))
    assert "Saved. In use at once." in said
    assert "new@example.org" in said
    assert contacts(home.persons[0]) == {("email", False): "new@example.org"}


def test_posting_twice_leaves_one(owner, home):
    for _ in range(2):
        owner.post("/details/contact/phone/", {"act": "save", "value": "040 1234567"})
    for _ in range(2):
        assert owner.post("/details/contact/email/", {"act": "remove"})["Location"] == "/details/?done=removed"
    assert contacts(home.persons[0]) == {("phone", False): "+358401234567"}


@pytest.mark.parametrize("place", ["contact", "safety"])
@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("email", "new@@example", "This is no e-mail address."),
        ("email", "", "Write it first."),
        ("phone", "12<34", "This is no phone number."),
        ("post", "Katu 1 & pihakatu", "Something is missing from the address."),
        ("post", "x" * 400, "This is too long."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_the_answer_kept(owner, home, place, kind, value, told):
    before = contacts(home.persons[0])
    answer = owner.post(f"/details/{place}/{kind}/", {"act": "save", "value": value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in browsing.words(answer)
    assert 'aria-describedby="hint wrong" aria-invalid="true"' in page
    assert page.index('id="wrong"') < page.index('aria-invalid="true"')
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    assert (f">{escaped}</textarea>" if kind == "post" else f'value="{escaped}"') in page
    assert "<title>Error: " in page
    assert contacts(home.persons[0]) == before


def test_contact_for_safety_stands_apart(owner, home):
    owner.post("/details/safety/email/", {"act": "save", "value": "safe@example.org"})
    page = owner.get("/details/").content.decode()
    ways, safety = page.split('id="safety"')
    assert "safe@example.org" in safety
    assert "safe@example.org" not in ways
    owner.post("/details/safety/email/", {"act": "remove"})
    assert contacts(home.persons[0]) == {("email", False): f"{home.cards[0]}@example.org"}


def test_receipts_by_email_are_off_until_they_are_wished_for(owner, home):
    page = owner.get("/details/").content.decode()
    assert page.count('value="no" aria-pressed="true"') == 2, "receipts and offers by e-mail"
    assert 'value="yes" aria-pressed="true"' not in page
    for _ in range(2):
        answer = owner.post("/details/wish/", {"wish": "services-email", "answer": "yes"})
        assert answer["Location"] == "/details/?done=wish"
    assert in_force(home.persons[0]) == [("services", "email")]
    page = owner.get(answer["Location"])
    assert page.content.decode().count('value="yes" aria-pressed="true"') == 1
    assert "Asked for on " in browsing.words(page)
    owner.post("/details/wish/", {"wish": "services-email", "answer": "no"})
    assert in_force(home.persons[0]) == []


def test_what_needs_a_contact_leads_to_it(owner, home):
    owner.post("/details/wish/", {"wish": "services-email", "answer": "yes"})
    assert "What you asked to be sent this way ends with it" in browsing.words(owner.get("/details/contact/email/"))
    owner.post("/details/contact/email/", {"act": "remove"})
    assert in_force(home.persons[0]) == []
    page = owner.get("/details/").content.decode()
    assert 'class="btn" href="/details/contact/email/"' in page
    answer = owner.post("/details/wish/", {"wish": "services-email", "answer": "yes"})
    assert answer["Location"] == "/details/contact/email/"
    assert in_force(home.persons[0]) == []


@pytest.mark.parametrize(
    "form", [{}, {"wish": "services-email"}, {"wish": "recall-email", "answer": "no"}, {"answer": "yes"}]
)
def test_wish_that_is_none_is_refused(owner, home, form):
    assert owner.post("/details/wish/", form).status_code == 400
    assert in_force(home.persons[0]) == []


def test_refused_receipt_is_told(owner, home):
    owner.post("/details/wish/", {"wish": "services-email", "answer": "yes"})
    with building.administrator() as admin:
        admin.execute(
            "INSERT INTO sent_receipt (person_id, receipt_id, is_refused) VALUES (%s, 1, true)", [home.persons[0]]
        )
    assert "your mail server refused it" in browsing.words(owner.get("/details/"))


def test_language_is_changed_for_pages_too(owner, home):
    answer = owner.post("/details/language/", {"language": "sv"})
    assert answer["Location"] == "/details/?done=language"
    assert answer.cookies[conf.settings.LANGUAGE_COOKIE_NAME]["max-age"] == 0
    page = owner.get(answer["Location"])
    assert '<html lang="sv">' in page.content.decode()
    assert "Språket är bytt." in browsing.words(page)
    assert rows("SELECT language FROM person WHERE id = %s", home.persons[0]) == [("sv",)]


def test_language_that_is_none_is_refused(owner, home):
    assert owner.post("/details/language/", {"language": "de"}).status_code == 400
    assert rows("SELECT language FROM person WHERE id = %s", home.persons[0]) == [("fi",)]


def test_contact_demands_a_fresh_sign_in_and_the_page_does_not(owner, home):
    session = owner.session
    session["authenticated_at"] = session["authenticated_at"] - conf.settings.TARKKA_FRESH_LIMIT - 1
    session.save()
    assert owner.get("/details/").status_code == 200
    before = contacts(home.persons[0])
    for ask in (owner.get, owner.post):
        for address in ("/details/contact/email/", "/details/safety/email/"):
            answer = ask(address, {"act": "remove"})
            assert answer.status_code == 302
            assert answer["Location"].startswith("/sign-in/?")
            assert "afresh=1" in answer["Location"]
    assert contacts(home.persons[0]) == before


def test_each_changes_their_own(site):
    household = building.a_household(2)
    browsing.signed_in(household.persons[1]).post("/details/contact/email/", {"act": "remove"})
    assert contacts(household.persons[0]) == {("email", False): f"{household.cards[0]}@example.org"}
    assert contacts(household.persons[1]) == {}


def test_no_contact_is_in_an_address(owner):
    answer = owner.post("/details/contact/phone/", {"act": "save", "value": "040 1234567"})
    assert "1234567" not in answer["Location"]


def test_each_change_is_in_the_persons_trail(owner, home):
    with own_look(home.persons[0]):
        before = latest_events()[0].id
    owner.post("/details/contact/phone/", {"act": "save", "value": "040 1234567"})
    with own_look(home.persons[0]):
        assert [event.is_own for event in latest_events() if event.id > before] == [True, True]
