"""While a person's data is restricted, it is used for what the description lets go on and nothing else (GDPR 18)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acting import a_case, a_mandate, an_operator
from building import a_household, a_receipt, a_source, administrator, take, take_three_levels
from looking import count, login, own_look, rows, seen
from looking import issue as ask_the_door
from recalling import a_recall, a_recall_of
from requesting import a_request, an_officer
from tarkka.access import NotAllowed, Refused, Subject, household, opened
from tarkka.description.loading import load
from tarkka.vocabulary import Purpose, RequestKind, Role, SubjectKind

GOES_ON = {
    # What goes on while a person's data is restricted: role, purpose, kind of subject.
    (Role.AUTOMATIC, Purpose.BONUS, SubjectKind.HOUSEHOLD),
    (Role.AUTOMATIC, Purpose.BONUS, SubjectKind.TRACE),
    (Role.AUTOMATIC, Purpose.OWN_DATA, SubjectKind.PERSON),
    (Role.AUTOMATIC, Purpose.RECALL, SubjectKind.PERSON),
    (Role.AUTOMATIC, Purpose.RECALL, SubjectKind.TRACE),
    (Role.AUTOMATIC, Purpose.SUPERVISION, SubjectKind.TRAIL),
    (Role.CUSTOMER, Purpose.HOUSEHOLD_VIEW, SubjectKind.HOUSEHOLD),
    (Role.CUSTOMER, Purpose.OWN_DATA, SubjectKind.PERSON),
    (Role.DATA_PROTECTION_OFFICER, Purpose.REGISTER_UPKEEP, SubjectKind.PERSON),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, SubjectKind.LOOKUP),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, SubjectKind.PERSON),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, SubjectKind.TRAIL),
    (Role.RECALL_OFFICER, Purpose.RECALL, SubjectKind.TRACE),
}

USES_OF_PERSONS = [
    (role, purpose)
    for purpose, rule in load(Path(__file__).parents[2] / "descriptions" / "s_group.toml").document.purpose.items()
    for use in rule.use
    for role in use.roles
    if SubjectKind.PERSON in use.subjects
]


def restricted(person: int, *, acting=None) -> None:
    from tarkka.rights.upheld import restrict

    restrict(person, a_request(person, RequestKind.RESTRICTION), "We look into it", acting=acting or an_officer())


@pytest.fixture(scope="module")
def home(database):
    """A household of two with three receipts each, of whom the second's data is restricted."""
    home, source = a_household(2), a_source()
    for card in home.cards:
        take_three_levels(source, card)
    restricted(home.persons[1])
    return home


def test_the_description_says_what_goes_on(database):
    found = rows(
        "SELECT role, purpose, subject_kind FROM description_use u JOIN description_in_force d ON d.number = u.version"
        " WHERE under_restriction"
    )
    assert {(Role(role), Purpose(purpose), SubjectKind(kind)) for role, purpose, kind in found} == GOES_ON


@pytest.mark.parametrize(("role", "purpose"), USES_OF_PERSONS, ids=str)
def test_a_look_at_the_person_is_refused_unless_its_use_goes_on(home, role, purpose):
    person, user = home.persons[1], f"{role}-{purpose}"
    case = None
    if role not in (Role.CUSTOMER, Role.AUTOMATIC):
        a_mandate(user, role)
    if role is Role.CUSTOMER_SERVICE:
        case = a_case(person, user)
    if purpose is Purpose.RECALL:
        case = str(a_recall_of(person))
    actor = str(person) if role is Role.CUSTOMER else user
    look = own_look(person, role=role, actor=actor, purpose=purpose, case_ref=case)
    if (role, purpose, SubjectKind.PERSON) in GOES_ON:
        with look:
            assert count("person") == 1
    else:
        with pytest.raises(Refused) as refused, look:
            pytest.fail("the door was opened")
        assert refused.value.reason == "restricted"


def purchasers(purpose: Purpose, kind: SubjectKind, table: str) -> set[int]:
    case = str(a_recall()) if purpose is Purpose.RECALL else None
    with opened(role=Role.AUTOMATIC, actor="test", purpose=purpose, subject=Subject(kind), case_ref=case) as look:
        found = {person for (person,) in rows(f"SELECT DISTINCT purchaser_id FROM {table}")}
        look.cover([])
    return found


@pytest.mark.parametrize("table", ["receipt", "receipt_group", "receipt_line"])
def test_the_person_is_in_a_recall_and_in_no_statistics_and_no_audience(home, table):
    free, held = home.persons
    assert {free, held} <= purchasers(Purpose.RECALL, SubjectKind.TRACE, table)
    for purpose, kind, name in (
        (Purpose.STATISTICS, SubjectKind.TRACE, table),
        (Purpose.MARKETING, SubjectKind.AUDIENCE, f"audience.{table}"),
    ):
        found = purchasers(purpose, kind, name)
        assert free in found
        assert held not in found


