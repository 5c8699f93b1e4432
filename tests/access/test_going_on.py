"""A look of staff that is under way shows nothing from the next statement on, once they may look no more (R21–R23)."""

import secrets
from collections.abc import Callable

import pytest

from acting import a_case, a_mandate
from building import Household, administrator
from looking import count, own_look
from tarkka.access.actions import end_mandate
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
