"""What a trace found serves that recall and nothing else: no other purpose, role, recall or moment reaches it (R19)."""

from dataclasses import dataclass
from typing import Any

import pytest

from acting import a_case, a_mandate
from building import a_household
from looking import own_look, rows
from recalling import a_draft, a_recall, a_recall_of, an_officer
from tarkka import access
from tarkka.vocabulary import Purpose, Role, SubjectKind
from walking import SITUATIONS, USES

TRACE = access.Subject(SubjectKind.TRACE)
TABLES = ("recall_person", "recall_notice", "recall_acknowledgement")


@dataclass(frozen=True)
class Affected:
    person: int
    mate: int
    household: int
    recall: int
    other: int


@pytest.fixture(scope="module")
def affected(database: str) -> Affected:
    """Somebody whom two recalls affect, and whose mate one of them affects."""
    from building import administrator

    home = a_household(2)
    first, second = a_recall_of(*home.persons), a_recall_of(home.persons[0])
    with administrator() as connection:
        for recall, person in ((first, home.persons[0]), (first, home.persons[1]), (second, home.persons[0])):
            connection.execute(
                "INSERT INTO recall_notice (recall_id, person_id, channel, state, told_at)"
                " VALUES (%s, %s, 'portal', 'told', now())",
                [recall, person],
            )
            connection.execute(
                "INSERT INTO recall_acknowledgement (recall_id, person_id) VALUES (%s, %s)", [recall, person]
            )
    return Affected(*home.persons, home.id, first, second)


def recall_look(subject: Any, recall: object, role: Role = Role.AUTOMATIC, actor: str = "test") -> Any:
    return access.opened(
        role=role,
        actor=actor,
        purpose=Purpose.RECALL,
        subject=subject,
        case_ref=None if recall is None else str(recall),
    )


def reached(table: str) -> set[tuple[int, int]]:
    """The recalls and persons whose rows the present look reaches; none, if it has no right on the table."""
    if rows("SELECT has_any_column_privilege(%s, 'SELECT')", table) == [(False,)]:
        return set()
    return set(rows(f"SELECT recall_id, person_id FROM {table}"))


def own(affected: Affected) -> set[tuple[int, int]]:
    return {(affected.recall, affected.person), (affected.other, affected.person)}


@pytest.mark.parametrize("use", [use for use in USES if use[1] is not Purpose.RECALL], ids=str)
def test_no_other_use_reaches_it_but_the_persons_own(affected: Affected, use: Any) -> None:
    role, purpose, kind = use
    actor, case = f"user-{role}", None
    if role is Role.CUSTOMER:
        actor = str(affected.person)
    elif role is not Role.AUTOMATIC:
        a_mandate(actor, role)
    if role is Role.CUSTOMER_SERVICE and kind is SubjectKind.PERSON:
        case = a_case(affected.person, actor, SITUATIONS[purpose][0])
    ids = {SubjectKind.PERSON: affected.person, SubjectKind.HOUSEHOLD: affected.household}
    expected = own(affected) if purpose is Purpose.OWN_DATA else set()
    look = {"role": role, "actor": actor, "purpose": purpose, "subject": access.Subject(kind, ids.get(kind))}
    references = [case] if case else [None, str(affected.recall)]
    for reference in references:
        with access.opened(**look, case_ref=reference, terms="name: x") as opened:
            found = {table: reached(table) for table in TABLES}
            if kind in (SubjectKind.TRACE, SubjectKind.AUDIENCE, SubjectKind.TRAIL):
                opened.cover([])
        assert found == dict.fromkeys(TABLES, expected)


def test_trace_of_a_recall_reaches_its_own_and_no_others(affected: Affected) -> None:
    both = {(affected.recall, affected.person), (affected.recall, affected.mate)}
    officer = an_officer()
    for role, actor in ((Role.AUTOMATIC, "test"), (Role.RECALL_OFFICER, officer)):
        for recall, expected in ((affected.recall, both), (affected.other, {(affected.other, affected.person)})):
            with recall_look(TRACE, recall, role, actor) as opened:
                assert reached("recall_person") == expected
                opened.cover([])


def test_look_at_a_person_for_a_recall_reaches_that_recall_alone(affected: Affected) -> None:
    for recall in (affected.recall, affected.other):
        with recall_look(access.person(affected.person), recall):
            assert {table: reached(table) for table in TABLES} == {key: {(recall, affected.person)} for key in TABLES}
            assert rows("SELECT count(*) FROM receipt_line") == [(0,)]


def drafted_alone() -> int:
    from tarkka.recalls.actions import draft_recall

    return draft_recall(a_draft(), acting=an_officer())


def ended() -> int:
    from tarkka.recalls.actions import end_recall

    number = a_recall()
    end_recall(number, reason="a test", acting=an_officer())
    return number


@pytest.mark.parametrize(
    "recall", [lambda: None, lambda: "", lambda: "7; DROP", lambda: 10**17, lambda: -1, drafted_alone, ended]
)
def test_door_opens_for_no_recall_but_a_running_one(affected: Affected, recall: Any) -> None:
    number = recall()
    for subject in (TRACE, access.person(affected.person)):
        with pytest.raises(access.Refused) as refused, recall_look(subject, number):
            pytest.fail("the door was opened")
        assert refused.value.reason == "no_recall"


def test_nobody_is_looked_at_for_a_recall_whom_its_trace_did_not_find(affected: Affected) -> None:
    with pytest.raises(access.Refused) as refused, recall_look(access.person(affected.mate), affected.other):
        pytest.fail("the door was opened")
    assert refused.value.reason == "not_traced"


def test_recall_that_ends_ends_the_looks_under_way(affected: Affected) -> None:
    from threading import Thread

    number = a_recall_of(affected.person)

    def end() -> None:
        from django.db import connection

        from tarkka.recalls.actions import end_recall

        end_recall(number, reason="a test", acting=officer)
        connection.close()

    officer = an_officer()
    with recall_look(access.person(affected.person), number):
        assert reached("recall_person")
        thread = Thread(target=end)
        thread.start()
        thread.join()
        assert reached("recall_person") == set()


def test_person_reads_their_own_after_it_ended_too(affected: Affected) -> None:
    from tarkka.recalls.actions import end_recall
    from tarkka.recalls.queries import read_own_recalls

    home = a_household(1)
    number = a_recall_of(home.persons[0])
    end_recall(number, reason="a test", acting=an_officer())
    with own_look(home.persons[0]):
        [found] = read_own_recalls()
    assert (found.recall.id, found.certainty.value, found.recall.ended_at is None) == (number, "bought", False)
