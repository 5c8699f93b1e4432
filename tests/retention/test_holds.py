"""What a dispute, a recall or Bonus still needs is held back, shown to its person and to that recall's trace alone."""

from datetime import date

import pytest

from building import a_household, a_receipt, a_source, administrator, take
from looking import own_look, rows
from recalling import a_recall, an_officer
from requesting import a_request
from requesting import an_officer as a_protection_officer
from tarkka import access
from tarkka.vocabulary import Level, Outcome, Purpose, RequestKind, Role, SubjectKind

TODAY = date(2026, 11, 23)
AT = "2022-05-05T12:30:00+03:00"
"""Only groups are left of it on TODAY."""
GONE = "2018-05-05T12:30:00+03:00"
"""Nothing is left of it on TODAY."""
HELD = ("held_receipt", "held_receipt_group", "held_receipt_line")
PERIOD = {"first": date(2022, 5, 1), "last": date(2022, 5, 31)}


@pytest.fixture
def home(running):
    home = a_household(2)
    take(a_source(), [a_receipt(card=card, purchased_at=at) for card in home.cards for at in (AT, GONE)])
    return home


def held(person=None):
    """How many rows are held: (receipts, groups, lines), of one person or of all."""
    with administrator() as admin:
        where = "WHERE purchaser_id = %s" if person else ""
        found = [admin.execute(f"SELECT count(*) FROM {table} {where}", [person] * bool(person)) for table in HELD]
        return tuple(each.fetchone()[0] for each in found)


def answer(person, request):
    from tarkka.rights.actions import answer_request

    answer_request(person, request, Outcome.REFUSED, "No", acting=a_protection_officer())


def test_an_open_request_holds_all_of_its_persons_rows_until_it_is_answered(running, home):
    person, mate = home.persons
    request = a_request(person, RequestKind.OBJECTION)
    shown = running.show(TODAY)
    assert sum(sum(each.values()) for each in shown.held.values()) == 1 + 2 + 4
    running.run("tester", today=TODAY)
    assert (held(person), held(mate)) == ((1, 2, 4), (0, 0, 0))
    assert not running.show(TODAY)
    answer(person, request)
    assert running.show(TODAY).released == {"request": 7}
    done = running.run("tester", today=TODAY)
    assert (done.released, held()) == ({"request": 7}, (0, 0, 0))


def test_a_restriction_holds_what_it_is_about_and_takes_over_from_its_request(running, home):
    from tarkka.rights.upheld import restrict

    person, officer = home.persons[0], a_protection_officer()
    request = a_request(person, RequestKind.RESTRICTION)
    running.run("tester", today=TODAY)
    restrict(person, request, "It is looked into", acting=officer)
    answer(person, request)
    assert running.run("tester", today=TODAY).released == {"request": 7}
    assert held(person) == (1, 2, 4)
    with administrator() as admin:
        admin.execute(
            "UPDATE restriction SET valid = tstzrange(lower(valid), now()), end_reason = 'a test' WHERE person_id = %s",
            [person],
        )
    assert running.run("tester", today=TODAY).released == {"restriction": 7}
    assert held() == (0, 0, 0)


def test_a_running_recall_holds_what_its_trace_reads_until_it_ends(running, home):
    from tarkka.recalls.actions import end_recall
    from tarkka.recalls.tracing import trace_recall

    recall = a_recall(**PERIOD)
    running.run("tester", today=TODAY)
    assert held() == (0, 0, 2)
    found = trace_recall(recall)
    assert [(each.people, each.coarse) for each in found] == [(2, False)]
    with administrator() as admin:
        told = admin.execute("SELECT DISTINCT certainty FROM recall_person WHERE recall_id = %s", [recall]).fetchall()
    assert told == [("bought",)]
    end_recall(recall, reason="a test", acting=an_officer())
    assert running.run("tester", today=TODAY).released == {"recall": 2}


def test_a_recall_that_is_released_after_the_lines_went_finds_who_may_have_bought(running, home):
    from tarkka.recalls.tracing import trace_recall

    running.run("tester", today=TODAY)
    recall = a_recall(**PERIOD)
    assert [(each.people, each.coarse) for each in trace_recall(recall)] == [(2, True)]


