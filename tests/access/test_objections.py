"""What is left under objections A and B for each use (rulings: Objections), in force from the commit on."""

from typing import Any

import psycopg
import pytest

from acting import a_case, a_mandate
from building import Household, a_household, a_source, take_three_levels
from looking import count, issue, login, own_look, rows, seen
from recalling import a_recall
from tarkka.access import Access, Subject, household, opened
from tarkka.people.actions import customer, make_objection, withdraw_objection
from tarkka.vocabulary import Level, Objection, Place, Purpose, Role, SubjectKind

A, B = Objection
T, G, P = Level
CHOICES: dict[str, tuple[Objection, ...]] = {"none": (), "A": (A,), "B": (B,), "A+B": (A, B)}
OBJECT = "INSERT INTO objection (person_id, kind, made_place, made_by, made_version) VALUES (%s, %s, 'portal', 'me', 1)"
TABLES = {T: "receipt", G: "receipt_group", P: "receipt_line"}

LEFT = {
    # purpose, kind of subject: left under no objection, A, B, A + B
    (Purpose.OWN_DATA, SubjectKind.PERSON): (P, P, P, P),
    (Purpose.SERVICES, SubjectKind.PERSON): (P, P, G, G),
    (Purpose.CUSTOMER_SERVICE, SubjectKind.PERSON): (P, P, G, G),
    (Purpose.MARKETING, SubjectKind.AUDIENCE): (P, T, G, T),
    (Purpose.RECALL, SubjectKind.TRACE): (P, P, P, P),
    (Purpose.STATISTICS, SubjectKind.TRACE): (P, P, P, P),
    (Purpose.BONUS, SubjectKind.HOUSEHOLD): (T, T, T, T),
}


@pytest.fixture(scope="module")
def choosers(database: str) -> dict[str, Household]:
    """One household a choice, each of one person with a receipt at every level."""
    source = a_source()
    found = {}
    for choice, objections in CHOICES.items():
        home = found[choice] = a_household(1)
        take_three_levels(source, home.cards[0])
        for objection in objections:
            assert make_objection(home.persons[0], objection, place=Place.DESK, acting=customer(home.persons[0]))
    a_mandate("adviser", Role.CUSTOMER_SERVICE)
    return found


def look(purpose: Purpose, kind: SubjectKind, home: Household) -> Any:
    role, actor = Role.AUTOMATIC, "test"
    if purpose is Purpose.OWN_DATA:
        role, actor = Role.CUSTOMER, str(home.persons[0])
    if purpose is Purpose.CUSTOMER_SERVICE:
        role, actor = Role.CUSTOMER_SERVICE, "adviser"
    subject = Subject(kind, {SubjectKind.PERSON: home.persons[0], SubjectKind.HOUSEHOLD: home.id}.get(kind))
    case = a_case(home.persons[0], actor) if role is Role.CUSTOMER_SERVICE else None
    if purpose is Purpose.RECALL:
        case = str(a_recall())
    return opened(role=role, actor=actor, purpose=purpose, subject=subject, case_ref=case)


def finest_seen(access: Access, home: Household) -> Level:
    """The finest level at which the look sees rows of the household's one person; lower ones must be seen too."""
    if access.subject.kind is SubjectKind.HOUSEHOLD:
        assert count("receipt") == 3
        return Level.TOTAL
    audience = "audience." if access.subject.kind is SubjectKind.AUDIENCE else ""
    levels = [level for level in Level if count(f"{audience}{TABLES[level]} WHERE purchaser_id = {home.persons[0]}")]
    assert levels == [level for level in Level if level <= levels[-1]]
    return levels[-1]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("purpose", "kind"), LEFT)
def test_objections_leave_what_the_rulings_say(
    choosers: dict[str, Household], purpose: Purpose, kind: SubjectKind, choice: str
) -> None:
    home = choosers[choice]
    left = dict(zip(CHOICES, LEFT[purpose, kind], strict=True))[choice]
    with look(purpose, kind, home) as access:
        assert finest_seen(access, home) is left
        if kind in (SubjectKind.TRACE, SubjectKind.AUDIENCE):
            access.cover([home.persons[0]])
        else:
            assert access.level is left


@pytest.mark.parametrize("at_most", Level)
def test_look_is_no_finer_than_its_task_asks(choosers: dict[str, Household], at_most: Level) -> None:
    home = choosers["none"]
    with own_look(home.persons[0], at_most=at_most) as access:
        assert access.level is at_most
        assert finest_seen(access, home) is at_most


@pytest.fixture
def chooser(database: str) -> Household:
    home = a_household(1)
    take_three_levels(a_source(), home.cards[0])
    return home


def services_look(me: int) -> Any:
    return own_look(me, purpose=Purpose.SERVICES)


def object_meanwhile(me: int) -> None:
    """Commit objection B in another session, as the portal would at the same time."""
    with login() as connection:
        secret = issue(connection, me)
        with connection.transaction():
            connection.execute("SET LOCAL ROLE tarkka_person")
            connection.execute("SELECT set_config('tarkka.ticket', %s, true)", [secret])
            connection.execute(OBJECT, [me, "B"])


