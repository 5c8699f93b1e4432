"""My card: what it shows, the copy that a browser may keep, and when the browser is told to let it go."""

import re
from datetime import UTC, datetime, timedelta

import pytest

import browsing
import building
from acting import an_operator, new_number
from looking import latest_events

CLEAR = '"cache", "storage"'


@pytest.fixture
def home(site):
    return building.a_household(2)


@pytest.fixture
def owner(home):
    return browsing.signed_in(home.persons[0])


def closed(home, nth=0):
    from tarkka.people.actions import close_card

    close_card(home.persons[nth], home.cards[nth], at=datetime.now(UTC) - timedelta(hours=1), acting=an_operator())


def grouped(number):
    return " ".join(re.findall(".{1,4}", number))


@pytest.mark.parametrize("address", ["/card/", "/card/copy/"])
def test_open_card_is_shown_with_bars_number_and_name(owner, home, address):
    answer = owner.get(address)
    page = answer.content.decode()
    assert grouped(home.cards[0]) in page
    assert "Given0 Family" in browsing.words(answer)
    assert page.count('<svg class="barcode" role="img" aria-label="The card\'s barcode (Code 128)"') == 1
    assert 'fill="#fff"' in page
    assert home.cards[1] not in page
    assert grouped(home.cards[1]) not in page
    assert "no-store" in answer["Cache-Control"]


def test_several_cards_are_shown_one_at_a_time(owner, home):
    from tarkka.people.actions import open_card

    second = new_number()
    open_card(home.persons[0], second, since=datetime.now(UTC) - timedelta(days=1), acting=an_operator())
    page = owner.get("/card/").content.decode()
    assert re.findall(r'<details class="till" name="card"( open)?>', page) == [" open", ""]
    assert all(f"The card whose number ends in {card[-4:]}" in page for card in (second, home.cards[0]))


def test_card_that_is_closed_or_not_open_yet_is_not_shown(owner, home):
    from tarkka.people.actions import open_card

    later = new_number()
    open_card(home.persons[0], later, since=datetime.now(UTC) + timedelta(days=1), acting=an_operator())
    assert grouped(later) not in owner.get("/card/").content.decode()
    closed(home)
    answer = owner.get("/card/")
    assert "You have no open card" in browsing.words(answer)
    assert "barcode" not in answer.content.decode()
    assert 'data-of=""' in answer.content.decode()
    assert owner.get("/card/copy/").status_code == 404


def test_card_number_is_in_no_address(owner, home):
    page = owner.get("/card/").content.decode()
    for address in re.findall(r'(?:href|src|action|data-\w+)="([^"]*)"', page):
        assert home.cards[0] not in address
        assert home.cards[0][-4:] not in address.split(".")[0]


def test_copy_holds_nothing_of_the_session(owner):
    answer = owner.get("/card/copy/")
    page = answer.content.decode()
    assert "<form" not in page
    assert "csrf" not in page
    assert owner.cookies["tarkka_session"].value not in page


def test_copy_tells_whether_it_still_holds(owner, home):
    def fingerprint(address):
        [of] = re.findall(r'data-of="(\w+)"', owner.get(address).content.decode())
        return of

    first = fingerprint("/card/")
    assert first == fingerprint("/card/copy/")
    owner.cookies["tarkka_language"] = "sv"
    assert fingerprint("/card/") == fingerprint("/card/copy/") != first


def test_sign_out_makes_the_browser_forget(owner):
    owner.get("/card/copy/")
    answer = owner.post("/sign-out/")
    assert answer["Clear-Site-Data"] == CLEAR
    assert answer.cookies["tarkka_card"]["max-age"] == 0


def test_whoever_else_signs_in_makes_the_browser_forget_at_once(owner, home):
    owner.get("/card/copy/")
    browsing.offer(home.persons[1])
    answer = owner.post("/sign-in/", {"person": home.persons[1]})
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == CLEAR
    assert "Clear-Site-Data" not in owner.get("/card/")


def test_the_holder_who_signs_in_again_keeps_it(owner, home):
    owner.get("/card/copy/")
    answer = owner.post("/sign-in/", {"person": home.persons[0]})
    assert answer.status_code == 302
    assert "Clear-Site-Data" not in answer
    assert "Clear-Site-Data" not in owner.get("/card/")


def test_session_that_ends_by_itself_lets_the_card_be(owner):
    owner.get("/card/copy/")
    owner.session.flush()
    answer = owner.get("/card/")
    assert answer.status_code == 302
    assert "Clear-Site-Data" not in answer


def test_mark_of_whose_card_is_kept_tells_nothing_of_them(owner, home):
    mark = owner.get("/card/copy/").cookies["tarkka_card"]
    assert re.fullmatch("[0-9a-f]{64}", mark.value)
    assert mark["httponly"]
    assert mark["samesite"] == "Lax"
    assert "tarkka_card" not in owner.get("/card/").cookies, "nothing is set before the holder asks"


def test_card_page_is_one_look_at_total_level(owner, home):
    from looking import own_look
    from tarkka.vocabulary import Level

    owner.get("/card/")
    with own_look(home.persons[0]):
        events = latest_events()[1:]
    assert events[0].level is Level.TOTAL
