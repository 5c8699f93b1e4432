"""The data-protection officer's desk: what staff did, what the rules saw, broken glass."""

import re
from datetime import UTC, datetime, timedelta

import pytest

import browsing
import building
import staffing
from acting import a_case, a_mandate
from looking import own_look
from tarkka.vocabulary import Purpose, Role

DESK = "/console/supervision/"


@pytest.fixture
def officer(site):
    user_id = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    client = staffing.signed_in(user_id)
    client.cookies["tarkka_language"] = "en"
    client.user_id = user_id
    return client


def look_as(user_id, person, case):
    with own_look(person, role=Role.CUSTOMER_SERVICE, actor=user_id, purpose=Purpose.CUSTOMER_SERVICE, case_ref=case):
        pass


@pytest.fixture
def snooper(site):
    """A clerk who looked at their own data, the household, and the number of the flag on it."""
    from tarkka.supervision.running import run

    home = building.a_household(2)
    user_id = staffing.an_account(Role.CUSTOMER_SERVICE, identity_code=home.identity_codes[0])
    began = datetime.now(UTC)
    look_as(user_id, home.persons[0], a_case(home.persons[0], user_id))
    run(since=began, until=datetime.now(UTC) + timedelta(seconds=1))
    with building.administrator() as connection:
        [(flag,)] = connection.execute("SELECT id FROM flag WHERE actor = %s AND rule = 'own'", [user_id]).fetchall()
    return user_id, home, flag


def test_a_flag_waits_in_the_queue_and_is_decided_once(officer, snooper):
    _, home, flag = snooper
    address = f"{DESK}flags/{flag}/"
    said = browsing.words(officer.get(address))
    assert "Own data" in said
    assert "Looks: 1." in said
    assert f"Customer {home.persons[0]}" in said
    answer = officer.post(address, {"verdict": "misuse"})
    assert answer.status_code == 422
    assert "Write the reasons." in browsing.words(answer)
    answer = officer.post(address, {"verdict": "misuse", "words": "They say so themselves."})
    assert answer["Location"] == f"{DESK}?done=1"
    assert address not in officer.get(DESK).content.decode()
    assert address in officer.get(f"{DESK}?decided=1").content.decode()
    assert "They say so themselves." in browsing.words(officer.get(address))
    assert officer.post(address, {"verdict": "explained", "words": "No."})["Location"] == address
    assert "They say so themselves." in browsing.words(officer.get(address))


def test_nobody_decides_on_a_flag_about_themselves(site, snooper):
    from tarkka.access import NotAllowed
    from tarkka.supervision.actions import FlagVerdict, decide_flag

    user_id, _, flag = snooper
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    client = staffing.signed_in(user_id)
    client.cookies["tarkka_language"] = "en"
    page = client.get(f"{DESK}flags/{flag}/")
    assert "about yourself" in browsing.words(page)
    assert 'name="verdict"' not in page.content.decode()
    assert client.post(f"{DESK}flags/{flag}/", {"verdict": "explained", "words": "It was me."}).status_code == 422
    with pytest.raises(NotAllowed, match="not_for_yourself"):
        decide_flag(flag, FlagVerdict.EXPLAINED, words="It was me.", acting=user_id)
    with pytest.raises(NotAllowed, match="no_mandate"):
        decide_flag(flag, FlagVerdict.EXPLAINED, words="It was they.", acting="somebody")


def test_whose_events_are_shown_sees_that_the_officer_looked(officer, snooper):
    _, home, flag = snooper

    def supervised():
        client = browsing.signed_in(home.persons[0])
        return len(re.findall("Supervision of handling", browsing.words(client.get("/looks/?by=staff"))))

    before = supervised()
    officer.get(DESK)
    assert supervised() == before
    officer.get(f"{DESK}flags/{flag}/")
    assert supervised() == before + 1


