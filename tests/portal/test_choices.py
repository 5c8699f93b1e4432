"""My choices in the portal: asked in two named answers, in force at once, told as they are (R15–R18)."""

import re
import time
from contextlib import contextmanager
from html import unescape

import pytest

import browsing
import building
from looking import issue, login, own_look, rows, seen
from recalling import a_recall
from tarkka import access
from tarkka.people.actions import customer, make_objection, withdraw_objection
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose, Role, SubjectKind

A, B = Objection
CHOSEN = {"none": (), "A": (A,), "B": (B,), "A+B": (A, B)}
# Purpose → the level that is left under no objection, A, B, A and B (rulings: Objections).
RULINGS = {
    Purpose.OWN_DATA: "Products Products Products Products",
    Purpose.HOUSEHOLD_VIEW: "Total Total Total Total",
    Purpose.BONUS: "Total Total Total Total",
    Purpose.SERVICES: "Products Products Groups Groups",
    Purpose.MARKETING: "Products Total Groups Total",
    Purpose.RECALL: "Products Products Products Products",
    Purpose.STATISTICS: "Products Products Products Products",
    Purpose.CUSTOMER_SERVICE: "Products Products Groups Groups",
    Purpose.REGISTER_UPKEEP: "Total Total Total Total",
    Purpose.SUPERVISION: "Total Total Total Total",
}
WORDS = {"Total": Level.TOTAL, "Groups": Level.GROUP, "Products": Level.PRODUCT}


@pytest.fixture
def household(site):
    """A household of one with a receipt at each level."""
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    return household


@pytest.fixture
def me(household):
    return household.persons[0]


@pytest.fixture
def client(me):
    return browsing.signed_in(me)


def chosen_by(person):
    """Return a person's objections, the newest first."""
    from tarkka.people.queries import read_choices

    with own_look(person):
        return read_choices()


def version(client) -> str:
    return re.search(r'name="version" value="(\d+)"', client.get("/choices/").content.decode())[1]


def answer(client, objection, answer, **changes):
    fields = {"objection": objection.value, "answer": answer, "version": version(client)} | changes
    return client.post("/choices/", fields)


def allow(client, objection):
    return client.post(f"/choices/allow/{objection}/", {"version": version(client)})


def in_force(person) -> set[Objection]:
    return {choice.kind for choice in chosen_by(person) if choice.withdrawn_at is None}


def let_sign_in_grow_old(client) -> None:
    session = client.session
    session["authenticated_at"] = int(time.time()) - 24 * 60 * 60
    session.save()


def checked(client) -> list[str]:
    """The answers that the page marks as given, A's and B's."""
    page = client.get("/choices/").content.decode()
    return [
        (unescape(label))
        for label in re.findall(r'<input type="radio" name="answer" value="\w+" checked>([^<]+)</label>', page)
    ]


@contextmanager
def look_for(purpose, person):
    """Open the door for a purpose as whoever may use it on one person, or on the group that they are in."""
    of = {
        Purpose.OWN_DATA: (Role.CUSTOMER, str(person), access.person(person)),
        Purpose.SERVICES: (Role.AUTOMATIC, "test", access.person(person)),
        Purpose.REGISTER_UPKEEP: (Role.AUTOMATIC, "test", access.person(person)),
        Purpose.MARKETING: (Role.AUTOMATIC, "test", access.Subject(SubjectKind.AUDIENCE)),
        Purpose.RECALL: (Role.AUTOMATIC, "test", access.Subject(SubjectKind.TRACE)),
        Purpose.STATISTICS: (Role.AUTOMATIC, "test", access.Subject(SubjectKind.TRACE)),
    }
    role, actor, subject = of[purpose]
    case = str(a_recall()) if purpose is Purpose.RECALL else None
    with access.opened(role=role, actor=actor, purpose=purpose, subject=subject, case_ref=case) as look:
        yield look
        if subject.id is None:
            look.cover([person])


def finest(purpose, person) -> Level:
    """The finest level at which the person's purchases are seen for a purpose."""
    with look_for(purpose, person) as look:
        of_views = "audience." if look.subject.kind is SubjectKind.AUDIENCE else ""
        tables = {Level.TOTAL: "receipt", Level.GROUP: "receipt_group", Level.PRODUCT: "receipt_line"}
        return max(
            level
            for level, table in tables.items()
            if rows(f"SELECT count(*) FROM {of_views}{table} WHERE purchaser_id = %s", person) != [(0,)]
        )


