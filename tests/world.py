"""The people of a walk through the door: who is who, with rows in every table, and whose each of those rows is."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from acting import a_case, a_mandate
from building import Household, a_household, a_receipt, a_source, administrator, take, take_three_levels
from looking import own_look, rows
from recalling import a_recall_of, an_ended_recall_of
from tarkka.vocabulary import Objection, Place, Purpose, Role, SubjectKind


@dataclass
class World:
    """Somebody, another of their household, a stranger, and one who made both objections; and whose each row is."""

    home: Household
    others: Household
    source_id: int
    people: dict[str, int]
    leaver: int
    recall_id: int
    owners: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def household_of(self, name: str) -> int:
        """Return the id of a person's household."""
        return self.home.id if name in ("self", "mate") else self.others.id


def a_world() -> World:
    """Make the people of a walk, with rows in every table."""
    from tarkka import access
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    home, others, source = a_household(2), a_household(2), a_source()
    people = dict(zip(("self", "mate", "stranger", "objector"), home.persons + others.persons, strict=True))
    for card in home.cards + others.cards:
        take_three_levels(source, card)
    take(source, [a_receipt(card=None)])
    lately = datetime.now(UTC) - timedelta(days=1)
    take(a_source(), [a_receipt(card=others.cards[1], purchased_at=lately.isoformat()) for _ in range(2)])
    for name, person in people.items():
        for objection in Objection:
            make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
            if name != "objector":
                withdraw_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    everyone = list(people.values())
    with administrator() as connection:
        connection.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason)"
            " SELECT p, 'TOTAL', '[2000-01-01,2001-01-01)', 'asked' FROM unnest(%s::bigint[]) p",
            [everyone],
        )
        connection.execute(
            "INSERT INTO restriction (person_id, request_id, valid, reason)"
            " SELECT p, 0, '[2000-01-01,2001-01-01)', 'asked' FROM unnest(%s::bigint[]) p",
            [everyone],
        )
        connection.execute(
            "INSERT INTO contact (person_id, kind, value, for_safety_only)"
            " SELECT p, 'phone', '040', true FROM unnest(%s::bigint[]) p",
            [everyone],
        )
        connection.execute(
            "INSERT INTO wish (person_id, purpose, kind, wished_at, ended_at)"
            " SELECT p, 'services', 'email', now() - interval '2 days', CASE WHEN p <> %s THEN now() END"
            " FROM unnest(%s::bigint[]) p",
            [people["objector"], everyone],
        )
        for held in ("receipt", "receipt_group", "receipt_line"):
            connection.execute(
                f"INSERT INTO held_{held} SELECT r.*, 'request', 0 FROM {held} r WHERE purchaser_id = ANY (%s)",
                [everyone],
            )
        connection.execute("INSERT INTO retention_run (version, acting) VALUES (1, 'world')")
        connection.execute(
            "INSERT INTO sent_receipt (person_id, receipt_id) SELECT purchaser_id, max(id) FROM receipt"
            " WHERE purchaser_id = ANY (%s) GROUP BY 1",
            [everyone],
        )
        connection.execute(
            "INSERT INTO payout_account (person_id, iban_sealed)"
            " SELECT p, sha256(p::text::bytea) FROM unnest(%s::bigint[]) p",
            [everyone],
        )
        for person in everyone:
            _paid(connection, person, home.id if person in home.persons else others.id)
        connection.execute(
            "INSERT INTO erased (person_id, request_id, counts, bonus_before_cents, bonus_after_cents)"
            " SELECT p, 0, '', 0, 0 FROM unnest(%s::bigint[]) p",
            [everyone],
        )
        connection.execute(
            "INSERT INTO register_extract (person_id, way) SELECT p, 'paper' FROM unnest(%s::bigint[]) p", [everyone]
        )
        connection.execute(
            "INSERT INTO request (person_id, kind, text, place, taken_by, received_on)"
            " SELECT p, 'erasure', 'asked', 'portal', p, now() FROM unnest(%s::bigint[]) p",
            [everyone],
        )
    _earn([home.id, others.id])
    leaver = _a_leaver()
    for person in (*everyone, leaver):
        _breach(person)
    _serve(everyone)
    recall_id = a_recall_of(*everyone)
    _tell_of_recall(recall_id, everyone)
    _tell_of_recall(an_ended_recall_of(leaver), [leaver])
    world = World(home, others, source.id, people, leaver, recall_id)
    recall = {
        "role": Role.AUTOMATIC,
        "actor": "walk",
        "purpose": Purpose.RECALL,
        "subject": access.Subject(SubjectKind.TRACE),
        "case_ref": str(recall_id),
    }
    with access.opened(**recall) as look:
        look.cover([people["self"], people["stranger"]])
    shared = {look.event_id: {"self", "stranger"}}
    with access.opened(**recall) as look:
        look.cover_everyone()
    shared[look.event_id] = set(people)
    for household, names in ((home, {"self", "mate"}), (others, {"stranger", "objector"})):
        with access.opened(**recall | {"purpose": Purpose.BONUS, "subject": access.household(household.id)}) as look:
            shared[look.event_id] = names
    world.owners = _owners(people) | {"shared_looks": shared}
    return world