def test_a_recall_of_other_days_or_other_products_holds_nothing(running, home):
    a_recall(first=date(2022, 6, 1), last=date(2022, 6, 30))
    a_recall(gtins=("06408430000142",), **PERIOD)
    running.run("tester", today=TODAY)
    assert held() == (0, 0, 0)


def test_the_person_sees_held_rows_and_for_what_they_are_held(running, home):
    from tarkka.purchases.held import held_receipts
    from tarkka.purchases.queries import find_receipt

    person, mate = home.persons
    a_request(person, RequestKind.OBJECTION)
    running.run("tester", today=TODAY)
    with own_look(person):
        [recent, gone] = held_receipts()
        assert (recent.holds, gone.holds) == (("request",), ("request",))
        for each in (recent, gone):
            detail = find_receipt(each.id)
            assert (len(detail.lines), len(detail.groups), detail.holds) == (2, 2, ("request",))
        assert find_receipt(recent.id).receipt.level is Level.GROUP
        assert [each.level for each in find_receipt(recent.id).dropped] == [Level.PRODUCT]
        assert [each.level for each in find_receipt(gone.id).dropped] == [Level.PRODUCT, Level.GROUP, Level.TOTAL]
    with own_look(mate):
        assert (held_receipts(), find_receipt(gone.id)) == ([], None)


EVERY_OTHER_LOOK = [
    (Role.CUSTOMER, Purpose.SERVICES, SubjectKind.PERSON),
    (Role.AUTOMATIC, Purpose.SERVICES, SubjectKind.PERSON),
    (Role.AUTOMATIC, Purpose.REGISTER_UPKEEP, SubjectKind.PERSON),
    (Role.AUTOMATIC, Purpose.BONUS, SubjectKind.HOUSEHOLD),
    (Role.CUSTOMER, Purpose.HOUSEHOLD_VIEW, SubjectKind.HOUSEHOLD),
    (Role.AUTOMATIC, Purpose.STATISTICS, SubjectKind.TRACE),
    (Role.AUTOMATIC, Purpose.BONUS, SubjectKind.TRACE),
    (Role.AUTOMATIC, Purpose.MARKETING, SubjectKind.AUDIENCE),
    (Role.AUTOMATIC, Purpose.SUPERVISION, SubjectKind.TRAIL),
]


@pytest.mark.parametrize("look", EVERY_OTHER_LOOK, ids=lambda each: " ".join(each))
def test_no_other_look_reads_held_rows(running, home, look):
    import psycopg
    from django.db import DatabaseError

    role, purpose, kind = look
    person = home.persons[0]
    a_request(person, RequestKind.OBJECTION)
    a_recall(**PERIOD)
    running.run("tester", today=TODAY)
    assert held() == (1, 2, 6)
    actor = str(person) if role is Role.CUSTOMER else "test"
    subject = access.Subject(kind, {SubjectKind.PERSON: person, SubjectKind.HOUSEHOLD: home.id}.get(kind))
    for table in HELD:
        found, refusal = [], ""
        try:
            with access.opened(role=role, actor=actor, purpose=purpose, subject=subject) as opened:
                if kind not in (SubjectKind.PERSON, SubjectKind.HOUSEHOLD):
                    opened.cover([])
                found = rows(f"SELECT * FROM {table}")
        except (DatabaseError, psycopg.Error) as error:
            refusal = str(error)
        assert found == []
        assert not refusal or "permission denied" in refusal


def test_a_recalls_trace_reads_what_is_held_whatever_for(running, home):
    request = a_request(home.persons[0], RequestKind.OBJECTION)
    recall, other = a_recall(**PERIOD), a_recall()
    running.run("tester", today=TODAY)
    look = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.RECALL}
    trace = access.Subject(SubjectKind.TRACE)
    expected = [("recall", recall, 2), ("request", request, 4)]
    for number in (recall, other):
        with access.opened(**look, subject=trace, case_ref=str(number)) as opened:
            opened.cover([])
            found = rows("SELECT hold, hold_id, count(*) FROM held_receipt_line GROUP BY 1, 2 ORDER BY 1")
            assert found == expected
            assert rows("SELECT count(*) FROM held_receipt") == [(1,)]


