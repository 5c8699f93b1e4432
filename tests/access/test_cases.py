"""What customer service sees in SQL: situation × table × level × objections × state of the case (R23).

As the application's own login would ask, past the program: the pages hold no rule of their own.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product

import pytest

import building
from acting import a_mandate
from looking import rows
from tarkka import access
from tarkka.access.cases import break_glass, close_case, open_case
from tarkka.people.actions import customer, make_objection
from tarkka.vocabulary import Level, Objection, Place, Purpose, Role

SITUATIONS = {
    # situation: parts, level, level under B, one receipt
    "bonus_question": ({"household", "purchases"}, "TOTAL", "TOTAL", False),
    "card_question": ({"card"}, "TOTAL", "TOTAL", False),
    "choice_change": ({"choices"}, "TOTAL", "TOTAL", False),
    "contact_question": ({"contact"}, "TOTAL", "TOTAL", False),
    "data_request": ({"contact", "requests"}, "TOTAL", "TOTAL", False),
    "emergency": ({"contact", "purchases"}, "PRODUCT", "GROUP", False),
    "household_question": ({"household"}, "TOTAL", "TOTAL", False),
    "looks_question": ({"looks"}, "TOTAL", "TOTAL", False),
    "purchases_question": ({"purchases"}, "PRODUCT", "GROUP", False),
    "receipt_question": ({"purchases"}, "PRODUCT", "PRODUCT", True),
}
TABLES = {
    # table: part that shows it (None: always), least level
    "access_event": ("looks", "TOTAL"),
    "card": ("card", "TOTAL"),
    "contact": ("contact", "TOTAL"),
    "erased": ("requests", "TOTAL"),
    "glass_notice": ("looks", "TOTAL"),
    "level_cap": ("choices", "TOTAL"),
    "membership": ("household", "TOTAL"),
    "objection": ("choices", "TOTAL"),
    "person": (None, "TOTAL"),
    "receipt": ("purchases", "TOTAL"),
    "receipt_group": ("purchases", "GROUP"),
    "receipt_line": ("purchases", "PRODUCT"),
    "register_extract": ("requests", "TOTAL"),
    "request": ("requests", "TOTAL"),
    "restriction": ("choices", "TOTAL"),
    "sent_receipt": ("purchases", "TOTAL"),
    "service_case": ("looks", "TOTAL"),
    "staff_act": ("looks", "TOTAL"),
    "wish": ("contact", "TOTAL"),
}
TOLD_TO_THE_TOUCHED = {"breach_notice", "breach_person"}
"""Of breaches alone, which tests/rights has."""
WALKED = {
    *("held_receipt", "held_receipt_group", "held_receipt_line", "payout", "payout_account"),
    *("payout_return", "payout_run"),
    *("recall_acknowledgement", "recall_notice", "recall_person"),
}
"""What the walk has, part by part (tests/walking.py), and these tests plant nothing in."""
PLANTED = (
    "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, 'TOTAL', '[2000-01-01,2001-01-01)', 'x')",
    """
    INSERT INTO objection (person_id, kind, made_place, made_by, made_version,
                           withdrawn_at, withdrawn_place, withdrawn_by, withdrawn_version)
    VALUES (%s, 'A', 'desk', 'x', 1, now(), 'desk', 'x', 1)
    """,
    "INSERT INTO wish (person_id, purpose, kind, ended_at) VALUES (%s, 'services', 'email', now())",
    "INSERT INTO sent_receipt (person_id, receipt_id) VALUES (%s, 1)",
    "INSERT INTO register_extract (person_id, way, made_at) VALUES (%s, 'online', now())",
    """
    INSERT INTO request (person_id, kind, text, place, taken_by, received_on)
    VALUES (%s, 'erasure', 'x', 'desk', 'x', current_date)
    """,
    "INSERT INTO staff_act (event_id, person_id, act) VALUES (1, %s, 'card_closed')",
    """
    WITH glass AS (
        INSERT INTO service_case (person_id, opened_by, situation, break_glass, reason, closes_at)
        VALUES (%s, 'x', 'emergency', true, 'a test', now()) RETURNING id, person_id)
    INSERT INTO glass_notice (case_id, person_id) SELECT id, person_id FROM glass
    """,
    """
    INSERT INTO erased (person_id, request_id, counts, bonus_before_cents, bonus_after_cents)
    VALUES (%s, 1, '{}', 0, 0)
    """,
    """
    INSERT INTO restriction (person_id, request_id, valid, reason, end_reason)
    SELECT p, max(id), '[2000-01-01,2001-01-01)', 'x', 'y' FROM request, (VALUES (%s)) v (p)
    WHERE person_id = p GROUP BY p
    """,
)
CHOICES = ((), (Objection.A,), (Objection.B,), (Objection.A, Objection.B))


@pytest.fixture(scope="module")
def customers(database):
    """A person for each choice, with a row in every table."""
    made = {}
    for choices in CHOICES:
        household = building.a_household(1)
        [person] = household.persons
        building.take_three_levels(building.a_source(), household.cards[0])
        for objection in choices:
            make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
        with building.administrator() as server:
            for statement in PLANTED:
                server.execute(statement, [person])
        made[choices] = person
    return made


@pytest.fixture(scope="module")
def clerk(database):
    return a_clerk()


def a_clerk() -> str:
    user = f"clerk-{secrets.token_hex(4)}"
    a_mandate(user, Role.CUSTOMER_SERVICE)
    return user


def a_case(person: int, user: str, situation: str) -> int:
    if situation == "emergency":
        return break_glass(person, situation, reason="somebody is in danger", minutes=5, acting=user)
    return open_case(person, situation, place=Place.PHONE, identified_by="questions", acting=user)


def looked(person: int, user: str, case: int, **changes):
    usual = {"role": Role.CUSTOMER_SERVICE, "actor": user, "purpose": Purpose.CUSTOMER_SERVICE}
    return access.opened(**usual | {"subject": access.person(person), "case_ref": str(case)} | changes)


def a_receipt(person: int, level: str = "PRODUCT") -> int:
    with building.administrator() as server:
        [(found,)] = server.execute(
            "SELECT id FROM receipt WHERE purchaser_id = %s AND level = %s::level", [person, level]
        )
    return int(found)


def seen_tables() -> set[str]:
    """Which tables have a row at the present look."""
    return {table for table in TABLES if rows(f"SELECT EXISTS (SELECT FROM {table})") == [(True,)]}


def expected(situation: str, choices, *, chosen: bool) -> set[str]:
    parts, level, under_b, one_receipt = SITUATIONS[situation]
    left = Level[under_b if Objection.B in choices else level]
    if one_receipt and not chosen:
        left = Level.TOTAL
    return {
        table for table, (part, least) in TABLES.items() if (part is None or part in parts) and Level[least] <= left
    }


@pytest.mark.parametrize(("situation", "choices"), list(product(SITUATIONS, CHOICES)))
def test_a_case_shows_its_situations_parts_at_its_level_and_no_more(customers, clerk, situation, choices):
    person = customers[choices]
    case = a_case(person, clerk, situation)
    with looked(person, clerk, case):
        assert seen_tables() == expected(situation, choices, chosen=False)
        for table in TABLES:
            whose = {"person": "id", "receipt": "purchaser_id", "receipt_group": "purchaser_id",
                     "receipt_line": "purchaser_id", "access_event": "subject_id"}.get(table, "person_id")  # fmt: skip
            assert rows(f"SELECT count(*) FROM {table} WHERE {whose} <> %s", person) == [(0,)]


@pytest.mark.parametrize("choices", CHOICES)
def test_the_one_receipt_is_shown_in_full_and_no_other(customers, clerk, choices):
    person = customers[choices]
    case, receipt = a_case(person, clerk, "receipt_question"), a_receipt(person)
    with looked(person, clerk, case, receipt_id=receipt):
        assert seen_tables() == expected("receipt_question", choices, chosen=True)
        assert rows("SELECT id FROM receipt") == [(receipt,)]
        assert rows("SELECT DISTINCT receipt_id FROM receipt_line") == [(receipt,)]
    with (
        pytest.raises(access.Refused, match="another_receipt"),
        looked(person, clerk, case, receipt_id=a_receipt(person, "GROUP")),
    ):
        pass  # pragma: no cover
    with looked(person, clerk, case, receipt_id=receipt):
        assert rows("SELECT id FROM receipt") == [(receipt,)]


def closed(person, user, case):
    assert close_case(case, acting=user)


def expired(person, user, case):
    with building.administrator() as server:
        server.execute("SET session_replication_role = replica")
        server.execute("UPDATE service_case SET closes_at = now() WHERE id = %s", [case])


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("how", ["closed", "expired", "of another clerk", "of another customer", "none", "no number"])
def test_without_an_open_case_of_ones_own_nothing_is_seen(customers, clerk, situation, how):
    person, user, reference = customers[()], clerk, None
    case = a_case(person, user, situation)
    if how in ("closed", "expired"):
        {"closed": closed, "expired": expired}[how](person, user, case)
    elif how == "of another clerk":
        user = a_clerk()
    elif how == "of another customer":
        person = customers[CHOICES[1]]
    else:
        reference = {"none": None, "no number": f"{case} OR true"}[how]
    changes = {"case_ref": reference} if how in ("none", "no number") else {}
    with pytest.raises(access.Refused, match="no_case"), looked(person, user, case, **changes):
        pass  # pragma: no cover


@pytest.mark.parametrize("how", [closed, expired])
def test_what_is_under_way_ends_with_the_case(customers, clerk, how):
    from django.db import connection

    person = customers[()]
    case = a_case(person, clerk, "purchases_question")

    def end() -> None:
        try:
            how(person, clerk, case)
        finally:
            connection.close()

    with looked(person, clerk, case):
        assert rows("SELECT EXISTS (SELECT FROM receipt_line)") == [(True,)]
        with ThreadPoolExecutor(1) as other:
            other.submit(end).result()
        if how is closed:  # a moved end is not seen by a ticket that was given before; its own end is as early
            assert rows("SELECT EXISTS (SELECT FROM person)") == [(False,)]
    with pytest.raises(access.Refused, match="no_case"), looked(person, clerk, case):
        pass  # pragma: no cover


def test_a_ticket_ends_no_later_than_its_case(customers, clerk):
    person = customers[()]
    case = break_glass(person, "emergency", reason="somebody is in danger", minutes=1, acting=clerk)
    with looked(person, clerk, case), building.administrator() as server:
        [(is_early,)] = server.execute(
            "SELECT t.expires_at <= c.closes_at FROM access_ticket t JOIN service_case c ON c.id = t.case_id"
            " WHERE t.case_id = %s",
            [case],
        )
        assert is_early


ACTS = {
    # what is written, and the part that it needs
    "choices": """
        INSERT INTO objection (person_id, kind, made_place, made_by, made_version) VALUES (%s, 'A', 'phone', 'x', 1)
    """,
    "card": "INSERT INTO card (number, person_id, valid) VALUES ('{new}', %s, '[2020-01-01,)')",
    "contact": "INSERT INTO contact (person_id, kind, value) VALUES (%s, 'post', 'x')",
    "household": "UPDATE membership SET valid = valid WHERE person_id = %s",
    "requests": """
        INSERT INTO request (person_id, kind, text, place, taken_by, received_on)
        VALUES (%s, 'erasure', 'x', 'desk', 'x', current_date)
    """,
}


class Undone(Exception):
    """What was tried is taken back."""


def writes(part: str, person: int) -> bool:
    """Whether an act that needs the part goes through at the present look; it is taken back."""
    from django.db import ProgrammingError, connection, transaction

    statement = ACTS[part].replace("{new}", f"8{secrets.randbelow(10**15):015d}")
    has_written = False
    with suppress(Undone, ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [person])
        has_written = cursor.rowcount == 1
        raise Undone
    return has_written


@pytest.mark.parametrize(("situation", "part"), list(product(SITUATIONS, ACTS)))
def test_in_a_case_only_its_situations_parts_are_changed(customers, clerk, situation, part):
    person = customers[()]
    case = a_case(person, clerk, situation)
    if situation == "emergency":
        with (
            pytest.raises(access.Refused, match="without_the_customer"),
            looked(person, clerk, case, purpose=Purpose.REGISTER_UPKEEP),
        ):
            pass  # pragma: no cover
    else:
        with looked(person, clerk, case, purpose=Purpose.REGISTER_UPKEEP):
            assert writes(part, person) is (part in SITUATIONS[situation][0])
    with looked(person, clerk, case):  # at a look for service alone nothing is ever written
        assert not writes(part, person)


def test_the_tables_above_are_complete(database):
    from tarkka.web.pages import described

    assert set(described().situation) == set(SITUATIONS)
    with building.administrator() as server:
        readable = server.execute(
            """
            SELECT DISTINCT c.relname FROM pg_class c JOIN information_schema.column_privileges p
              ON p.table_name = c.relname AND p.table_schema = 'public'
            WHERE p.grantee = 'tarkka_person' AND p.privilege_type = 'SELECT' AND c.relrowsecurity
            """
        ).fetchall()
    assert {name for (name,) in readable} - TOLD_TO_THE_TOUCHED - WALKED == set(TABLES)