def _earn(households: list[int]) -> None:
    """Let households have earned Bonus in a month that was closed, in a cooperative of their own."""
    from tarkka.bonus.actions import publish
    from tarkka.bonus.queries import programs

    if not programs():
        publish((Path(__file__).parents[1] / "programs" / "s_group.toml").read_text(), acting="world")
    with administrator() as connection:
        [(run,)] = connection.execute(
            "INSERT INTO bonus_run (month, number, program_version, acting)"
            " SELECT '2020-01-01', coalesce(max(number), 0) + 1, 1, 'world' FROM bonus_run WHERE month = '2020-01-01'"
            " RETURNING id"
        ).fetchall()
        connection.execute(
            "INSERT INTO bonus_part (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents,"
            " digest) VALUES (%s, 1, 1, 'bonus', 'bonus_cost', 'household', 1, 1, sha256('a'))",
            [run],
        )
        for household in households:
            connection.execute(
                "INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version,"
                " run_id) VALUES (%s, '2020-01-01', 'bonus', 'bonus_cost', 'household', 1, 1, %s)",
                [household, run],
            )
            connection.execute(
                "INSERT INTO household_cooperative (household_id, from_month, cooperative, set_by)"
                " VALUES (%s, '2020-01-01', 'arina', 'world')",
                [household],
            )


def _paid(connection: psycopg.Connection[Any], person: int, household: int, *, years_ago: int = 0) -> None:
    """Let somebody have been paid Bonus, in a month that nobody else was; and let it have come back."""
    [(run,)] = connection.execute(
        "INSERT INTO payout_run (month, at, payer_name, payer_iban, payouts, paid_cents, without_account, digest,"
        " acting) SELECT coalesce(max(month), '1900-01-01') + interval '1 month', now() - make_interval(years => %s),"
        " 'world', 'FI2112345600000785', 1, 1, 0, sha256(''), 'world' FROM payout_run WHERE month < '2000-01-01'"
        " RETURNING id",
        [years_ago],
    ).fetchall()
    connection.execute(
        "WITH paid AS (INSERT INTO payout (run_id, household_id, person_id, iban_sealed, iban_digest, amount_cents)"
        " VALUES (%s, %s, %s, sha256('a'), sha256(sha256('a')), 1) RETURNING id)"
        " INSERT INTO payout_return (payout_id, acting) SELECT id, 'world' FROM paid",
        [run, household, person],
    )


def _tell_of_recall(recall_id: int, people: list[int]) -> None:
    """Let people be told of a recall in the portal, which they say they read, and by e-mail, which is under way."""
    with administrator() as connection:
        for channel, state, told in (("portal", "told", "now()"), ("email", "trying", "NULL")):
            connection.execute(
                "INSERT INTO recall_notice (recall_id, person_id, channel, state, told_at)"
                f" SELECT %s, p, %s, %s, {told} FROM unnest(%s::bigint[]) p",
                [recall_id, channel, state, people],
            )
        connection.execute(
            "INSERT INTO recall_acknowledgement (recall_id, person_id) SELECT %s, p FROM unnest(%s::bigint[]) p",
            [recall_id, people],
        )


def _breach(person: int) -> None:
    """Let somebody be touched by a breach of their own, and told."""
    with administrator() as connection:
        [(breach,)] = connection.execute(
            "INSERT INTO breach (found_at, recorded_by) VALUES (now(), 'world') RETURNING id"
        ).fetchall()
        for statement in (
            "INSERT INTO breach_entry (breach_id, about, words, by) VALUES (%s, 'happened', 'a test', 'world')",
            "INSERT INTO breach_notice (breach_id, fi, sv, en, by) VALUES (%s, 'a', 'a', 'a', 'world')",
        ):
            connection.execute(statement, [breach])
        connection.execute("INSERT INTO breach_person (breach_id, person_id) VALUES (%s, %s)", [breach, person])


