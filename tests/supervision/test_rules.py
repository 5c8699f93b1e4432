"""Each rule of supervision finds what it is for, and leaves alone what looks like it and is not."""

from datetime import UTC, datetime, timedelta

import pytest

import building
import staffing
from tarkka.vocabulary import Purpose, Role


@pytest.fixture
def began(database):
    return datetime.now(UTC) - timedelta(seconds=1)


def judged(began):
    """Let the rules judge what a test did, and return which rules flagged whom."""
    from tarkka.supervision.running import run

    run(since=began, until=datetime.now(UTC) + timedelta(seconds=1))
    with building.administrator() as connection:
        found = connection.execute(
            "SELECT actor, rule, figures, id FROM flag WHERE first_at >= %s ORDER BY id", [began]
        )
        return [(actor, rule, figures) for actor, rule, figures, _ in found.fetchall()]


def a_clerk(**more):
    """An account that may serve customers: its person is of a household of two."""
    from tarkka.access.actions import sign_agreement
    from tarkka.vocabulary import Language

    home = building.a_household(2)
    user_id = staffing.an_account(Role.CUSTOMER_SERVICE, identity_code=home.identity_codes[0], **more)
    sign_agreement(1, language=Language.EN, acting=user_id)
    return user_id, home


def serve(user_id, person):
    from acting import a_case
    from looking import own_look

    case = a_case(person, user_id, "purchases_question")
    with own_look(person, role=Role.CUSTOMER_SERVICE, actor=user_id, purpose=Purpose.CUSTOMER_SERVICE, case_ref=case):
        pass


def test_own_data_is_flagged(began):
    clerk, home = a_clerk()
    serve(clerk, home.persons[0])
    assert judged(began) == [(clerk, "own", {"looks": 1})]
