"""The data-protection officer's requests: by due day, one at a recorded look, what is done at it, its answer."""

import re
from datetime import date, timedelta

import pytest

import browsing
import building
import staffing
from acting import a_mandate
from looking import own_look, rows
from recalling import a_recall, end_all
from requesting import a_request
from tarkka.vocabulary import RequestKind, Role

DESK = "/console/requests/"


@pytest.fixture
def officer(site):
    user_id = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    a_mandate(user_id, Role.DATA_PROTECTION_OFFICER)
    client = staffing.signed_in(user_id)
    client.cookies["tarkka_language"] = "en"
    return client


@pytest.fixture
def home(site):
    home = building.a_household(2)
    building.take_three_levels(building.a_source(), home.cards[0])
    return home


def page(officer, number: int) -> str:
    answer = officer.get(f"{DESK}{number}/")
    assert answer.status_code == 200
    return browsing.words(answer)


def do(officer, number: int, act: str, **form: str):
    return officer.post(f"{DESK}{number}/act/", {"act": act, **form})


def test_the_list_is_by_due_day_marks_the_late_and_names_nobody(officer, home):
    late, later = (
        a_request(home.persons[0], RequestKind.ERASURE, "Hush"),
        a_request(home.persons[1], RequestKind.RECTIFICATION),
    )
    with building.administrator() as admin:
        admin.execute("UPDATE request SET received_on = '2020-01-31' WHERE id = %s", [late])
    answer = officer.get(DESK)
    html, said = answer.content.decode(), browsing.words(answer)
    assert html.index(f"{DESK}{late}/") < html.index(f"{DESK}{later}/")
    assert "Late: was due 29 Feb 2020" in said
    for hidden in ("Hush", "Given0", "Family"):
        assert hidden not in said


def test_reading_one_is_a_look_that_the_person_sees(officer, home):
    person = home.persons[0]
    number = a_request(person, RequestKind.RECTIFICATION, "My name is spelt wrong")
    said = page(officer, number)
    assert "My name is spelt wrong" in said
    assert "Family Given0" in said
    with own_look(person):
        found = rows("SELECT count(*) FROM access_event WHERE role = 'data_protection_officer'")
    assert found == [(1,)]


def test_an_answer_is_read_in_the_portal_and_the_request_leaves_the_list(officer, home):
    person = home.persons[0]
    number = a_request(person, RequestKind.OBJECTION)
    assert officer.post(f"{DESK}{number}/answer/", {"text": "No"}).status_code == 422
    assert officer.post(f"{DESK}{number}/answer/", {"outcome": "refused"}).status_code == 422
    answer = officer.post(f"{DESK}{number}/answer/", {"outcome": "refused", "text": "We need it for Bonus."})
    assert answer["Location"] == f"{DESK}?done=answer"
    said = browsing.words(officer.get(DESK))
    assert f"{number}" in said[said.index("Answered lately") :]
    assert "We need it for Bonus." in browsing.words(browsing.signed_in(person).get("/my-data/"))
    again = officer.post(f"{DESK}{number}/answer/", {"outcome": "granted", "text": "Yes"})
    assert again.status_code == 422


def test_the_time_is_extended_once(officer, home):
    number = a_request(home.persons[0], RequestKind.ERASURE)
    assert "Extend the time" in page(officer, number)
    answer = officer.post(f"{DESK}{number}/extend/", {"text": "Two registers are asked."})
    assert answer["Location"] == f"{DESK}{number}/?done=extend"
    said = page(officer, number)
    assert "Two registers are asked." in said
    assert "Extend the time" not in said
    assert officer.post(f"{DESK}{number}/extend/", {"text": "Again"}).status_code == 422


def test_a_restriction_begins_and_is_lifted_on_a_later_day(officer, home):
    number = a_request(home.persons[0], RequestKind.RESTRICTION)
    assert do(officer, number, "restrict").status_code == 422
    assert do(officer, number, "restrict", text="We look into it.").status_code == 302
    said = page(officer, number)
    assert "We look into it." in said
    assert "Restriction of handling" in browsing.words(officer.get(DESK))
    today = date.today()  # noqa: DTZ011  # as the browser's reader has it, a day or two apart
    assert do(officer, number, "lift", on="soon", text="Done").status_code == 422
    assert do(officer, number, "lift", on=today.isoformat(), text="Done").status_code == 422
    later = today + timedelta(days=3)
    assert do(officer, number, "lift", on=later.isoformat(), text="Done").status_code == 302
    assert "until" in page(officer, number)


def test_a_cap_is_set_and_ended(officer, home):
    number = a_request(home.persons[0], RequestKind.OBJECTION)
    assert do(officer, number, "cap", level="PRODUCT", text="So be it").status_code == 422
    assert do(officer, number, "cap", level="TOTAL", text="So be it").status_code == 302
    assert "So be it" in page(officer, number)
    assert do(officer, number, "end_cap").status_code == 302
    assert "So be it" not in page(officer, number)


def test_a_name_and_a_contact_are_corrected(officer, home):
    number = a_request(home.persons[0], RequestKind.RECTIFICATION)
    assert do(officer, number, "name", given_name="", family_name="X").status_code == 422
    assert do(officer, number, "name", given_name="Aino", family_name="Ålander").status_code == 302
    assert do(officer, number, "contact", kind="email", value="nobody").status_code == 422
    assert do(officer, number, "contact", kind="email", value="aino@example.org").status_code == 302
    said = page(officer, number)
    assert "Ålander Aino" in said
    assert "aino@example.org" in said


def test_erasing_says_beforehand_what_goes_and_what_stays_and_why(officer, home):
    end_all()
    number = a_request(home.persons[0], RequestKind.ERASURE)
    said = page(officer, number)
    for words in ("Products bought, rows: 2", "Receipts’ totals:", "Open cards: 1", "accounts must be able to show"):
        assert words in said
    assert "Erase the person from the register" not in said
    assert do(officer, number, "erase").status_code == 302
    said = page(officer, number)
    assert "receipt_line: 2" in said
    assert "Products bought" not in said
    assert do(officer, number, "erase_person").status_code == 422


def test_erasing_says_what_stays_for_a_recall_that_is_still_to_tell_the_person(officer, home):
    a_recall()
    number = a_request(home.persons[0], RequestKind.ERASURE)
    said = page(officer, number)
    assert "Products bought, rows: 1" in said
    assert "A running recall has not reached the person yet" in said
    end_all()
    assert "A running recall has not reached the person yet" not in page(officer, number)


def test_erasing_asks_for_fresh_proof(officer, home):
    number = a_request(home.persons[0], RequestKind.ERASURE)
    session = officer.session
    session["proved_at"] = 0
    session.save()
    answer = do(officer, number, "erase")
    assert answer["Location"].startswith("/console/proof/")
    with own_look(home.persons[0]):
        assert rows("SELECT FROM erased") == []


def test_what_is_no_act_is_no_request(officer, home):
    number = a_request(home.persons[0], RequestKind.ERASURE)
    assert do(officer, number, "answer").status_code == 400
    assert do(officer, 10**15, "erase").status_code == 404
    assert officer.get(f"{DESK}{10**15}/").status_code == 404


def test_the_record_of_processing_is_told_point_by_point(officer):
    answer = officer.get("/console/record/")
    said = browsing.words(answer)
    assert re.findall(r"30\(1\)\((.)\)", said) == list("abcdefg")
    assert "Version 2 of the register description" in said
    assert "E-mail carrier" in said