def test_the_household_sees_and_earns_as_before(home):
    with own_look(home.persons[0], purpose=Purpose.HOUSEHOLD_VIEW, subject=household(home.id)):
        assert count("receipt") == 6
    with opened(role=Role.AUTOMATIC, actor="test", purpose=Purpose.BONUS, subject=household(home.id)):
        assert count("receipt") == 6


def test_looks_under_way_end_when_it_begins(database):
    [person] = a_household(1).persons
    with login() as connection:
        secret = ask_the_door(connection, person)
        assert seen(connection, secret, table="person") == 1
        restricted(person)
        assert seen(connection, secret, table="person") == 0


def test_the_person_reads_it_and_that_it_was_done(database):
    [person] = a_household(1).persons
    restricted(person)
    with own_look(person):
        [(since, until, reason)] = rows("SELECT lower(valid), upper(valid), reason FROM restriction")
        acts = rows("SELECT act FROM staff_act")
    assert (until, reason) == (None, "We look into it")
    assert datetime.now(UTC) - since < timedelta(minutes=1)
    assert ("restricted",) in acts


def test_receipts_are_not_sent_meanwhile(database):
    from tarkka.people.actions import customer, make_wish
    from tarkka.people.details import RECEIPTS_BY_EMAIL

    home = a_household(1)
    [person] = home.persons
    make_wish(person, RECEIPTS_BY_EMAIL, acting=customer(person))
    with administrator() as admin:
        admin.execute("UPDATE wish SET wished_at = now() - interval '2 days' WHERE person_id = %s", [person])
    lately = datetime.now(UTC) - timedelta(hours=1)
    take(a_source(), [a_receipt(card=home.cards[0], purchased_at=lately.isoformat())])
    due = "SELECT count(*) FROM services.due(%s, 0, 9) WHERE person_id = %s"
    assert rows(due, person - 1, person) == [(1,)]
    restricted(person)
    assert rows(due, person - 1, person) == [(0,)]


def test_it_ends_on_a_day_that_the_person_is_told_beforehand(upheld):
    [person] = a_household(1).persons
    officer = an_officer()
    restricted(person, acting=officer)
    today = datetime.now(UTC).date()
    with pytest.raises(NotAllowed, match="told_too_late"):
        upheld.lift_restriction(person, today, "Done", acting=officer)
    assert upheld.lift_restriction(person, today + timedelta(days=3), "We have looked into it", acting=officer)
    assert not upheld.lift_restriction(person, today + timedelta(days=3), "Again", acting=officer)
    with own_look(person):
        [(until, why)] = rows("SELECT upper(valid), end_reason FROM restriction")
    assert (until > datetime.now(UTC), why) == (True, "We have looked into it")
    assert [each.until for each in upheld.measures_at_desk(officer.id) if each.person_id == person] == [until]
    with pytest.raises(Refused), own_look(person, purpose=Purpose.SERVICES):
        pytest.fail("it was still in force")
    with administrator() as admin:
        admin.execute(
            "UPDATE restriction SET valid = tstzrange(lower(valid), lower(valid) + interval '1 microsecond')"
            " WHERE person_id = %s",
            [person],
        )
    with own_look(person, purpose=Purpose.SERVICES):
        assert count("person") == 1


def test_it_takes_the_officer_and_an_open_request_of_that_person(upheld):
    from tarkka.people.actions import customer

    (person, other), officer = a_household(2).persons, an_officer()
    request, anothers = a_request(person, RequestKind.RESTRICTION), a_request(other, RequestKind.RESTRICTION)
    for acting, of, reason in (
        (customer(person), request, "no_mandate"),
        (an_operator(), request, "no_mandate"),
        (officer, anothers, "no_request"),
        (officer, 0, "no_request"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            upheld.restrict(person, of, "Why", acting=acting)
    upheld.restrict(person, request, "Why", acting=officer)
    with pytest.raises(ValueError, match="one_restriction_at_a_time"):
        upheld.restrict(person, request, "Why", acting=officer)


def test_an_answered_request_lets_nothing_more_be_done(upheld):
    from tarkka.rights.actions import answer_request
    from tarkka.vocabulary import Outcome

    [person] = a_household(1).persons
    officer, request = an_officer(), a_request(person, RequestKind.RESTRICTION)
    answer_request(person, request, Outcome.REFUSED, "No", acting=officer)
    with pytest.raises(NotAllowed, match="no_request"):
        upheld.restrict(person, request, "Why", acting=officer)