def test_each_question_is_asked_with_what_its_answer_changes_and_what_it_does_not(client):
    from tarkka.web.pages import described

    text = browsing.words(client.get("/choices/"))
    for rule in described().objection.values():
        for told in (rule.topic, rule.question, *rule.changes, *rule.keeps):
            assert " ".join(told.en.split()) in text
    assert text.count("If you forbid it") == 2
    assert text.count("What does not change") == 2
    assert checked(client) == ["May be used", "May be used"]


@pytest.mark.parametrize("objection", Objection)
def test_a_choice_is_made_here_and_told(client, me, objection):
    saved = answer(client, objection, "may_not")
    assert (saved.status_code, saved["Location"]) == (302, f"/choices/?saved={objection}")
    assert in_force(me) == {objection}
    page = client.get(saved["Location"])
    assert re.search(r'role="status">.*?Saved\.', page.content.decode(), re.DOTALL)
    text = browsing.words(page)
    assert re.search(r"Saved\. [\w -]+: May not be used\. The choice is in force now\.", text)
    assert text.count("What has changed") == 1
    assert checked(client) == ["May not be used" if each is objection else "May be used" for each in Objection]
    [choice] = chosen_by(me)
    assert (choice.made_place, choice.made_version) == (Place.PORTAL, int(version(client)))


def test_the_two_choices_are_independent(client, me):
    for change, expected in (
        (lambda: answer(client, A, "may_not"), {A}),
        (lambda: answer(client, B, "may_not"), {A, B}),
        (lambda: allow(client, A), {B}),
        (lambda: answer(client, A, "may_not"), {A, B}),
        (lambda: allow(client, B), {A}),
        (lambda: allow(client, A), set()),
    ):
        assert change().status_code == 302
        assert in_force(me) == expected


def test_a_form_sent_twice_is_one_choice(client, me):
    assert answer(client, A, "may_not")["Location"] == answer(client, A, "may_not")["Location"]
    assert allow(client, A)["Location"] == allow(client, A)["Location"] == "/choices/?saved=A"
    assert len(chosen_by(me)) == 1


def test_allowing_again_asks_once_more_and_says_what_it_changes(client, me):
    answer(client, A, "may_not")
    answer(client, B, "may_not")
    asked = answer(client, B, "may")
    assert asked["Location"] == "/choices/allow/B/"
    assert in_force(me) == {A, B}
    text = browsing.words(client.get("/choices/allow/B/"))
    # A still holds marketing at the total, so allowing B changes nothing there.
    assert "Services made of purchase data Groups Products" in text
    assert "Customer service Groups Products" in text
    assert "Marketing" not in text
    assert browsing.words(client.get(allow(client, B)["Location"])).count("May be used. The choice is in force") == 1
    assert in_force(me) == {A}


def test_allowing_needs_a_fresh_sign_in_and_forbidding_does_not(client, me):
    let_sign_in_grow_old(client)
    assert answer(client, B, "may_not")["Location"] == "/choices/?saved=B"
    for ask in (client.get, lambda address: client.post(address, {"version": version(client)})):
        sent = ask("/choices/allow/B/")
        assert sent.status_code == 302
        assert sent["Location"].startswith("/sign-in/?")
        assert "afresh=1" in sent["Location"]
        assert in_force(me) == {B}


def test_nothing_to_allow_leads_back(client):
    assert client.get("/choices/allow/A/")["Location"] == "/choices/"


def test_words_that_changed_meanwhile_are_shown_again_before_anything_is_chosen(client, me):
    assert answer(client, A, "may_not", version="1")["Location"] == "/choices/?anew=1"
    assert in_force(me) == set()
    assert "Your choice was not saved yet." in browsing.words(client.get("/choices/?anew=1"))
    answer(client, A, "may_not")
    assert client.post("/choices/allow/A/", {"version": "1"})["Location"] == "/choices/?anew=1"
    assert in_force(me) == {A}


@pytest.mark.parametrize(
    "fields", [{"objection": "C"}, {"objection": ""}, {"answer": "maybe"}, {"answer": ""}], ids=str
)
def test_an_answer_to_no_question_is_refused(client, me, fields):
    assert client.post("/choices/", {"objection": "A", "answer": "may_not", "version": "2"} | fields).status_code == 400
    assert in_force(me) == set()


@pytest.mark.parametrize("query", ["", "?saved=", "?saved=C", "?saved=%3Cb%3E"])
def test_no_message_is_shown_that_nobody_earned(client, query):
    page = client.get(f"/choices/{query}")
    assert page.status_code == 200
    assert 'role="status"' not in page.content.decode()


