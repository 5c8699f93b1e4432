"""The officer's register of breaches: the 72 hours, whom it touched, and what they read in the portal."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import browsing
import building
import staffing
from acting import a_case, a_mandate
from looking import own_look
from tarkka.vocabulary import Purpose, Role

REGISTER = "/console/breaches/"
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def officer(site):
    user_id = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    client = staffing.signed_in(user_id)
    client.cookies["tarkka_language"] = "en"
    return client


def local(hours: float) -> str:
    """So many hours from now, as a browser's field has it."""
    return f"{datetime.now(UTC).astimezone(HELSINKI) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def recorded(officer, *, hours_ago: float) -> str:
    answer = officer.post(f"{REGISTER}new/", {"found_at": local(-hours_ago), "text": "A list was left in a train."})
    assert answer.status_code == 302, browsing.words(answer)
    return re.match(r"(/console/breaches/\d+/)", answer["Location"])[1]


def do(officer, breach: str, act: str, **form: str):
    return officer.post(f"{breach}act/", {"act": act, **form})


def test_the_hours_that_are_left_are_told_until_the_authority_is(officer):
    breach = recorded(officer, hours_ago=2)
    assert "69 hours left" in browsing.words(officer.get(breach))
    assert "69 hours left" in browsing.words(officer.get(REGISTER))
    said = {"about": "reported", "text": "By their form", "reported_at": local(0)}
    assert do(officer, breach, "say", **said).status_code == 302
    said = browsing.words(officer.get(breach))
    assert "Authority told" in said
    assert "hours left" not in said


def test_a_late_report_is_recorded_once_its_reasons_are(officer):
    breach = recorded(officer, hours_ago=80)
    assert "72 hours were over" in browsing.words(officer.get(breach))
    report = {"about": "reported", "text": "By phone", "reported_at": local(0)}
    answer = do(officer, breach, "say", **report)
    assert answer.status_code == 422
    assert "Record first why the report was late" in browsing.words(answer)
    assert do(officer, breach, "say", about="late", text="Nobody read the mail").status_code == 302
    assert do(officer, breach, "say", **report).status_code == 302


def test_a_breach_is_recorded_with_words_and_not_in_the_future(officer):
    for form in ({"found_at": local(2), "text": "Soon"}, {"found_at": "then", "text": "x"}, {"found_at": local(-1)}):
        assert officer.post(f"{REGISTER}new/", form).status_code == 422


def test_those_whom_it_touched_are_found_and_read_of_it_in_their_language(officer):
    home, clerk = building.a_household(2), f"left-{datetime.now(UTC).timestamp()}"
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
    with own_look(home.persons[0], **look, case_ref=a_case(home.persons[0], clerk)):
        pass
    breach = recorded(officer, hours_ago=1)
    find = {"since": local(-1), "until": local(0.1), "actor": clerk, "purpose": "customer_service"}
    assert do(officer, breach, "find", **find | {"since": "now"}).status_code == 422
    assert do(officer, breach, "find", **find).status_code == 302
    assert f"People touched: 1 Customer numbers {home.persons[0]} " in browsing.words(officer.get(breach))
    touched, other = (browsing.signed_in(person) for person in home.persons)
    assert "was broken" not in browsing.words(touched.get("/home/"))
    assert do(officer, breach, "say", about="risk", risk="high", text="Names").status_code == 302
    assert "Tell the people." in browsing.words(officer.get(breach))
    words = {"text_fi": "Lista katosi.", "text_sv": "En lista försvann.", "text_en": "A list was lost."}
    assert do(officer, breach, "tell", **words | {"text_sv": " "}).status_code == 422
    assert do(officer, breach, "tell", **words).status_code == 302
    assert "A list was lost." in browsing.words(touched.get("/home/"))
    assert "was broken" not in browsing.words(other.get("/home/"))


def test_telling_asks_for_fresh_proof(officer):
    breach = recorded(officer, hours_ago=1)
    session = officer.session
    session["proved_at"] = 0
    session.save()
    answer = do(officer, breach, "tell", text_fi="a", text_sv="a", text_en="a")
    assert answer["Location"].startswith("/console/proof/")


def test_what_there_is_not_is_not_found(officer):
    assert officer.get(f"{REGISTER}{10**15}/").status_code == 404
    assert do(officer, f"{REGISTER}{10**15}/", "everybody").status_code == 404
    assert do(officer, recorded(officer, hours_ago=1), "forget").status_code == 400


def test_a_restriction_is_told_on_the_first_page_and_where_it_stops_something(site):
    from requesting import a_request, an_officer
    from tarkka.rights.upheld import restrict
    from tarkka.vocabulary import RequestKind

    [person] = building.a_household(1).persons
    client = browsing.signed_in(person)
    restrict(person, a_request(person, RequestKind.RESTRICTION), "We look into it.", acting=an_officer())
    said = browsing.words(client.get("/home/"))
    assert "is restricted since" in said
    assert "We look into it." in said
    answer = client.get("/spending/")
    assert answer.status_code == 403
    assert "Handling is restricted" in browsing.words(answer)