def _a_leaver() -> int:
    """Return somebody with rows in every table, of whom nothing must be kept any more."""
    home = a_household(1)
    [person], [card] = home.persons, home.cards
    take(a_source(), [a_receipt(card=card, purchased_at="2015-03-05T12:30:00+02:00")])
    with administrator() as connection:
        for statement in (
            "UPDATE card SET valid = '[2014-05-01,2020-01-01)' WHERE person_id = %s",
            "UPDATE membership SET valid = '[2014-05-01,2020-01-01)' WHERE person_id = %s",
            "INSERT INTO erased VALUES (DEFAULT, %s, 0, now(), '', 0, 0)",
            "INSERT INTO level_cap VALUES (DEFAULT, %s, 0, 'TOTAL', '[now,)', 'asked')",
            "INSERT INTO objection VALUES (DEFAULT, %s, 'A', now(), 'desk', 'a', 1)",
            "INSERT INTO register_extract (person_id, way, made_at) VALUES (%s, 'online', now())",
            "INSERT INTO request VALUES (DEFAULT, %s, 'erasure', 'asked', 'portal', 'a', now(), now())",
            "INSERT INTO restriction VALUES (DEFAULT, %s, 0, '[now,)', 'asked')",
            "INSERT INTO wish (person_id, purpose, kind) VALUES (%s, 'services', 'email')",
            "INSERT INTO payout_account (person_id, iban_sealed) VALUES (%s, sha256('a'))",
            """
            WITH glass AS (
                INSERT INTO service_case (person_id, opened_by, situation, break_glass, reason, closes_at)
                VALUES (%s, 'world', 'emergency', true, 'a test', now()) RETURNING id, person_id)
            INSERT INTO glass_notice (case_id, person_id) SELECT id, person_id FROM glass
            """,
        ):
            connection.execute(statement, [person])
        _paid(connection, person, home.id, years_ago=20)
    return person


def _serve(everyone: list[int]) -> None:
    """Handle cases of each person in every way, so that staff's tables have rows."""
    from tarkka.access.actions import end_mandate
    from tarkka.access.cases import Verdict, break_glass, close_case, delay_look, review_case

    clerk, officer = (f"world-{role}-{secrets.token_hex(4)}" for role in ("clerk", "officer"))
    a_mandate(clerk, Role.CUSTOMER_SERVICE)
    a_mandate(officer, Role.DATA_PROTECTION_OFFICER)
    end_mandate(a_mandate(clerk, Role.ANALYST), reason="a test", acting=officer)
    for person in everyone:
        case = a_case(person, clerk, "receipt_question")
        look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
        with own_look(person, **look, case_ref=case, receipt_id=1):
            rows("SELECT access.record_act('card_closed')")
        assert close_case(int(case), acting=clerk)
        glass = break_glass(person, "emergency", reason="a test", minutes=1, acting=clerk)
        delay_look(glass, until=datetime.now(UTC), reason="a test", acting=officer)
        review_case(glass, Verdict.ACCEPTED, words="a test", acting=officer)
        with administrator() as connection:
            connection.execute("INSERT INTO glass_notice (case_id, person_id) VALUES (%s, %s)", [glass, person])
    _supervise(clerk, officer)


def _supervise(clerk: str, officer: str) -> None:
    """Flag something that a clerk did, decide on it, and take a call of theirs, so that supervision has rows."""
    from tarkka import access
    from tarkka.supervision.actions import Call, FlagVerdict, decide_flag, take_calls

    now = datetime.now(UTC)
    take_calls([Call(str(secrets.randbits(50)), clerk, now, now)])
    look = {"role": Role.AUTOMATIC, "actor": "world", "purpose": Purpose.SUPERVISION, "subject": access.TRAIL}
    with access.opened(**look) as opened:
        opened.cover([])
        raised = "SELECT supervision.raise_flag('own', %s, now(), now(), NULL, '{\"looks\": 1}', ARRAY[%s::bigint])"
        [(flag,)] = rows(raised, clerk, opened.event_id)
    decide_flag(flag, FlagVerdict.EXPLAINED, words="a test", acting=officer)


