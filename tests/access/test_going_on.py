"""A look of staff that is under way shows nothing from the next statement on, once they may look no more (R21–R23)."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from acting import a_case, a_mandate
from building import Household, a_household, administrator
from looking import count, issue, latest_events, login, own_look, seen
from storing import rows
from tarkka.access.actions import end_mandate
from tarkka.access.cases import break_glass, delay_look
from tarkka.vocabulary import Purpose, Role


def in_another_session(statement: str, *parameters: object) -> None:
    """Do what another session does at the same moment: no ticket is taken away by it."""
    with administrator() as connection:
        connection.execute(statement, parameters)


def close(mandate: int, case: str) -> None:
    in_another_session("INSERT INTO case_closed (case_id, closed_by) VALUES (%s, 'x')", case)


def end(mandate: int, case: str) -> None:
    in_another_session("INSERT INTO mandate_ended (mandate_id, ended_by, reason) VALUES (%s, 'x', 'x')", mandate)


def end_by_an_act(mandate: int, case: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def act() -> None:
        end_mandate(mandate, reason="a test", acting="test-three", using="owner")
        connections.close_all()

    with ThreadPoolExecutor(1) as other:
        other.submit(act).result()


@pytest.mark.parametrize("what", [close, end, end_by_an_act])
def test_look_under_way_sees_nothing_once_staff_may_no_longer_look(
    home: Household, what: Callable[[int, str], None]
) -> None:
    clerk, person = f"clerk-{secrets.token_hex(4)}", home.persons[0]
    mandate = a_mandate(clerk, Role.CUSTOMER_SERVICE)
    case = a_case(person, clerk, "card_question")
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE, "case_ref": case}
    with own_look(person, **look):
        assert (count("person"), count("card")) == (1, 1)
        what(mandate, case)
        assert (count("person"), count("card")) == (0, 0)


def test_look_of_somebody_else_goes_on(home: Household) -> None:
    clerk, person = f"clerk-{secrets.token_hex(4)}", home.persons[0]
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    mine, other = a_case(person, clerk, "card_question"), a_case(person, clerk, "card_question")
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE, "case_ref": mine}
    with own_look(person, **look):
        close(0, other)
        assert count("card") == 1


def test_a_transaction_that_sees_the_past_is_shown_nothing(home: Household) -> None:
    with login() as connection:
        secret = issue(connection, home.persons[0])
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            connection.execute("SET LOCAL ROLE tarkka_person")
            connection.execute("SELECT set_config('tarkka.ticket', %s, true)", [secret])
            assert connection.execute("SELECT count(*) FROM card").fetchone() == (0,)
        assert seen(connection, secret, table="card") == 1


def test_a_case_is_named_in_the_trail_as_it_is(home: Household) -> None:
    clerk, person = f"clerk-{secrets.token_hex(4)}", home.persons[0]
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    case = a_case(person, clerk, "card_question")
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
    with own_look(person, **look, case_ref=f"00{case}") as opened:
        pass
    assert rows("SELECT case_ref FROM access_event WHERE id = %s", opened.event_id) == [(case,)]


def test_a_delay_hides_the_looks_of_its_case_and_no_other(home: Household) -> None:
    clerk, officer = (f"{name}-{secrets.token_hex(4)}" for name in ("clerk", "officer"))
    person = home.persons[0]
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    a_mandate(officer, Role.DATA_PROTECTION_OFFICER)
    glass = break_glass(person, "emergency", reason="a test of delays", minutes=5, acting=clerk)
    delay_look(glass, until=datetime.now(UTC) + timedelta(days=1), reason="a test", acting=officer)
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
    with own_look(person, **look, case_ref=str(glass)) as hidden:
        pass
    with own_look(person, role=Role.AUTOMATIC, actor="x", purpose=Purpose.SERVICES, case_ref=str(glass)) as shown:
        pass
    with own_look(person):
        told = {event.id for event in latest_events()}
    assert (hidden.event_id in told, shown.event_id in told) == (False, True)


def test_who_recorded_a_choice_is_who_looked(home: Household) -> None:
    from django.db import connection

    clerk, person = f"clerk-{secrets.token_hex(4)}", a_household(1).persons[0]
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    case = a_case(person, clerk, "choice_change")
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.REGISTER_UPKEEP, "case_ref": case}
    with own_look(person, **look), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO objection (person_id, kind, made_place, made_by, made_version)"
            " VALUES (%s, 'A', 'portal', %s, 1)",
            [person, str(person)],
        )
    assert rows("SELECT made_by, made_place FROM objection WHERE person_id = %s", person) == [(clerk, "phone")]
