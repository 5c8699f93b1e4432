"""A person with a value of their own in every column that the register has about people, so that each can be found."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stdnum.iban import calc_check_digits

from acting import a_mandate, an_operator
from building import a_household, a_receipt, a_return, a_source, administrator, outlet_of, take
from looking import own_look
from recalling import a_recall
from tarkka.vocabulary import Objection, Outcome, Place, Purpose, RequestKind, Role


@dataclass(frozen=True)
class Planted:
    """Who it is, the words that are theirs alone, and those by which an employee could be known."""

    id: int
    identity_code: str
    words: tuple[str, ...]
    employees: tuple[str, ...]


def a_planted_household() -> tuple[Planted, Planted]:
    """Make a household of two persons, each with rows in every table that may hold something about them."""
    household = a_household(2)
    found = zip(household.persons, household.cards, household.identity_codes, strict=True)
    return tuple(_plant(person, card, code) for person, card, code in found)  # type: ignore[return-value]


def _plant(person: int, card: str, code: str) -> Planted:
    from tarkka import access
    from tarkka.access.cases import Identification, open_case
    from tarkka.people.actions import Actor, customer, look, make_objection, withdraw_objection
    from tarkka.rights.actions import (
        answer_request,
        extend_request,
        make_request,
        order_extract,
        record_download,
    )

    mine: list[str] = []
    staff = an_operator()

    def new(before: str = "Q") -> str:
        mine.append(f"{before}{secrets.token_hex(4)}")
        return mine[-1]

    _plant_people(person, new)
    mine.append(_plant_payout(person))
    _plant_purchases(person, card, new)
    _plant_recall(person, new)
    for objection in Objection:
        make_objection(person, objection, place=Place.DESK, acting=staff)
    withdraw_objection(person, Objection.A, place=Place.PHONE, acting=staff)
    clerk = f"E-{secrets.token_hex(4)}"
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    case = open_case(
        person, "choice_change", place=Place.PHONE, identified_by=Identification.QUESTIONS, call_ref=new(), acting=clerk
    )
    in_case = Actor(Role.CUSTOMER_SERVICE, clerk, Purpose.REGISTER_UPKEEP, str(case))
    make_objection(person, Objection.A, place=Place.PHONE, acting=in_case)
    refused = {"role": Role.CUSTOMER_SERVICE, "purpose": Purpose.CUSTOMER_SERVICE, "case_ref": new("C")}
    try:
        with access.opened(actor="E-nobody", subject=access.person(person), **refused):
            pass
    except access.Refused:
        pass
    for _ in range(2):
        order_extract(person, acting=customer(person))
        with look(person, customer(person)) as raw:
            raw.execute("UPDATE register_extract SET made_at = now() WHERE made_at IS NULL")
    request = make_request(person, RequestKind.ERASURE, new(), place=Place.PHONE, acting=staff)
    extend_request(person, request, new(), acting=staff)
    answer_request(person, request, Outcome.PARTLY, new(), acting=staff)
    with own_look(person):
        record_download()
    return Planted(person, code, (code, card, *mine), (staff.id, clerk, "E-nobody"))


def _plant_payout(person: int) -> str:
    """Let the person have been paid Bonus to an account of their own, from which it came back, and return it."""
    from tarkka.bonus.account import seal_iban

    long_ago = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=secrets.randbelow(10**8))
    bank = f"{secrets.randbelow(10**14):014d}"
    account = f"FI{calc_check_digits(f'FI00{bank}')}{bank}"
    with administrator() as connection:
        connection.execute("INSERT INTO payout_account VALUES (%s, %s, %s)", [person, seal_iban(account), long_ago])
        connection.execute(
            "WITH run AS (INSERT INTO payout_run (month, at, payer_name, payer_iban, payouts, paid_cents,"
            " without_account, digest, acting)"
            " SELECT coalesce(max(month), '1900-01-01') + interval '1 month', %s, 'plant', 'FI2112345600000785', 1, 7,"
            " 0, sha256(''), 'plant' FROM payout_run WHERE month < '2000-01-01' RETURNING id),"
            " paid AS (INSERT INTO payout (run_id, household_id, person_id, iban_sealed, iban_digest, amount_cents)"
            " SELECT run.id, household_id, person_id, a, sha256(a), %s FROM run, membership,"
            " (SELECT %s::bytea) f (a) WHERE person_id = %s LIMIT 1 RETURNING id)"
            " INSERT INTO payout_return (payout_id, at, acting) SELECT id, %s, 'plant' FROM paid",
            [long_ago, secrets.randbelow(10**9) + 1, seal_iban(account), person, long_ago + timedelta(days=1)],
        )
    return account


def _plant_people(person: int, new: object) -> None:
    assert callable(new)
    long_ago = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=secrets.randbelow(10**8))
    with administrator() as connection:

        def write(statement: str, *values: object) -> None:
            connection.execute(statement, [*values])

        write(
            "UPDATE person SET given_name = %s, family_name = %s, registered_at = %s, language = 'sv' WHERE id = %s",
            new(),
            new(),
            long_ago,
            person,
        )
        write("DELETE FROM contact WHERE person_id = %s", person)
        for kind, value, for_safety_only in (
            ("email", f"{new()}@example.org", False),
            ("phone", new("+358"), False),
            ("post", f"{new()} 1\n00100 X", False),
            ("email", f"{new()}@example.org", True),
        ):
            write(
                "INSERT INTO contact (person_id, kind, value, for_safety_only) VALUES (%s, %s, %s, %s)",
                person,
                kind,
                value,
                for_safety_only,
            )
        ended = (long_ago, long_ago + timedelta(days=99, seconds=secrets.randbelow(10**6)))
        write(
            "INSERT INTO membership (person_id, household_id, is_main_member, valid)"
            " SELECT %s, household_id, false, tstzrange(%s, %s) FROM membership WHERE person_id = %s",
            person,
            *ended,
            person,
        )
        write(
            "INSERT INTO card (number, person_id, valid) VALUES (%s, %s, tstzrange(%s, %s))", new("7"), person, *ended
        )
        write(
            "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, 'GROUP', tstzrange(%s, %s), %s)",
            person,
            *ended,
            new(),
        )
        write(
            "INSERT INTO restriction (person_id, request_id, valid, reason, end_reason)"
            " VALUES (%s, 0, tstzrange(%s, %s), %s, %s)",
            person,
            *ended,
            new(),
            new(),
        )
        write(
            "INSERT INTO erased (person_id, request_id, counts, bonus_before_cents, bonus_after_cents)"
            " VALUES (%s, %s, %s, 7700, 7700)",
            person,
            10**9 + secrets.randbelow(10**9),
            new(),
        )
        with connection.transaction():
            [(breach,)] = connection.execute(
                "INSERT INTO breach (found_at, recorded_by) VALUES (now(), 'E-nobody') RETURNING id"
            ).fetchall()
            said = new()
            write(
                "INSERT INTO breach_notice (breach_id, fi, sv, en, by) VALUES (%s, %s, %s, %s, 'E-nobody')",
                breach,
                said,
                said,
                said,
            )
            write("INSERT INTO breach_person (breach_id, person_id) VALUES (%s, %s)", breach, person)
        write(
            """
            WITH glass AS (
                INSERT INTO service_case (person_id, opened_by, situation, break_glass, reason, closes_at)
                VALUES (%s, 'E-nobody', 'emergency', true, 'a test', now()) RETURNING id, person_id)
            INSERT INTO glass_notice (case_id, person_id, sent_at, is_refused) SELECT id, person_id, %s, true FROM glass
            """,
            person,
            long_ago,
        )
        wish = (
            "INSERT INTO wish (person_id, purpose, kind, wished_at, ended_at) VALUES (%s, 'services', 'email', %s, %s)"
        )
        write(wish, person, *ended)


def _plant_recall(person: int, new: object) -> None:
    """Let a recall affect somebody, who was told of it by one channel, not by another, and read it."""
    assert callable(new)
    at = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=secrets.randbelow(10**8))
    recall_id = a_recall()
    with administrator() as connection:
        connection.execute(
            "INSERT INTO recall_person VALUES (%s, %s, %s, %s, 'may_have_bought', %s)",
            [recall_id, person, secrets.randbelow(10**15), at, at + timedelta(hours=1)],
        )
        notice = (
            "INSERT INTO recall_notice (recall_id, person_id, channel, use_safety_contact, state, attempts, begun_at,"
            " told_at, failed_why, is_only_way) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        )
        begun = at + timedelta(hours=2)
        for each in (
            [
                "email",
                True,
                "failed",
                7001,
                begun,
                None,
                f"came back 5.{secrets.randbelow(1000)}.{secrets.randbelow(1000)}",
                False,
            ],
            ["portal", False, "told", 7002, begun, at, None, True],
        ):
            connection.execute(notice, [recall_id, person, *each])
        connection.execute("INSERT INTO recall_acknowledgement VALUES (%s, %s, %s)", [recall_id, person, begun])


def _plant_purchases(person: int, card: str, new: object) -> None:
    assert callable(new)
    source = a_source()
    line = {
        "line": 1,
        "gtin": "6408430000135",
        "name": f"=Milk {new()}",
        "group": new("g"),
        "quantity": "2",
        "unit": "pcs",
    }
    other = {"line": 2, "product_code": new("p"), "name": new(), "group": "bakery", "quantity": "0.500", "unit": "kg"}
    sale = a_receipt(
        card=card,
        receipt_id=new("R"),
        lines=[line | {"amount": "4.00", "lot": new("L"), "vat_rate": "13.5"}, other | {"amount": "6.00"}],
    )
    rest = a_receipt(card=card, receipt_id=new("R"), outlet=outlet_of("restaurants"))
    verdicts = take(source, [sale, rest, a_return(sale, receipt_id=new("R"))])
    assert [verdict.status for verdict in verdicts] == ["accepted"] * 3, verdicts
    with administrator() as connection:
        for number, held in enumerate(("receipt", "receipt_group", "receipt_line"), start=10**10):
            connection.execute(
                f"INSERT INTO held_{held} SELECT r.*, 'request', %s FROM {held} r WHERE purchaser_id = %s",
                [number, person],
            )
        connection.execute(
            "INSERT INTO sent_receipt (person_id, receipt_id, is_refused)"
            " SELECT purchaser_id, id, true FROM receipt WHERE purchaser_id = %s",
            [person],
        )