def _owners(people: dict[str, int]) -> dict[str, dict[int, set[str]]]:
    names = {person: name for name, person in people.items()}
    everyone = list(names)
    rows = {
        "person": "SELECT id, id FROM person",
        "household": "SELECT household_id, person_id FROM membership",
        "membership": "SELECT id, person_id FROM membership",
        "card": "SELECT id, person_id FROM card",
        "contact": "SELECT id, person_id FROM contact WHERE NOT for_safety_only",
        "contact_for_safety": "SELECT id, person_id FROM contact WHERE for_safety_only",
        "wish": "SELECT id, person_id FROM wish",
        "objection": "SELECT id, person_id FROM objection",
        "sent_receipt": "SELECT person_id, person_id FROM sent_receipt",
        "level_cap": "SELECT id, person_id FROM level_cap",
        "ledger_entry": "SELECT e.id, m.person_id FROM ledger_entry e JOIN membership m USING (household_id)",
        "household_cooperative": "SELECT h.household_id, m.person_id FROM household_cooperative h"
        " JOIN membership m USING (household_id)",
        "payout": "SELECT id, person_id FROM payout",
        "payout_run": "SELECT run_id, person_id FROM payout",
        "payout_return": "SELECT id, person_id FROM payout",
        "payout_account": "SELECT person_id, person_id FROM payout_account",
        "restriction": "SELECT id, person_id FROM restriction",
        "register_extract": "SELECT id, person_id FROM register_extract",
        "request": "SELECT id, person_id FROM request",
        "erased": "SELECT id, person_id FROM erased",
        "breach": "SELECT breach_id, person_id FROM breach_person",
        "breach_entry": "SELECT breach_id, person_id FROM breach_person",
        "breach_person": "SELECT breach_id, person_id FROM breach_person",
        "breach_notice": "SELECT n.id, p.person_id FROM breach_notice n JOIN breach_person p USING (breach_id)",
        "receipt": "SELECT id, purchaser_id FROM receipt",
        "receipt_group": "SELECT receipt_id, purchaser_id FROM receipt_group",
        "receipt_line": "SELECT receipt_id, purchaser_id FROM receipt_line",
        "receipt_key": "SELECT id, purchaser_id FROM receipt_key",
        "held_receipt": "SELECT id, purchaser_id FROM held_receipt",
        "held_receipt_group": "SELECT receipt_id, purchaser_id FROM held_receipt_group",
        "held_receipt_line": "SELECT receipt_id, purchaser_id FROM held_receipt_line",
        "service_case": "SELECT id, person_id FROM service_case",
        "glass_notice": "SELECT case_id, person_id FROM glass_notice",
        "staff_act": "SELECT id, person_id FROM staff_act",
        "access_event": "SELECT id, subject_id FROM access_event WHERE subject_kind = 'person'",
        "access_event_person": "SELECT person_id, person_id FROM access_event_person",
        "recall_person": "SELECT person_id, person_id FROM recall_person",
        "recall_notice": "SELECT id, person_id FROM recall_notice",
        "recall_acknowledgement": "SELECT person_id, person_id FROM recall_acknowledgement",
    }
    owners: dict[str, dict[int, set[str]]] = {}
    with administrator() as connection:
        for table, query in rows.items():
            found = owners[table] = {}
            for key, person in connection.execute(
                f"SELECT * FROM ({query}) r (key, person) WHERE person = ANY (%s)", [everyone]
            ):
                found.setdefault(key, set()).add(names[person])
        for table, query in {
            "cardless_receipt": "SELECT batch FROM cardless_receipt",
            "access_ticket": "SELECT pid FROM access_ticket",
            "mandate": "SELECT id FROM mandate",
            "mandate_confirmed": "SELECT mandate_id FROM mandate_confirmed",
            "mandate_ended": "SELECT mandate_id FROM mandate_ended",
            "agreement_signed": "SELECT id FROM agreement_signed",
            "case_closed": "SELECT case_id FROM case_closed",
            "case_receipt": "SELECT case_id FROM case_receipt",
            "case_review": "SELECT case_id FROM case_review",
            "look_delay": "SELECT case_id FROM look_delay",
            "access_cover": "SELECT id FROM access_cover",
            "flag": "SELECT id FROM flag",
            "flag_decision": "SELECT flag_id FROM flag_decision",
            "flag_event": "SELECT event_id FROM flag_event",
            "bonus_part": "SELECT id FROM bonus_part",
            "bonus_run": "SELECT id FROM bonus_run",
            "staff_call": "SELECT id FROM staff_call",
            "recall_draft": "SELECT id FROM recall_draft",
            "recall_release": "SELECT recall_id FROM recall_release",
            "recall_end": "SELECT recall_id FROM recall_end",
            "retention_run": "SELECT id FROM retention_run",
        }.items():
            owners[table] = {key: set(people) for (key,) in connection.execute(query)}
    for table in ("receipt", "receipt_group", "receipt_line"):
        assert {name for found in owners[table].values() for name in found} == set(people)
        owners[f"audience.{table}"] = owners[table]
    return owners