def test_a_choice_revokes_a_look_under_way_and_holds_from_the_next_read(client, me):
    with login() as connection:
        secret = issue(connection, me, purpose="services")
        assert seen(connection, secret, table="receipt_line") == 2
        answer(client, B, "may_not")
        assert seen(connection, secret) == 0
        with building.administrator() as admin:
            left = admin.execute("SELECT count(*) FROM access_ticket WHERE pid = %s", [connection.info.backend_pid])
            assert left.fetchall() == [(0,)]
        again = issue(connection, me, purpose="services")
        assert (seen(connection, again, table="receipt_group"), seen(connection, again, table="receipt_line")) == (4, 0)
    assert finest(Purpose.MARKETING, me) is Level.GROUP
    answer(client, A, "may_not")
    assert finest(Purpose.MARKETING, me) is Level.TOTAL
    allow(client, A)
    allow(client, B)
    assert (finest(Purpose.MARKETING, me), finest(Purpose.SERVICES, me)) == (Level.PRODUCT, Level.PRODUCT)


@pytest.mark.parametrize("chosen", CHOSEN)
def test_the_levels_that_are_left_are_those_of_the_rulings_on_the_page_and_at_the_door(client, me, chosen):
    from tarkka.web.pages import described

    for objection in CHOSEN[chosen]:
        answer(client, objection, "may_not")
    text = browsing.words(client.get("/choices/"))
    told = text[text.index("Purpose Level") : text.index("Earlier choices")]
    for purpose, cells in RULINGS.items():
        word = cells.split()[list(CHOSEN).index(chosen)]
        if purpose is Purpose.CUSTOMER_SERVICE:
            under_b = "Groups" if B in CHOSEN[chosen] else "Products"
            lowered = " Lowered by your choice" if B in CHOSEN[chosen] else ""
            names = [rule.name.en for rule in described().situation.values() if "purchases" in rule.shows]
            left = ("Total", under_b, "Products", under_b)
            situations = " ".join(map(" ".join, zip(names, left, strict=True)))
            assert f"Customer service {word}{lowered} {situations}" in told
        else:
            is_lowered = word != cells.split()[0]
            expected = f"{described().purpose[purpose].name.en} {word}"
            assert expected in told
            assert (f"{expected} Lowered by your choice" in told) is is_lowered
        if purpose in (Purpose.OWN_DATA, Purpose.SERVICES, Purpose.MARKETING, Purpose.RECALL, Purpose.STATISTICS):
            assert finest(purpose, me) is WORDS[word], purpose


def test_earlier_choices_tell_when_what_where_and_under_which_words(client, me):
    make_objection(me, A, place=Place.PHONE, acting=customer(me))
    withdraw_objection(me, A, place=Place.DESK, acting=customer(me))
    answer(client, B, "may_not")
    text = browsing.words(client.get("/choices/"))
    table = text[text.index("Earlier choices When") :]
    expected = [
        "Customer-specific services: May not be used The portal version 2",
        "Targeting of marketing and communication: May be used Service desk version 2",
        "Targeting of marketing and communication: May not be used Co-op member service version 2",
    ]
    places = [table.index(each) for each in expected]
    assert places == sorted(places)


def test_somebody_elses_choice_is_not_mine(site):
    household = building.a_household(2)
    first, second = (browsing.signed_in(person) for person in household.persons)
    answer(first, A, "may_not")
    assert checked(second) == ["May be used", "May be used"]
    assert "You have not forbidden anything yet." in browsing.words(second.get("/choices/"))


def test_a_form_from_elsewhere_chooses_nothing(client, me):
    from django.conf import settings

    other = browsing.anonymous(enforce_csrf_checks=True)
    other.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    sent = other.post("/choices/", {"objection": "A", "answer": "may_not", "version": version(client)})
    assert sent.status_code == 403
    assert in_force(me) == set()


@pytest.mark.parametrize("language", list(Language))
def test_the_page_speaks_the_chosen_language(me, language):
    client = browsing.signed_in(me, language=language)
    make_objection(me, A, place=Place.PHONE, acting=customer(me))
    for address in ("/choices/?saved=A", "/choices/?anew=1", "/choices/allow/A/"):
        assert not re.search(r"\bchoices\.\w+", browsing.words(client.get(address))), address


def test_a_choice_that_the_door_refuses_is_forbidden(client, me, monkeypatch):
    fields = {"objection": "A", "answer": "may_not", "version": version(client)}
    opened = access.opened
    monkeypatch.setattr(access, "opened", lambda **asked: opened(**asked | {"purpose": Purpose.MARKETING}))
    assert client.post("/choices/", fields).status_code == 403
    monkeypatch.undo()
    assert in_force(me) == set()