def test_events_are_searched_and_the_address_tells_nothing(officer, snooper):
    user_id, home, _ = snooper
    answer = officer.post(f"{DESK}events/", {"actor": user_id, "person": str(home.persons[0])})
    assert re.fullmatch(rf"{DESK}events/\?search=[\w-]{{11}}", answer["Location"])
    said = browsing.words(officer.get(answer["Location"]))
    assert said.count("Maija Meikki Customer service") == 1
    others = officer.post(f"{DESK}events/", {"actor": user_id, "person": str(home.persons[1])})
    assert "No events" in browsing.words(officer.get(others["Location"]))
    wrong = officer.post(f"{DESK}events/", {"person": "Virtanen", "first_day": "yesterday"})
    said = browsing.words(officer.get(wrong["Location"]))
    assert "digits alone" in said
    assert "This is no day." in said
    assert "no longer remembered" in browsing.words(officer.get(f"{DESK}events/?search=AAAAAAAAAAA"))
    assert officer.get(f"{DESK}events/?search=x").status_code == 404


def test_searches_narrow_by_case_purpose_day_and_refusal(officer, snooper):
    user_id, home, _ = snooper
    case = a_case(home.persons[1], user_id)
    look_as(user_id, home.persons[1], case)
    yesterday, tomorrow = (f"{datetime.now(UTC) + timedelta(days=each):%Y-%m-%d}" for each in (-1, 1))
    for asked, count in (
        ({"case": case}, 1),
        ({"purpose": "customer_service"}, 2),
        ({"purpose": "marketing"}, 0),
        ({"first_day": yesterday, "last_day": tomorrow}, 2),
        ({"last_day": "2020-01-01"}, 0),
        ({"refused": "1"}, 0),
    ):
        answer = officer.post(f"{DESK}events/", {"actor": user_id} | asked)
        said = browsing.words(officer.get(answer["Location"]))
        assert said.count("Maija Meikki Customer service") == count, asked


def test_one_persons_work_is_drawn_by_day(officer, snooper):
    user_id, _, flag = snooper
    answer = officer.post(f"{DESK}work/", {"actor": user_id})
    assert user_id not in answer["Location"]
    page = officer.get(answer["Location"])
    said = browsing.words(page)
    assert "Customers looked at" in said
    assert f"{DESK}flags/{flag}/" in page.content.decode()
    assert officer.get(f"{DESK}work/")["Location"] == f"{DESK}events/"


@pytest.fixture
def glass(site):
    from tarkka.access.cases import break_glass

    user_id = staffing.an_account(Role.CUSTOMER_SERVICE)
    [person] = building.a_household(1).persons
    case = break_glass(person, "emergency", reason="Somebody may be in danger", minutes=5, acting=user_id)
    look_as(user_id, person, str(case))
    return user_id, person, case


def test_a_broken_glass_is_reviewed_by_somebody_else(officer, glass):
    user_id, _, case = glass
    address = f"{DESK}reviews/{case}/"
    assert address in officer.get(f"{DESK}reviews/").content.decode()
    said = browsing.words(officer.get(address))
    assert "Somebody may be in danger" in said
    assert "At once" in said
    assert officer.post(address, {"verdict": "fine"}).status_code == 422
    answer = officer.post(address, {"verdict": "accepted", "words": "There was a danger."})
    assert answer["Location"] == f"{DESK}reviews/?done=1"
    assert address not in officer.get(f"{DESK}reviews/").content.decode()
    assert address in officer.get(f"{DESK}reviews/?reviewed=1").content.decode()
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    client = staffing.signed_in(user_id)
    assert client.post(address, {"verdict": "accepted", "words": "I was right."}).status_code == 422


def test_the_customer_is_told_later_if_the_officer_says_so_and_why(officer, glass):
    _, person, case = glass
    address = f"{DESK}reviews/{case}/"
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"

    assert officer.post(f"{address}delay/", {"until": "2020-01-01", "reason": ""}).status_code == 422
    answer = officer.post(f"{address}delay/", {"until": tomorrow, "reason": "It would endanger them."})
    assert answer["Location"] == address
    assert "It would endanger them." in browsing.words(officer.get(address))
    assert "Case" not in browsing.words(browsing.signed_in(person).get("/looks/?by=staff"))


def test_what_is_not_there_answers_404(officer):
    for address in ("flags/999999999/", "reviews/999999999/"):
        assert officer.get(f"{DESK}{address}").status_code == 404