def traced(recall):
    from recalling import found_for
    from tarkka.recalls.tracing import trace_recall

    trace_recall(recall)
    return found_for(recall)


def a_hold(what, person):
    """Begin what holds the milk of a person back; return what ends it."""
    from tarkka.recalls.actions import end_recall
    from tarkka.rights.upheld import restrict

    if what == "recall":
        recall = a_recall(**PERIOD)
        return lambda: end_recall(recall, reason="a test", acting=an_officer())
    request = a_request(person, RequestKind.RESTRICTION)
    if what == "restriction":
        restrict(person, request, "It is looked into", acting=a_protection_officer())
        answer(person, request)

    def end():
        if what == "request":
            answer(person, request)
        with administrator() as admin:
            admin.execute(
                "UPDATE restriction SET valid = tstzrange(lower(valid), now()), end_reason = 'a test'"
                " WHERE person_id = %s",
                [person],
            )

    return end


@pytest.mark.parametrize("what", ["recall", "request", "restriction"])
def test_a_recall_finds_what_is_held_for_something_else_and_holds_it_on(running, home, what):
    person, mate = home.persons
    end = a_hold(what, person)
    running.run("tester", today=TODAY)
    recall = a_recall(**PERIOD)
    assert traced(recall)[person] == "bought"
    assert traced(recall)[mate] == ("bought" if what == "recall" else "may_have_bought")
    end()
    running.run("tester", today=TODAY)
    assert held(person) == (0, 0, 1)
    with administrator() as admin:
        admin.execute("DELETE FROM recall_person WHERE recall_id = %s", [recall])
        assert admin.execute("SELECT DISTINCT hold, hold_id FROM held_receipt_line").fetchall() == [("recall", recall)]
    assert traced(recall)[person] == "bought"


def test_a_recall_finds_by_group_sums_that_are_held_for_something_else(running, home):
    person = home.persons[0]
    a_request(person, RequestKind.OBJECTION)
    running.run("tester", today=TODAY)
    with administrator() as admin:
        admin.execute("DELETE FROM held_receipt_line WHERE purchaser_id = %s", [person])
    # Of 2018 not even the totals are left.
    assert traced(a_recall(first=date(2018, 5, 1), last=date(2018, 5, 31))) == {person: "may_have_bought"}


@pytest.fixture
def program():
    """A program of Bonus from 2014 on, none of whose months was closed."""
    with administrator() as admin:
        admin.execute(
            """
            INSERT INTO bonus_program (version, effective_from, adjusted_for_months, chains_left_out, outlets_left_out,
                payments_left_out, benefit_methods, benefit_basis_points, published_by, digest, source, compiled)
            VALUES (999, '2014-05-01', 0, '{}', '{}', '{}', '{}', 0, 'test', sha256('{}'), '', '{}')
            """
        )
        yield 999
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM bonus_run WHERE program_version = 999")
        admin.execute("DELETE FROM bonus_program WHERE version = 999")


def test_totals_stay_until_bonus_has_closed_their_months(running, home, program, admin):
    shown = running.show(TODAY)
    waiting = {each.partition.quarter: each.months for each in shown.plan.waiting}
    # The quarter ends at midnight UTC, when it is the first of July in Helsinki already.
    assert waiting[date(2018, 4, 1)] == tuple(date(2018, month, 1) for month in (4, 5, 6, 7))
    running.run("tester", today=TODAY)
    with own_look(home.persons[0]):
        assert rows("SELECT count(*) FROM receipt") == [(2,)]
        assert rows("SELECT count(*) FROM receipt_group") == [(2,)]
    for month in waiting[date(2018, 4, 1)]:
        admin.execute(
            "INSERT INTO bonus_run (month, number, program_version, acting) VALUES (%s, 1, %s, 'test')",
            [month, program],
        )
    running.run("tester", today=TODAY)
    with own_look(home.persons[0]):
        assert rows("SELECT count(*) FROM receipt") == [(1,)]
