"""The trail: every look is recorded, shown to whom it concerned without the employee's name, and never changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acting import a_case, a_mandate
from building import Household, a_household, administrator
from looking import latest_events, own_look, rows
from tarkka.access.queries import Looker
from tarkka.people.actions import customer, make_objection
from tarkka.vocabulary import Objection, Place, Purpose, Role, SubjectKind

IMMUTABLE = [
    "access_cover", "access_event", "access_event_person", "agreement_signed", "case_closed", "case_receipt",
    "case_review", "description_level", "description_situation", "description_use", "description_version",
    "look_delay", "mandate", "mandate_confirmed", "mandate_ended", "service_case", "staff_act",
]  # fmt: skip
ROLES = ["tarkka_owner", "tarkka_door", "postgres"]


@pytest.mark.parametrize("table", IMMUTABLE)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_what_was_recorded_is_never_changed(home: Household, admin: Any, table: str, role: str, verb: str) -> None:
    [(column,)] = admin.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attidentity <> 'a' LIMIT 1",
        [table],
    ).fetchall()
    statement = {
        "UPDATE": f"UPDATE {table} SET {column} = {column}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }
    errors = (psycopg.errors.RaiseException, psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    with pytest.raises(errors), admin.transaction():
        admin.execute(f"SET LOCAL ROLE {role}")
        admin.execute(statement[verb])


@pytest.mark.parametrize("role", ["tarkka_owner", "tarkka_person", "tarkka_app"])
def test_nobody_but_the_door_writes_events(home: Household, admin: Any, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), admin.transaction():
        admin.execute(f"SET LOCAL ROLE {role}")
        admin.execute(
            "INSERT INTO access_event (role, actor, purpose, subject_kind, level)"
            " VALUES ('customer', '1', 'own_data', 'person', 'TOTAL')"
        )


def test_event_says_who_looked_for_what_on_which_ground_and_how_finely(home: Household, admin: Any) -> None:
    me = home.persons[0]
    with own_look(me, role=Role.AUTOMATIC, actor="receipts by mail", purpose=Purpose.SERVICES, case_ref="C-7") as look:
        pass
    found = admin.execute(
        "SELECT role, actor, purpose, basis, subject_kind, subject_id, case_ref, level, version, refusal,"
        " now() - at < '1 minute' FROM access_event WHERE id = %s",
        [look.event_id],
    ).fetchall()
    assert found == [
        (
            "automatic",
            "receipts by mail",
            "services",
            "legitimate_interests",
            "person",
            me,
            "C-7",
            "PRODUCT",
            2,
            None,
            True,
        )
    ]


def test_person_sees_their_own_looks_and_nobody_elses(home: Household) -> None:
    me, mate = home.persons
    with own_look(mate) as theirs:
        pass
    with own_look(me) as mine:
        found = {event for (event,) in rows("SELECT id FROM access_event")}
        assert rows("SELECT count(*) FROM access_event WHERE subject_id <> %s OR subject_kind <> 'person'", me) == [
            (0,)
        ]
    assert mine.event_id in found
    assert theirs.event_id not in found


def test_stranger_sees_nothing_of_a_households_looks(home: Household) -> None:
    from tarkka import access

    bonus = {"role": Role.AUTOMATIC, "actor": "bonus", "purpose": Purpose.BONUS, "subject": access.household(home.id)}
    with access.opened(**bonus, case_ref="C-9") as look:
        pass
    with own_look(a_household(1).persons[0]):
        assert look.event_id not in {event.id for event in latest_events(limit=10_000)}
        assert rows("SELECT count(*) FROM access_event WHERE subject_kind <> 'person'") == [(0,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT actor FROM access_event",
        "SELECT * FROM access_event",
        "SELECT made_by FROM objection",
        "SELECT withdrawn_by FROM objection",
        "SELECT given_by FROM mandate",
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.OWN_DATA, Purpose.SERVICES])
def test_employees_name_is_not_shown(home: Household, query: str, purpose: Purpose) -> None:
    with pytest.raises(Exception, match="permission denied"), own_look(home.persons[0], purpose=purpose):
        rows(query)


def test_employees_name_is_in_no_answer_about_shared_looks(home: Household) -> None:
    [(columns,)] = rows("SELECT proargnames::text[] FROM pg_proc WHERE oid = 'access.shared_looks'::regproc")
    assert {"role", "purpose", "at"} <= set(columns)
    assert "actor" not in columns


def test_looks_are_told_newest_first_a_page_at_a_time(database: str) -> None:
    me = a_household(1).persons[0]
    made = []
    for _ in range(7):
        with own_look(me) as look:
            made.append(look.event_id)
    make_objection(me, Objection.A, place=Place.PORTAL, acting=customer(me))
    with own_look(me):
        mine = [event.id for event in latest_events(limit=10_000) if event.id in made]
        assert mine == made[::-1]
        page = latest_events(limit=3, before=made[-1])
        assert [event.id for event in page if event.id in made][:3] == [event.id for event in page]
        assert [event.id for event in page] == made[-2:-5:-1]


def rows_of_administrator(query: str, *parameters: Any) -> list[Any]:
    with administrator() as connection:
        return connection.execute(query, *parameters).fetchall()


def make_objection_elsewhere(person: int) -> None:
    """Make an objection as another session would."""

    def make() -> None:
        from django.db import connection

        try:
            make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(make).result()


@pytest.fixture(scope="module")
def watched(database: str) -> Household:
    """A household of two whose first person was looked at in every way, granted and refused, alone and with others."""
    from tarkka import access

    home = a_household(2)
    me, mate = home.persons
    a_mandate("adviser", Role.CUSTOMER_SERVICE)
    adviser = {
        "role": Role.CUSTOMER_SERVICE,
        "actor": "adviser",
        "purpose": Purpose.CUSTOMER_SERVICE,
        "case_ref": a_case(me, "adviser", "choice_change"),
    }
    export = {"role": Role.AUTOMATIC, "actor": "export", "purpose": Purpose.STATISTICS}
    trace = access.Subject(SubjectKind.TRACE)
    granted = [
        {},
        {"purpose": Purpose.SERVICES},
        adviser,
        adviser | {"purpose": Purpose.REGISTER_UPKEEP},
        {"role": Role.AUTOMATIC, "actor": "receipts", "purpose": Purpose.SERVICES},
        {"role": Role.AUTOMATIC, "actor": "bonus", "purpose": Purpose.BONUS, "subject": access.household(home.id)},
        {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(home.id)},
        {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(home.id), "actor": str(mate)},
    ]
    refused = [
        {"actor": str(mate)},
        {"actor": str(mate), "purpose": Purpose.MARKETING},
        {"purpose": Purpose.MARKETING},
        adviser | {"actor": "nobody"},
        adviser | {"case_ref": None},
        {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(home.id), "actor": str(2**60)},
        {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.BONUS},
    ]
    for _ in range(2):
        for each in granted:
            with own_look(me, **each):
                pass
        with access.opened(**export, subject=trace) as look:
            look.cover([me])
        for each in refused:
            with pytest.raises(access.Refused), own_look(me, **each):
                pass
    return home


@st.composite
def filters(draw: st.DrawFn) -> Any:
    from tarkka.access.queries import Wanted

    now = datetime.now(UTC)
    moments = st.none() | st.integers(-40, 5).map(lambda days: now + timedelta(days=days))
    return Wanted(
        purpose=draw(st.none() | st.sampled_from(Purpose)),
        since=draw(moments),
        until=draw(moments),
        refused=draw(st.booleans()),
    )


def events(person: int, wanted: Any = None, limit: int = 10_000) -> list[Any]:
    from tarkka.access.queries import EVERYTHING, find_events

    with own_look(person) as look:
        found = find_events(wanted or EVERYTHING, before=look.event_id, limit=limit)
    assert found.older is None
    return list(found.events)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters())
def test_kinds_of_actors_part_the_looks_and_every_filter_only_narrows(watched: Household, wanted: Any) -> None:
    """Each look is of exactly one kind of actor, whatever else is asked; nothing is told twice and nothing is lost."""
    from tarkka.access.queries import EVERYTHING, find_events

    with own_look(watched.persons[0]) as look:
        everything = find_events(EVERYTHING, before=look.event_id, limit=10_000).events
        found = find_events(wanted, before=look.event_id, limit=10_000).events
        parts = {
            looker: find_events(replace(wanted, looker=looker), before=look.event_id, limit=10_000).events
            for looker in Looker
        }
    assert found == [
        event
        for event in everything
        if (wanted.purpose is None or event.purpose is wanted.purpose)
        and (wanted.since is None or event.at >= wanted.since)
        and (wanted.until is None or event.at < wanted.until)
        and (not wanted.refused or event.outcome == "refused")
    ]
    assert sorted((event for part in parts.values() for event in part), key=lambda each: -each.id) == found
    assert all(event.looker is looker for looker, part in parts.items() for event in part)


def test_each_look_is_told_by_the_kind_of_actor_that_it_was_of(watched: Household) -> None:
    me, mate = watched.persons
    actors = dict(rows_of_administrator("SELECT id, role || ' ' || actor FROM access_event"))
    for person in (me, mate):
        for event in events(person):
            role, _, actor = actors[event.id].partition(" ")
            expected = "me" if actor == str(person) else role if role in ("automatic", "customer") else "staff"
            assert event.looker == expected, event
            assert (event.is_own, event.is_automatic) == (expected == "me", expected == "automatic")
    kinds = {(event.looker, event.outcome) for event in events(me)}
    assert kinds == {(looker, outcome) for looker in Looker for outcome in ("granted", "refused")}


def test_each_look_is_told_as_it_was_recorded(watched: Household) -> None:
    found = events(watched.persons[0])
    kept = "SELECT id, at, purpose, role, subject_kind, level::text, case_ref, version FROM access_event"
    ids = [event.id for event in found]
    recorded = rows_of_administrator(f"{kept} WHERE id = ANY(%s) ORDER BY id DESC", [ids])
    assert recorded == [
        (e.id, e.at, e.purpose, e.role, e.subject_kind, e.level and e.level.name, e.case_ref, e.version) for e in found
    ]
    for part in range(4, 7):
        assert len({row[part] for row in recorded}) > 1, "what is the same everywhere proves little"


def test_what_is_told_of_a_look_has_no_actor(watched: Household) -> None:
    told = repr(events(watched.persons[0]))
    assert "adviser" not in told
    assert "nobody" not in told
    assert str(2**60) not in told


def test_a_persons_looks_are_all_that_concern_them_and_no_other(watched: Household) -> None:
    me = watched.persons[0]
    with own_look(me) as look:
        pass
    expected = {
        event
        for (event,) in rows_of_administrator(
            """
            SELECT e.id FROM access_event e WHERE subject_kind = 'person' AND subject_id = %(me)s
            OR EXISTS (SELECT FROM access_event_person p WHERE p.event_id = e.id AND p.person_id IN (0, %(me)s))
            """,
            {"me": me},
        )
    }
    found = [event.id for event in events(me)]
    assert len(found) == len(set(found))
    assert set(found) == {event for event in expected if event <= look.event_id}
    assert found == sorted(found, reverse=True)


def test_others_looks_are_all_but_the_persons_own(watched: Household) -> None:
    from tarkka.access.queries import Wanted

    for person in watched.persons:
        everything = events(person)
        theirs = [event for event in everything if not event.is_own]
        assert events(person, Wanted(others=True)) == theirs
        assert 0 < len(theirs) < len(everything)


def test_full_page_that_is_the_last_says_so(watched: Household) -> None:
    from tarkka.access.queries import Wanted, find_events

    for wanted in (Wanted(), Wanted(refused=True)):
        with own_look(watched.persons[0]) as look:
            whole = find_events(wanted, before=look.event_id, limit=10_000).events
            assert find_events(wanted, before=look.event_id, limit=len(whole)).older is None
            assert find_events(wanted, before=look.event_id, limit=len(whole) - 1).older == whole[-2].id


@pytest.mark.parametrize("looker", [None, "automatic", "customer", "me", "staff"])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_looks_go_on_where_a_page_ends(watched: Household, looker: str | None, limit: int) -> None:
    from tarkka.access.queries import Wanted, find_events

    wanted = Wanted(looker=Looker(looker)) if looker else Wanted()
    whole = events(watched.persons[0], wanted)
    with own_look(watched.persons[0]) as look:
        before: int | None = look.event_id
        found = []
        while before is not None:
            page = find_events(wanted, before=before, limit=limit)
            assert len(page.events) <= limit
            found += page.events
            before = page.older
    # The looks at this test's pages are newer than the first of them.
    assert [event for event in found if event.id <= whole[0].id] == whole


def test_a_filter_reads_so_far_and_says_where_to_go_on(watched: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    from tarkka.access import queries

    wanted = queries.Wanted(refused=True)
    whole = events(watched.persons[0], wanted)
    monkeypatch.setattr(queries, "REACH", 5)
    with own_look(watched.persons[0]) as look:
        before: int | None = look.event_id
        pages = []
        while before is not None:
            page = queries.find_events(wanted, before=before, limit=50)
            pages.append(len(page.events))
            whole = whole[len(page.events) :] if list(page.events) == whole[: len(page.events)] else ["differs"]
            before = page.older
    assert whole == []
    assert max(pages) <= 10
    assert len(pages) > 3


def test_look_that_an_objection_ended_says_that_it_shows_nothing_any_more(database: str) -> None:
    from tarkka.access.queries import is_live

    me = a_household(1).persons[0]
    with own_look(me):
        assert is_live()
        make_objection_elsewhere(me)
        assert not is_live()
        assert rows("SELECT id FROM access_event") == []
