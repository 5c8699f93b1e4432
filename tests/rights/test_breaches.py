"""The register of breaches: nothing rewritten, the 72 hours, whom it touched, and what they are told (GDPR 33–34)."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from acting import a_case, a_mandate
from building import a_household, administrator
from looking import own_look, rows
from requesting import an_officer
from tarkka.access import NotAllowed, Refused, Subject, opened
from tarkka.vocabulary import Language, Purpose, Role, SubjectKind

NOW = datetime.now(UTC)
TOLD = {Language.FI: "Tietosi nähtiin.", Language.SV: "Dina uppgifter sågs.", Language.EN: "Your data was seen."}


@pytest.fixture
def breaches(database):
    from tarkka.rights import breaches

    return breaches


@pytest.fixture
def officer(database) -> str:
    return an_officer().id


@pytest.fixture
def breach(breaches, officer) -> int:
    return breaches.record_breach(NOW - timedelta(hours=2), "A clerk looked out of curiosity.", acting=officer)


def read(breaches, officer: str, number: int):
    with breaches.officers_look(officer):
        [found] = breaches.read_breaches(number)
    return found


def looked(clerk: str, *persons: int) -> None:
    for person in persons:
        case = a_case(person, clerk)
        with own_look(person, role=Role.CUSTOMER_SERVICE, actor=clerk, purpose=Purpose.CUSTOMER_SERVICE, case_ref=case):
            pass


def touched(number: int) -> set[int]:
    with administrator() as admin:
        return {
            person for (person,) in admin.execute("SELECT person_id FROM breach_person WHERE breach_id = %s", [number])
        }


def test_a_breach_is_told_by_entries_of_which_the_newest_holds(breaches, officer, breach):
    for about, words in ((breaches.About.MEASURES, "None yet"), (breaches.About.MEASURES, "The account is closed")):
        breaches.say_of_breach(breach, about, words, acting=officer)
    found = read(breaches, officer, breach)
    assert [each.words for each in found.entries] == [
        "A clerk looked out of curiosity.", "None yet", "The account is closed",
    ]  # fmt: skip
    assert found.newest(breaches.About.MEASURES).words == "The account is closed"
    assert {each.by for each in found.entries} == {officer}


@pytest.mark.parametrize("table", ["breach", "breach_entry", "breach_notice", "breach_person"])
def test_nothing_is_rewritten_even_by_the_tables_owner(breaches, officer, breach, table):
    breaches.tell_touched(breach, TOLD, acting=officer)
    with administrator() as admin:
        admin.execute("SET ROLE tarkka_owner")
        for verb in (f"UPDATE {table} SET breach_id = 1" if table != "breach" else "UPDATE breach SET id = 1",
                     f"TRUNCATE {table} CASCADE"):  # fmt: skip
            with pytest.raises(psycopg.Error, match="refused"):
                admin.execute(verb)


def test_the_authority_is_told_within_72_hours_of_when_it_was_found(breaches, officer, breach):
    found = read(breaches, officer, breach)
    assert found.due_at == found.found_at + timedelta(hours=72)
    assert found.hours_left(NOW) == 70
    assert found.hours_left(found.due_at + timedelta(minutes=1)) == -1
    assert found.needs_report
    breaches.say_of_breach(breach, breaches.About.REPORTED, "By their form", reported_at=NOW, acting=officer)
    found = read(breaches, officer, breach)
    assert (found.reported_at, found.needs_report) == (NOW, False)


def test_a_late_report_needs_its_reasons(breaches, officer):
    late = breaches.record_breach(NOW - timedelta(hours=80), "A lost laptop", acting=officer)
    report = {"words": "By phone", "reported_at": NOW, "acting": officer}
    with pytest.raises(NotAllowed, match="late_without_reason"):
        breaches.say_of_breach(late, breaches.About.REPORTED, **report)
    breaches.say_of_breach(late, breaches.About.LATE, "It was a weekend of two public holidays", acting=officer)
    breaches.say_of_breach(late, breaches.About.REPORTED, **report)
    assert read(breaches, officer, late).reported_at == NOW


def test_without_a_risk_nobody_need_be_told_and_with_a_high_one_everybody_touched(breaches, officer, breach):
    met = []
    for risk in breaches.Risk:
        breaches.say_of_breach(breach, breaches.About.RISK, "So we think", risk=risk, acting=officer)
        found = read(breaches, officer, breach)
        met.append((risk.value, found.needs_report, found.needs_notice))
    assert met == [("none", False, False), ("some", True, False), ("high", True, True)]


@pytest.mark.parametrize(
    ("about", "more"),
    [
        ("risk", {}),
        ("measures", {"risk": "high"}),
        ("reported", {}),
        ("reported", {"reported_at": NOW + timedelta(days=1)}),
        ("gossip", {}),
    ],
)
def test_an_entry_that_says_too_little_or_too_much_is_refused(breaches, officer, breach, about, more):
    with pytest.raises((ValueError, NotAllowed)):
        breaches.say_of_breach(breach, about, "Words", acting=officer, **more)


def test_whom_it_touched_is_found_in_the_trail_by_actor_purpose_and_time(breaches, officer, breach):
    home, clerk, other = a_household(3), f"clerk-{NOW.timestamp()}", f"other-{NOW.timestamp()}"
    for user in (clerk, other):
        a_mandate(user, Role.CUSTOMER_SERVICE)
    looked(clerk, home.persons[0], home.persons[1])
    looked(other, home.persons[2])
    began, ended = NOW - timedelta(hours=1), datetime.now(UTC) + timedelta(seconds=1)
    find = {"acting": officer, "actor": clerk}
    assert breaches.find_touched(breach, began - timedelta(days=2), began, **find) == 0
    assert breaches.find_touched(breach, began, ended, purpose=Purpose.MARKETING, **find) == 0
    assert breaches.find_touched(breach, began, ended, purpose=Purpose.CUSTOMER_SERVICE, **find) == 2
    assert breaches.find_touched(breach, began, ended, **find) == 0
    assert touched(breach) == set(home.persons[:2])


def test_persons_in_a_groups_look_are_touched_and_an_untold_one_touched_everybody(breaches, officer, breach):
    home, actor = a_household(2), f"export-{NOW.timestamp()}"
    export = {"role": Role.AUTOMATIC, "actor": actor, "purpose": Purpose.STATISTICS}
    trace = export | {"subject": Subject(SubjectKind.TRACE)}
    with opened(**trace) as look:
        look.cover([home.persons[0]])
    period = NOW - timedelta(hours=1), datetime.now(UTC) + timedelta(seconds=1)
    assert breaches.find_touched(breach, *period, actor=actor, acting=officer) == 1
    with opened(**trace) as look:
        look.cover_everyone()
    until = datetime.now(UTC) + timedelta(seconds=1)
    assert breaches.find_touched(breach, period[0], until, actor=actor, acting=officer) > 1
    assert set(home.persons) <= touched(breach)


def test_everybody_can_be_touched(breaches, officer, breach):
    home = a_household(2)
    assert breaches.touch_everybody(breach, acting=officer) >= 2
    assert set(home.persons) <= touched(breach)
    assert read(breaches, officer, breach).touched == len(touched(breach))


def test_the_touched_are_told_once_the_officer_says_so_and_nobody_else_is(breaches, officer, breach):
    home, clerk = a_household(2), f"teller-{NOW.timestamp()}"
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    looked(clerk, home.persons[0])
    until = datetime.now(UTC) + timedelta(seconds=1)
    breaches.find_touched(breach, NOW - timedelta(hours=1), until, actor=clerk, acting=officer)

    def told(person: int) -> list[str]:
        with own_look(person):
            assert len(rows("SELECT FROM breach_person")) == len(breaches.read_own_notices())
            return [each.written_in(Language.SV) for each in breaches.read_own_notices()]

    assert told(home.persons[0]) == []
    breaches.tell_touched(breach, TOLD, acting=officer)
    assert told(home.persons[0]) == ["Dina uppgifter sågs."]
    assert told(home.persons[1]) == []


def test_nobody_but_the_officer_writes_or_reads_it(breaches, breach):
    with pytest.raises(Refused):
        breaches.record_breach(NOW, "Nothing", acting="nobody-knows-me")
    look = {"role": Role.AUTOMATIC, "actor": "t", "purpose": Purpose.SUPERVISION, "subject": Subject(SubjectKind.TRAIL)}
    with pytest.raises(Exception, match="no_mandate"), opened(**look):
        rows("SELECT rights.touch_everybody(%s)", breach)
    with pytest.raises(Exception, match="permission denied"), own_look(a_household(1).persons[0]):
        rows("SELECT FROM breach")


def test_a_breach_is_not_found_in_the_time_to_come(breaches, officer):
    with pytest.raises(ValueError, match="before it is recorded"):
        breaches.record_breach(datetime.now(UTC) + timedelta(hours=1), "Soon", acting=officer)
    with pytest.raises(ValueError, match="ends before"):
        breaches.find_touched(1, NOW, NOW, acting=officer)