def test_objection_takes_effect_at_the_next_statement_of_a_look_under_way(chooser: Household) -> None:
    me = chooser.persons[0]
    with services_look(me) as access:
        assert access.level is Level.PRODUCT
        assert count("receipt_line") == 2
        object_meanwhile(me)
        assert count("receipt_line") == 0


def test_committing_an_objection_revokes_the_persons_live_tickets(
    chooser: Household, admin: psycopg.Connection
) -> None:
    me = chooser.persons[0]
    with services_look(me):
        assert count("receipt") == 3
        object_meanwhile(me)
        assert count("receipt") == 0
        [(tickets,)] = admin.execute(
            "SELECT count(*) FROM access_ticket WHERE subject_id = %s AND pid = %s",
            [me, rows("SELECT pg_backend_pid()")[0][0]],
        )
        assert tickets == 0


def test_objection_that_is_not_committed_changes_nothing(chooser: Household) -> None:
    me = chooser.persons[0]
    with pytest.raises(ZeroDivisionError), own_look(me):
        rows(OBJECT + " RETURNING id", me, "B")
        raise ZeroDivisionError
    with services_look(me) as access:
        assert access.level is Level.PRODUCT


def test_withdrawn_objection_lowers_nothing(chooser: Household) -> None:
    me = chooser.persons[0]
    make_objection(me, B, place=Place.PHONE, acting=customer(me))
    with services_look(me) as access:
        assert (access.level, count("receipt_line")) == (Level.GROUP, 0)
    assert withdraw_objection(me, B, place=Place.PORTAL, acting=customer(me))
    with services_look(me) as access:
        assert (access.level, count("receipt_line")) == (Level.PRODUCT, 2)


def test_ticket_given_before_an_objection_is_lowered_even_if_nobody_revoked_it(
    chooser: Household, admin: psycopg.Connection
) -> None:
    me = chooser.persons[0]
    with login() as connection:
        secret = issue(connection, me, purpose="services")
        assert seen(connection, secret, table="receipt_line") == 2
        with admin.transaction():
            admin.execute("ALTER TABLE objection DISABLE TRIGGER revokes_tickets")
            admin.execute(OBJECT, [me, "B"])
            admin.execute("ALTER TABLE objection ENABLE TRIGGER revokes_tickets")
        assert (seen(connection, secret), seen(connection, secret, table="receipt_line")) == (3, 0)


def test_choice_is_kept_with_where_and_when_it_was_made_and_nobody_can_change_that(chooser: Household) -> None:
    me = chooser.persons[0]
    make_objection(me, A, place=Place.PHONE, acting=customer(me))
    withdraw_objection(me, A, place=Place.PORTAL, acting=customer(me))
    with own_look(me):
        assert rows("SELECT kind, made_place, withdrawn_place, made_at <= withdrawn_at FROM objection") == [
            ("A", "phone", "portal", True)
        ]
        # A withdrawal stays as it was recorded.
        assert rows("UPDATE objection SET withdrawn_place = 'desk' RETURNING id") == []
    for column in ("made_at", "made_place", "kind", "person_id"):
        with pytest.raises(Exception, match="permission denied"), own_look(me):
            rows(f"UPDATE objection SET {column} = {column} RETURNING id")


def test_choice_is_not_dated_back(chooser: Household) -> None:
    me = chooser.persons[0]
    with pytest.raises(Exception, match="permission denied"), own_look(me):
        rows(
            "INSERT INTO objection (person_id, kind, made_at, made_place, made_by, made_version)"
            " VALUES (%s, 'A', '2016-01-01', 'portal', 'me', 1) RETURNING id",
            me,
        )


def test_one_persons_objection_is_not_the_households(database: str) -> None:
    home, source = a_household(2), a_source()
    for card in home.cards:
        take_three_levels(source, card)
    make_objection(home.persons[0], B, place=Place.PORTAL, acting=customer(home.persons[0]))
    with services_look(home.persons[1]) as access:
        assert access.level is Level.PRODUCT
    with opened(role=Role.AUTOMATIC, actor="test", purpose=Purpose.BONUS, subject=household(home.id)):
        assert count("receipt") == 6


def test_objector_is_told_of_recall(chooser: Household) -> None:
    me = chooser.persons[0]
    for objection in Objection:
        make_objection(me, objection, place=Place.PORTAL, acting=customer(me))
    recall = Subject(SubjectKind.TRACE)
    look = {"role": Role.AUTOMATIC, "actor": "recall", "purpose": Purpose.RECALL, "case_ref": str(a_recall())}
    with opened(**look, subject=recall) as access:
        assert rows("SELECT DISTINCT purchaser_id FROM receipt_line WHERE purchaser_id = %s", me) == [(me,)]
        access.cover([me])


def test_person_of_another_household_is_no_subject_of_ones_own_objection(chooser: Household) -> None:
    me, other = chooser.persons[0], a_household(1).persons[0]
    with pytest.raises(Exception, match="row-level security"), own_look(me):
        rows(OBJECT + " RETURNING id", other, "A")
