"""Recalls in the portal: told on every page of one's own until read, whatever one objected to (R19)."""

import runpy
from datetime import date
from pathlib import Path

import pytest

import browsing
import building
import recalling
from tarkka.vocabulary import Objection, Place

ADDRESSES = runpy.run_path(str(Path(__file__).parents[1] / "site" / "test_addresses.py"))
OWN_PAGES = sorted(
    {
        address
        for (name, method, address), (anonymous, owner, _) in ADDRESSES["ADDRESSES"].items()
        if method == "get" and owner == 200 and anonymous == ADDRESSES["SIGN_IN"] and not name.startswith("recall")
    }
)
BANNER = "Dangerous product: Milk en."
NO_PAGES = ("/card/copy/",)
"""What is kept on the phone, and says only what the card has."""


@pytest.fixture
def home(site):
    return building.a_household(2)


def told(person, address="/recalls/"):
    return browsing.words(browsing.signed_in(person).get(address))


def acknowledged(recall_id):
    with building.administrator() as admin:
        rows = admin.execute("SELECT person_id FROM recall_acknowledgement WHERE recall_id = %s", [recall_id])
        return [person for (person,) in rows.fetchall()]


def test_every_page_of_ones_own_tells_of_it_until_it_is_read(home):
    building.take_three_levels(building.a_source(), home.cards[0])
    person = home.persons[0]
    client = browsing.signed_in(person)
    receipt = client.get("/purchases/").content.decode().split('href="/purchases/')
    receipt = next(each.split("/")[0] for each in receipt if each.split("/")[0].isdigit())
    recall_id = recalling.a_recall_of(person)

    def pages():
        for address in OWN_PAGES:
            answer = client.get(address.format(receipt=receipt))
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and address not in NO_PAGES:
                yield address, BANNER in browsing.words(answer)

    seen = dict(pages())
    assert len(seen) > 15
    assert [address for address, is_told in seen.items() if not is_told] == []
    assert client.post(f"/recalls/{recall_id}/read/").status_code == 302
    assert [address for address, is_told in pages() if is_told] == []


def test_nobody_else_is_told(home):
    recall_id = recalling.a_recall_of(home.persons[0])
    for person in (home.persons[1], building.a_household(1).persons[0]):
        client = browsing.signed_in(person)
        assert "Dangerous" not in browsing.words(client.get("/home/"))
        assert "No recall concerns you" in browsing.words(client.get("/recalls/"))
        assert client.get(f"/recalls/{recall_id}/").status_code == 404
        assert client.post(f"/recalls/{recall_id}/read/").status_code == 404
    assert acknowledged(recall_id) == []


def test_reading_is_said_once_however_often_it_is_sent(home):
    [person, _] = home.persons
    recall_id = recalling.a_recall_of(person)
    client = browsing.signed_in(person)
    for _ in range(2):
        answer = client.post(f"/recalls/{recall_id}/read/", follow=True)
        assert "We know now that you have read the notice" in browsing.words(answer)
    assert acknowledged(recall_id) == [person]
    said = browsing.words(client.get(f"/recalls/{recall_id}/"))
    assert "You told us on" in said
    assert "I have read this" not in said


def test_reading_is_said_by_the_persons_own_page_alone(home):
    [person, _] = home.persons
    recall_id = recalling.a_recall_of(person)
    browsing.offer(person)
    client = browsing.anonymous(enforce_csrf_checks=True)
    page = client.get("/sign-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert client.post("/sign-in/", {"person": person, "csrfmiddlewaretoken": token}).status_code == 302
    assert client.post(f"/recalls/{recall_id}/read/").status_code == 403
    assert acknowledged(recall_id) == []


def test_who_objected_to_everything_reads_the_whole_notice_and_why(home):
    from tarkka.people.actions import customer, make_objection
    from tarkka.recalls.tracing import trace_recall

    [person, _] = home.persons
    for objection in Objection:
        make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    building.take(building.a_source(), [building.a_receipt(card=home.cards[0])])
    recall_id = recalling.a_recall()
    trace_recall(recall_id)
    said = told(person, f"/recalls/{recall_id}/")
    for part in (
        "Recall of a dangerous food",
        "06408430000135",
        "Hazard Listeria",
        "What to do A",
        "What you get B",
        "010 1234",
        "If you gave the product to somebody else, tell them too.",
        "you bought the product on this purchase",
        "Your choices do not stop this notice.",
        "Your purchases were looked at for this recall on",
    ):
        assert part in said, said
    client = browsing.signed_in(person)
    page = client.get(f"/recalls/{recall_id}/").content.decode()
    receipt = page.split('href="/purchases/')[2].split("/")[0]
    assert client.get(f"/purchases/{receipt}/").status_code == 200
    looks = browsing.words(client.get("/looks/?purpose=recall"))
    assert f"Recall {recall_id}" in looks


def test_who_may_have_bought_it_reads_that_nobody_knows(home):
    from tarkka.purchases.actions import register_groups
    from tarkka.recalls.tracing import trace_recall

    register_groups([("cheese", "Juusto", "Ost", "Cheese")])
    [person, _] = home.persons
    receipt = building.a_receipt(card=home.cards[0], purchased_at=building.GROUP_TIME)
    receipt["lines"][0] |= {"group": "cheese"}
    building.take(building.a_source(), [receipt])
    days = {"first": date(2015, 1, 1), "last": date(2015, 12, 31)}
    recall_id = recalling.a_recall(groups=("cheese",), **days)
    trace_recall(recall_id)
    assert "You may have bought it." in told(person, "/home/")
    assert "We do not know for sure" in told(person, f"/recalls/{recall_id}/")


def test_an_ended_recall_is_kept_in_the_list_and_urges_nobody(home):
    from tarkka.recalls.actions import end_recall

    [person, _] = home.persons
    recall_id = recalling.a_recall_of(person)
    end_recall(recall_id, reason="Everybody was told", acting=recalling.an_officer())
    assert BANNER not in told(person, "/home/")
    assert "Milk en Ended" in told(person)
    assert "Ended on" in told(person, f"/recalls/{recall_id}/")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fi", "Vaarallisen elintarvikkeen takaisinveto"),
        ("sv", "Återkallelse av ett farligt livsmedel"),
        ("en", "Recall of a dangerous food"),
    ],
)
def test_the_notice_is_in_the_readers_language(home, language, title):
    recall_id = recalling.a_recall_of(home.persons[0])
    answer = browsing.signed_in(home.persons[0], language=language).get(f"/recalls/{recall_id}/")
    assert f"{title}" in browsing.words(answer)
    assert f"Milk {language}" in browsing.words(answer)


def test_everybody_reads_the_running_recalls_without_signing_in(site):
    from tarkka.recalls.actions import draft_recall, end_recall

    running = recalling.a_recall(words=recalling.words(product="Running milk"))
    ended = recalling.a_recall(words=recalling.words(product="Ended milk"))
    end_recall(ended, reason="Over", acting=recalling.an_officer())
    draft_recall(recalling.a_draft(words=recalling.words(product="Drafted milk")), acting=recalling.an_officer())
    answer = browsing.anonymous(HTTP_ACCEPT_LANGUAGE="en").get("/recalls/public/")
    said = browsing.words(answer)
    assert "Running milk" in said
    assert f'id="recall-{running}"' in answer.content.decode()
    assert "Ended milk" not in said
    assert "Drafted milk" not in said
    assert "check for yourself" in said
