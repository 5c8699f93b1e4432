"""A walk through the door: every role, purpose and subject that the description allows, every table, every verb.

What each look may do is written down as a table below; `differences` goes and looks, as the application's own login.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from psycopg import sql

from acting import a_case, a_mandate
from building import administrator
from recalling import end_all
from tarkka.vocabulary import Level, Part, Purpose, Role, SubjectKind
from world import World

AUDIENCE, HOUSEHOLD, LOOKUP, PERSON, TRACE, TRAIL = SubjectKind
GROUP, PRODUCT, TOTAL = Level.GROUP, Level.PRODUCT, Level.TOTAL

USES = {
    # role, purpose, kind of subject: level, level for whoever made both objections
    (Role.AUTOMATIC, Purpose.OWN_DATA, PERSON): (PRODUCT, PRODUCT),
    (Role.CUSTOMER, Purpose.OWN_DATA, PERSON): (PRODUCT, PRODUCT),
    (Role.CUSTOMER, Purpose.SERVICES, PERSON): (PRODUCT, GROUP),
    (Role.AUTOMATIC, Purpose.SERVICES, PERSON): (PRODUCT, GROUP),
    (Role.CUSTOMER_SERVICE, Purpose.CUSTOMER_SERVICE, PERSON): (PRODUCT, GROUP),
    (Role.AUTOMATIC, Purpose.REGISTER_UPKEEP, PERSON): (TOTAL, TOTAL),
    (Role.CUSTOMER_SERVICE, Purpose.REGISTER_UPKEEP, PERSON): (TOTAL, TOTAL),
    (Role.REGISTER_ADMINISTRATOR, Purpose.REGISTER_UPKEEP, PERSON): (TOTAL, TOTAL),
    (Role.DATA_PROTECTION_OFFICER, Purpose.REGISTER_UPKEEP, PERSON): (TOTAL, TOTAL),
    (Role.REGISTER_ADMINISTRATOR, Purpose.REGISTER_UPKEEP, LOOKUP): (TOTAL, TOTAL),
    (Role.CUSTOMER_SERVICE, Purpose.CUSTOMER_SERVICE, LOOKUP): (TOTAL, TOTAL),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, LOOKUP): (TOTAL, TOTAL),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, TRAIL): (TOTAL, TOTAL),
    (Role.AUTOMATIC, Purpose.SUPERVISION, TRAIL): (TOTAL, TOTAL),
    (Role.DATA_PROTECTION_OFFICER, Purpose.SUPERVISION, PERSON): (TOTAL, TOTAL),
    (Role.CUSTOMER, Purpose.HOUSEHOLD_VIEW, HOUSEHOLD): (TOTAL, TOTAL),
    (Role.AUTOMATIC, Purpose.BONUS, HOUSEHOLD): (TOTAL, TOTAL),
    (Role.AUTOMATIC, Purpose.RECALL, PERSON): (TOTAL, TOTAL),
    (Role.AUTOMATIC, Purpose.BONUS, TRACE): (TOTAL, TOTAL),
    (Role.AUTOMATIC, Purpose.RECALL, TRACE): (PRODUCT, PRODUCT),
    (Role.RECALL_OFFICER, Purpose.RECALL, TRACE): (PRODUCT, PRODUCT),
    (Role.ANALYST, Purpose.STATISTICS, TRACE): (PRODUCT, PRODUCT),
    (Role.AUTOMATIC, Purpose.STATISTICS, TRACE): (PRODUCT, PRODUCT),
    (Role.AUTOMATIC, Purpose.MARKETING, AUDIENCE): (PRODUCT, TOTAL),
    (Role.MARKETER, Purpose.MARKETING, AUDIENCE): (PRODUCT, TOTAL),
}
STAFF = [role for role in Role if role not in (Role.AUTOMATIC, Role.CUSTOMER)]

# What a look may do to each table: `-` nothing, for the role has no such right; else whose rows it reaches: `own` the
# subject's, `home` the household's, `all` everyone's, `unobjected` of those whose choices leave the level, `in_force`
# the subject's objections and wishes in force. `own≥L` holds if the look reaches the level L, `own:choosing` for own
# data and upkeep, `own:looking` for own data, `own:services` for services, `own:upkeep` for upkeep, `own:reaching` for
# own data, upkeep and recalls, `own:recalled` for own data and recalls, `:recall` for recalls, `home:viewing` for the
# household's view; otherwise no row is reached. `none`: the role has the right, and no row is reached here. Tables that
# are not named are `-` throughout.
RIGHTS = {
    PERSON: """
        table               SELECT        INSERT        UPDATE             DELETE
        person              own           -             own:choosing       -
        membership          own           own:upkeep    own:upkeep         -
        card                own           own:upkeep    own:upkeep         -
        contact             own           own:choosing  -                  own:choosing
        contact_for_safety  own:reaching  own:choosing  -                  own:choosing
        wish                own           own:choosing  in_force:choosing  -
        objection           own           own:choosing  in_force:choosing  -
        level_cap           own           -             -                  -
        restriction         own           -             -                  -
        payout              own           -             -                  -
        payout_run          own           -             -                  -
        payout_return       own           -             -                  -
        payout_account      own:looking   own:looking   own:looking        own:looking
        receipt             own           -             -                  -
        receipt_group       own≥GROUP     -             -                  -
        receipt_line        own≥PRODUCT   -             -                  -
        held_receipt        own:looking           -   -   -
        held_receipt_group  own≥GROUP:looking     -   -   -
        held_receipt_line   own≥PRODUCT:looking   -   -   -
        sent_receipt        own           own:services  -                  -
        register_extract    own           own:choosing  own:looking        -
        request             own           own:choosing  own:upkeep         -
        erased              own           -             -                  -
        breach_notice       own           -             -                  -
        breach_person       own           -             -                  -
        access_event        own           -             -                  -
        service_case        own           -             -                  -
        glass_notice        own           -             -                  -
        staff_act           own           -             -                  -
        shared_looks        own           -             -                  -
        recall_person       own:recalled  -             -                  -
        recall_notice       own:recalled  -             own:recall         -
        recall_acknowledgement  own:recalled  own:looking  -               -
    """,
    HOUSEHOLD: """
        table               SELECT        INSERT        UPDATE             DELETE
        person              home:viewing  -             -                  -
        receipt             home          -             -                  -
        bonus_part          all           -             -                  -
        bonus_run           all           -             -                  -
        household_cooperative  home       home:bonus    -                  -
        ledger_entry        home          -             -                  -
    """,
    TRACE: """
        table               SELECT        INSERT        UPDATE             DELETE
        receipt             all           -             -                  -
        receipt_group       all≥GROUP     -             -                  -
        receipt_line        all≥PRODUCT   -             -                  -
        held_receipt        all:recall    -             -                  -
        held_receipt_group  all:recall    -             -                  -
        held_receipt_line   all:recall    -             -                  -
        recall_person       all:recall    all:recall    -                  -
        bonus_part          all:bonus     -             -                  -
        bonus_run           all:bonus     -             -                  -
        household_cooperative  all:bonus  -             -                  -
        ledger_entry        all:bonus     -             -                  -
        payout_run          all:bonus     -             -                  -
    """,
    AUDIENCE: """
        table                   SELECT      INSERT      UPDATE             DELETE
        audience.receipt        all         -           -                  -
        audience.receipt_group  unobjected  -           -                  -
        audience.receipt_line   unobjected  -           -                  -
    """,
    LOOKUP: """
        table                   SELECT      INSERT      UPDATE             DELETE
    """,
    TRAIL: """
        table                   SELECT      INSERT      UPDATE             DELETE
        access_cover            all         -           -                  -
        access_event            all         -           -                  -
        access_event_person     all         -           -                  -
        agreement_signed        all         -           -                  -
        breach                  all         -           -                  -
        breach_entry            all         -           -                  -
        breach_notice           all         -           -                  -
        breach_person           all         -           -                  -
        case_closed             all         -           -                  -
        case_receipt            all         -           -                  -
        case_review             all         -           -                  -
        flag                    all         -           -                  -
        flag_decision           all         -           -                  -
        flag_event              all         -           -                  -
        look_delay              all         -           -                  -
        mandate                 all         -           -                  -
        mandate_confirmed       all         -           -                  -
        mandate_ended           all         -           -                  -
        retention_run           all         -           -                  -
        service_case            all         -           -                  -
        staff_act               all         -           -                  -
        staff_call              all         -           -                  -
    """,
}
# Of which part of a person's data a table is. In a case only the parts that its situation shows are reached.
PARTS = {
    "membership": Part.HOUSEHOLD, "card": Part.CARD, "contact": Part.CONTACT, "contact_for_safety": Part.CONTACT,
    "wish": Part.CONTACT, "objection": Part.CHOICES, "level_cap": Part.CHOICES, "restriction": Part.CHOICES,
    "receipt": Part.PURCHASES, "payout": Part.HOUSEHOLD, "payout_run": Part.HOUSEHOLD,
    "payout_return": Part.HOUSEHOLD,
    "held_receipt": Part.PURCHASES, "held_receipt_group": Part.PURCHASES, "held_receipt_line": Part.PURCHASES,
    "receipt_group": Part.PURCHASES, "receipt_line": Part.PURCHASES, "sent_receipt": Part.PURCHASES,
    "register_extract": Part.REQUESTS, "request": Part.REQUESTS, "erased": Part.REQUESTS,
    "breach_notice": Part.LOOKS, "breach_person": Part.LOOKS,
    "access_event": Part.LOOKS,
    "service_case": Part.LOOKS, "glass_notice": Part.LOOKS, "staff_act": Part.LOOKS, "shared_looks": Part.LOOKS,
}  # fmt: skip
SITUATIONS = {
    Purpose.CUSTOMER_SERVICE: ("purchases_question", {Part.PURCHASES}),
    Purpose.REGISTER_UPKEEP: ("choice_change", {Part.CHOICES}),
}
PURPOSES = {
    "bonus": (Purpose.BONUS,),
    "choosing": (Purpose.OWN_DATA, Purpose.REGISTER_UPKEEP),
    "looking": (Purpose.OWN_DATA,),
    "reaching": (Purpose.OWN_DATA, Purpose.RECALL, Purpose.REGISTER_UPKEEP),
    "recall": (Purpose.RECALL,),
    "recalled": (Purpose.OWN_DATA, Purpose.RECALL),
    "services": (Purpose.SERVICES,),
    "upkeep": (Purpose.REGISTER_UPKEEP,),
    "viewing": (Purpose.HOUSEHOLD_VIEW,),
}
INTAKE_INSERTS = {"receipt", "receipt_group", "receipt_line"}
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")

# The column by which the world knows whose a row is; what an update would change; what an insert would add.
KEYS = {
    "person": "id", "household": "id", "membership": "id", "card": "id", "contact": "id", "contact_for_safety": "id",
    "wish": "id", "objection": "id", "level_cap": "id", "restriction": "id", "sent_receipt": "person_id",
    "register_extract": "id", "request": "id", "erased": "id",
    "breach": "id", "breach_entry": "breach_id", "breach_notice": "id", "breach_person": "breach_id",
    "receipt": "id", "receipt_group": "receipt_id", "receipt_line": "receipt_id",
    "held_receipt": "id", "held_receipt_group": "receipt_id", "held_receipt_line": "receipt_id", "retention_run": "id",
    "receipt_key": "id", "cardless_receipt": "batch", "access_event": "id", "access_event_person": "person_id",
    "access_ticket": "pid", "mandate": "id", "mandate_confirmed": "mandate_id", "mandate_ended": "mandate_id",
    "agreement_signed": "id", "service_case": "id", "case_closed": "case_id", "case_receipt": "case_id",
    "case_review": "case_id", "look_delay": "case_id", "glass_notice": "case_id", "staff_act": "id",
    "access_cover": "id",
    "recall_draft": "id", "recall_release": "recall_id", "recall_end": "recall_id", "recall_person": "person_id",
    "recall_notice": "id", "recall_acknowledgement": "person_id",
    "flag": "id", "flag_decision": "flag_id", "flag_event": "event_id", "staff_call": "id",
    "bonus_part": "id", "bonus_run": "id", "household_cooperative": "household_id", "ledger_entry": "id",
    "payout": "id", "payout_account": "person_id", "payout_run": "id",
    "payout_return": "payout_id",
    "audience.receipt": "id", "audience.receipt_group": "receipt_id",
    "audience.receipt_line": "receipt_id",
}  # fmt: skip
CHANGES = {
    "person": "language = language",
    "membership": "valid = valid",
    "card": "valid = valid",
    "wish": "ended_at = now()",
    "register_extract": "made_at = now()",
    "recall_notice": "state = 'failed', told_at = NULL, failed_why = 'refused'",
    "payout_account": "set_at = now()",
    "request": "answered_at = now(), outcome = 'granted', answer = 'walk', answered_by = 'walk'",
    "objection": "withdrawn_at = now(), withdrawn_place = 'portal', withdrawn_by = 'walk', withdrawn_version = 1",
}
ADDITIONS = {
    "membership": "(person_id, household_id, is_main_member, valid) VALUES ({0}, {1}, false, '[1990-1-1,1991-1-1)')",
    "card": "(number, person_id, valid) VALUES (gen_random_uuid(), {0}, '[1990-01-01,1991-01-01)')",
    "contact": "(person_id, kind, value) VALUES ({0}, 'email', 'walk@example.org')",
    "contact_for_safety": "(person_id, kind, value, for_safety_only) VALUES ({0}, 'email', 'walk@example.org', true)",
    "wish": "(person_id, purpose, kind) VALUES ({0}, 'services', 'post')",
    "sent_receipt": "(person_id, receipt_id) VALUES ({0}, 2)",
    "bonus_part": "(run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest)"
    " VALUES (0, 1, 1, 'bonus', 'bonus_cost', 'household', 1, {0}, sha256('a'))",
    "bonus_run": "(month, number, program_version) VALUES ('1990-01-01', {0}, 1)",
    "household_cooperative": "(household_id, from_month, cooperative, set_by)"
    " VALUES ({1}, date_trunc('month', now() + interval '40 days'), 'a', 'walk')",
    "ledger_entry": "(household_id, month, kind, debit, credit, amount_cents, program_version, run_id)"
    " VALUES ({1}, '1990-01-01', 'bonus', 'bonus_cost', 'household', {0}, 1, 0)",
    "payout_account": "(person_id, iban_sealed) VALUES ({0}, sha256('a'))",
    "recall_person": "(recall_id, person_id, receipt_id, purchased_at, certainty)"
    " VALUES ({2}, {0}, (SELECT min(id) FROM receipt WHERE purchaser_id = {0}),"
    " (SELECT purchased_at FROM receipt WHERE purchaser_id = {0} ORDER BY id LIMIT 1), 'bought')",
    "recall_acknowledgement": "(recall_id, person_id) VALUES ({2}, {0})",
    "register_extract": "(person_id, way) VALUES ({0}, 'paper')",
    "request": "(person_id, kind, text, place, taken_by, received_on) VALUES ({0}, 'erasure', 'a', 'desk', 'w', now())",
    "objection": "(person_id, kind, made_place, made_by, made_version) VALUES ({0}, 'A', 'portal', 'walk', 1)",
}

RETURNED = {
    "outlet_id": 1, "channel": "store", "purchased_at": "2024-03-06T12:30:00+02:00", "currency": "EUR",
    "total_cents": -200, "bonus_eligible_cents": -200, "card_benefit_cents": 0, "payments": [],
}  # fmt: skip
RETURNED_LINE = {"line": 1, "gtin": "6408430000135", "quantity": "-1", "unit": "pcs", "amount": -200}

REGISTER = """
SELECT people.register(
    ARRAY[h], ARRAY[p], ARRAY[sha256(p::text::bytea)], '{sealed}', '{New}', '{New}', '{fi}',
    ARRAY[h], '{t}', '{2020-1-1}', ARRAY[p], ARRAY[gen_random_uuid()::text], '{2020-1-1}',
    ARRAY[p], '{walk@example.org}')
FROM nextval('household_id_seq') h, nextval('person_id_seq') p
"""

# Each statement in a subtransaction of its own, all in one trip to the server. What it returned comes as an error.
_RUN = """
DO $walk$
DECLARE step jsonb; found jsonb := '{{}}'; answer text;
BEGIN
    FOR step IN SELECT jsonb_array_elements({steps}::jsonb) LOOP
        BEGIN
            EXECUTE step ->> 1 INTO answer;
            RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = coalesce(answer, '');
        EXCEPTION WHEN OTHERS THEN
            found := found || jsonb_build_object(step ->> 0, jsonb_build_array(SQLSTATE, SQLERRM));
        END;
    END LOOP;
    PERFORM set_config('walk.found', found::text, true);
END $walk$
"""


DENIED = frozenset({"denied"})
Reached = dict[tuple[str, str], AbstractSet[str]]


_noticed_first: list[str] = []
"""The parts of the walk that met a difference, the latest first: they will meet the next of the same table too."""


def differences(world: World) -> Iterator[str]:
    """Yield what a walk meets otherwise than is written above, as it goes. Errors of the door are differences too."""
    parts = _parts(world)
    for name in [*_noticed_first, *(each for each in parts if each not in _noticed_first)]:
        for each in _met(parts[name]):
            if name in _noticed_first:
                _noticed_first.remove(name)
            _noticed_first.insert(0, name)
            yield each


def _met(part: Callable[[], Iterator[str]]) -> Iterator[str]:
    try:
        yield from part()
    except Exception as error:  # noqa: BLE001  # a policy that is missing may show as any error
        yield f"{type(error).__name__}: {error}"


def _parts(world: World) -> dict[str, Callable[[], Iterator[str]]]:
    mate = world.people["mate"]
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "outside": partial(_outside, world),
        "trail": partial(_trail, world),
        "functions": partial(_functions, world),
        "staff": partial(_staff, mate),
        "upheld": partial(_upheld, mate),
        "erased": partial(_erased, world.leaver),
        "breached": partial(_breached, mate),
        "supervision": _supervision,
        "recalled": partial(_recalled_and_ended, world),
    }
    staff = cache(_mandates)
    for (role, purpose, kind), levels in USES.items():
        for name in world.people if kind is PERSON else ("self", "stranger") if kind is HOUSEHOLD else ("self",):
            parts[f"{role} {purpose} {kind} {name}"] = partial(_look, world, role, purpose, kind, levels, name, staff)
    return parts


def _staff(person: int) -> Iterator[str]:
    """Mandates, cases, broken glass: each begins and ends as it was said."""
    from looking import own_look, rows
    from tarkka.access import NotAllowed, Refused
    from tarkka.access.actions import end_mandate
    from tarkka.access.cases import Verdict, break_glass, close_case, delay_look, review_case

    clerk, officer = (f"walk-{role}-{secrets.token_hex(4)}" for role in ("clerk", "officer"))
    mandate = a_mandate(clerk, Role.CUSTOMER_SERVICE)
    a_mandate(officer, Role.DATA_PROTECTION_OFFICER)
    case = a_case(person, clerk, "receipt_question")
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE, "case_ref": case}

    def refusal(**more: int) -> str | None:
        try:
            with own_look(person, **look | more):
                rows("SELECT access.record_act('card_closed')")
        except Refused as refused:
            return refused.reason
        return None

    met = [refusal(receipt_id=1), refusal(receipt_id=2)]
    close_case(int(case), acting=clerk)
    met.append(refusal())
    glass, plain = (break_glass(person, "emergency", reason="a walk", minutes=1, acting=clerk) for _ in range(2))
    delay_look(glass, until=datetime.now(UTC) + timedelta(days=1), reason="a walk", acting=officer)
    review_case(glass, Verdict.ACCEPTED, words="a walk", acting=officer)
    end_mandate(mandate, reason="a walk", acting=officer)
    met.append(refusal(case_ref=str(glass)))
    if met != [None, "another_receipt", "no_case", "no_mandate"]:
        yield f"a case is met with {met}"
    with own_look(person):
        told = rows("SELECT id FROM service_case WHERE id IN (%s, %s)", int(case), glass)
        acts = rows("SELECT act FROM staff_act s JOIN access_event e ON e.id = s.event_id WHERE e.case_ref = %s", case)
    if (told, acts) != ([(int(case),)], [("card_closed",)]):
        yield f"of two cases, one to be told later, the customer is told {told}, and of acts {acts}"
    due = rows("SELECT case_id FROM services.glasses_due('0') WHERE case_id IN (%s, %s)", glass, plain)
    claim = "SELECT services.claim_glass(%s, false) IS NOT NULL"
    with _undone(), own_look(person, role=Role.AUTOMATIC, actor="walk", purpose=Purpose.OWN_DATA):
        claimed = [rows(claim, number)[0][0] for number in (glass, plain, plain)]
        raise _UndoneError
    if (due, claimed) != ([(plain,)], [False, True, False]):
        yield f"of two broken glasses, one to be told later, {due} is to be told by e-mail, and claimed {claimed}"
    with suppress(NotAllowed):
        delay_look(plain, until=datetime.now(UTC), reason="a walk", acting=officer)
        yield "what the customer was told is to be told later"


def _supervision() -> Iterator[str]:
    """A flag is raised once of an event, and decided on once, by somebody else; a call is taken once."""
    from looking import rows
    from tarkka import access
    from tarkka.supervision.actions import Call, FlagVerdict, decide_flag, take_calls

    officer, clerk, now = f"walk-officer-{secrets.token_hex(4)}", f"walk-{secrets.token_hex(4)}", datetime.now(UTC)
    a_mandate(officer, Role.DATA_PROTECTION_OFFICER)
    look = {"role": Role.AUTOMATIC, "actor": "walk", "purpose": Purpose.SUPERVISION, "subject": access.TRAIL}
    with access.opened(**look) as opened:
        opened.cover([])
        raised = "SELECT supervision.raise_flag('own', %s, now(), now(), NULL, '{\"looks\": 1}', ARRAY[%s::bigint])"
        [[(flag,)], [(again,)]] = [rows(raised, clerk, opened.event_id) for _ in range(2)]
    decide_flag(flag, FlagVerdict.EXPLAINED, words="a walk", acting=officer)
    calls = [take_calls([Call(clerk, clerk, now, now)]) for _ in range(2)]
    if (again, calls) != (None, [1, 0]):
        yield f"of one event flagged twice there is {again}, of one call taken twice {calls}"


def _recalled_and_ended(world: World) -> Iterator[str]:
    """Walk with a recall, and leave none running, wherever the walk stops: nobody whom one must tell can be erased."""
    try:
        yield from _recalled(world)
    finally:
        end_all(but=world.recall_id)


def _recalled(world: World) -> Iterator[str]:
    """A recall is drafted, released by somebody else, traced, told and ended, and a door opens for it meanwhile."""
    from looking import rows
    from recalling import a_draft, an_officer
    from tarkka import access
    from tarkka.recalls.actions import draft_recall, end_recall, release_recall
    from tarkka.recalls.queries import read_progress, read_published, read_recall

    author, other, me = an_officer(), an_officer(), world.people["self"]
    number = draft_recall(a_draft(), acting=author)
    draft = read_recall(number, acting=other).draft_id
    release_recall(number, draft_id=draft, acting=other)
    look = {"role": Role.AUTOMATIC, "actor": "walk", "purpose": Purpose.RECALL, "case_ref": str(number)}
    with access.opened(**look, subject=access.Subject(TRACE)) as opened:
        rows(
            "INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)"
            " SELECT %s, purchaser_id, id, purchased_at, 'bought' FROM receipt WHERE purchaser_id = %s"
            " ORDER BY id LIMIT 1 RETURNING person_id",
            number,
            me,
        )
        told = rows("SELECT recalls.tell_found()")
        opened.cover([me])
    with access.opened(**look, subject=access.person(me)):
        shown = rows("SELECT DISTINCT recall_id FROM recall_person")
    progress = read_progress(number, acting=other)
    end_recall(number, reason="a walk", acting=author)
    ended = read_published([number])[0].ended_at is not None
    found = (told, shown, progress.affected, ended)
    if found != ([(1,)], [(number,)], 1, True):
        yield f"of a recall are told, shown, affected and ended: {found}"


class _UndoneError(Exception):
    """What was tried in a look is not to be kept."""


@contextmanager
def _undone() -> Iterator[None]:
    with suppress(_UndoneError):
        yield


def _upheld(person: int) -> Iterator[str]:
    """What the data-protection officer does at a request reaches what it is about, and a person can be erased."""
    from looking import rows
    from requesting import an_officer
    from tarkka.people.actions import look
    from tarkka.rights.upheld import person_of_request, requests_at_desk

    officer = an_officer()
    [request, *_] = [each.id for each in requests_at_desk(officer.id) if each.person_id == person]
    if person_of_request(request, officer.id) != person:
        yield "the desk does not find whose a request is"
    with _undone(), look(person, officer):
        rows("SELECT rights.restrict(%s, 'a walk')", request)
        rows("SELECT rights.cap_level(%s, 'GROUP', 'a walk')", request)
        ended = rows("SELECT rights.end_cap()")
        lifted = rows("SELECT rights.lift_restriction(now() + interval '2 days', 'a walk')")
        rows("SELECT rights.correct_name(%s, 'A', 'Walker')", request)
        called = rows("SELECT given_name, family_name FROM person")
        if (ended, lifted, called) != ([(True,)], [(True,)], [("A", "Walker")]):
            yield f"a cap is ended {ended}, a restriction lifted {lifted}, and a name corrected to {called}"
        raise _UndoneError
    taken = {
        "held_receipt": 3,
        "held_receipt_group": 4,
        "held_receipt_line": 2,
        "contact": 2,
        "receipt": 1,
        "receipt_group": 4,
        "receipt_line": 2,
        "payout_account": 1,
        "sent_receipt": 1,
        "wish": 1,
    }
    with _undone(), look(person, officer):
        found = {what: count for what, stays, count in rows("SELECT * FROM rights.erasable()") if not stays}
        rows("SELECT rights.erase(%s)", request)
        left = {what for what, _, _ in rows("SELECT * FROM rights.erasable()")}
        levels = rows("SELECT DISTINCT level::text FROM receipt")
        erased = rows("SELECT count(*) FROM erased WHERE request_id = %s", request)
        kept = {"card", "membership", "payout", "recall_person", "receipt"}
        if (found, left, levels, erased) != (taken, kept, [("TOTAL",)], [(1,)]):
            yield f"erasing takes {found} and leaves {left} at {levels}, in {erased} erasures"
        raise _UndoneError


def _erased(leaver: int) -> Iterator[str]:
    """Somebody of whom nothing must stay can be erased."""
    from looking import rows
    from requesting import an_officer
    from tarkka.people.actions import look
    from tarkka.rights.upheld import measures_at_desk, requests_at_desk

    officer = an_officer()
    [request] = [each.id for each in requests_at_desk(officer.id) if each.person_id == leaver]
    measures = sorted(each.what for each in measures_at_desk(officer.id) if each.person_id == leaver)
    with _undone(), look(leaver, officer):
        rows("SELECT rights.erase_person(%s)", request)
        tables = ("person", "receipt", "erased", "access_event", "breach_person", "glass_notice")
        tables += ("recall_person", "recall_notice", "recall_acknowledgement")
        seen = [rows(f"SELECT count(*) FROM {table}") for table in tables]
        if (measures, seen) != (["level_cap", "restriction"], [[(0,)]] * len(tables)):
            yield f"somebody with {measures} who was erased is seen in {seen}"
        raise _UndoneError


def _breached(person: int) -> Iterator[str]:
    """A breach is recorded, a late report refused until it is told why, the touched found in the trail and told."""
    from looking import rows
    from requesting import an_officer
    from tarkka import access

    officer = an_officer().id
    look = {"role": Role.DATA_PROTECTION_OFFICER, "actor": officer, "purpose": Purpose.SUPERVISION}
    report = "SELECT rights.say_of_breach(%s, 'reported', 'a walk', NULL, now())"
    begin = "SELECT rights.record_breach(now() - interval '80 hours', 'a walk')"
    with suppress(Exception), access.opened(**look, subject=access.TRAIL):
        [(late,)] = rows(begin)
        rows(report, late)
        yield "a late report needs no reasons"
    with _undone(), access.opened(**look, subject=access.TRAIL):
        [(breach,)] = rows(begin)
        rows("SELECT rights.say_of_breach(%s, 'late', 'a walk', NULL, NULL)", breach)
        rows(report, breach)
        day = "tstzrange(now() - interval '1 day', now())"
        found = rows(f"SELECT rights.find_touched(%s, {day}, %s, 'own_data')", breach, str(person))
        everybody = rows("SELECT rights.touch_everybody(%s) >= 3", breach)
        rows("SELECT rights.tell_touched(%s, 'a', 'a', 'a')", breach)
        entries = rows("SELECT count(*) FROM breach_entry WHERE breach_id = %s", breach)
        if (found, everybody, entries) != ([(1,)], [(True,)], [(3,)]):
            yield f"a breach touches {found}, or everybody {everybody}, in {entries} entries"
        raise _UndoneError


def _mandates() -> str:
    user_id = f"walker-{secrets.token_hex(4)}"
    for role in STAFF:
        a_mandate(user_id, role)
    return user_id


def _look(
    world: World,
    role: Role,
    purpose: Purpose,
    kind: SubjectKind,
    levels: tuple[Level, Level],
    name: str,
    staff: Callable[[], str],
) -> Iterator[str]:
    from tarkka import access

    where = f"{role} for {purpose} at the {kind} of {name}"
    actor = str(world.people["self"]) if role is Role.CUSTOMER else staff() if role in STAFF else "walk"
    subject_id = {PERSON: world.people[name], HOUSEHOLD: world.household_of(name)}.get(kind)
    level = levels[name == "objector"]
    case, shown = str(world.recall_id) if purpose is Purpose.RECALL else None, set(Part)
    if role is Role.CUSTOMER_SERVICE and kind is PERSON:
        situation, shown = SITUATIONS[purpose]
        case = a_case(world.people[name], actor, situation)
    found: Reached = {}
    refusal = None
    try:
        with access.opened(
            role=role,
            actor=actor,
            purpose=purpose,
            subject=access.Subject(kind, subject_id),
            case_ref=case,
            terms="name: x",
        ) as look:
            found = _ask(world, kind, world.people)
            if kind not in (PERSON, HOUSEHOLD, LOOKUP):
                look.cover([])
            elif look.level is not level:
                yield f"{where}: level {look.level.name}, expected {level.name}"
    except access.Refused as refused:
        refusal = refused.reason
    expected_refusal = None
    if role is Role.CUSTOMER and name != "self":
        expected_refusal = "not_own" if kind is PERSON else "not_member"
    if refusal != expected_refusal:
        yield f"{where}: refused as {refusal}, expected {expected_refusal}"
    if refusal is None:
        for step, expected in _expected(world, kind, purpose, level, name, shown).items():
            if found[step] != expected:
                yield f"{where}: {' '.join(step)} reaches {found[step]}, expected {expected}"


def _cells(kind: SubjectKind) -> dict[tuple[str, str], str]:
    header, *rows = [line.split() for line in RIGHTS[kind].strip().splitlines()]
    cells = {(table, verb): "-" for table in KEYS for verb in VERBS}
    if kind is PERSON:
        cells |= {("shared_looks", verb): "-" for verb in VERBS}
    return cells | {(table, verb): cell for table, *row in rows for verb, cell in zip(header[1:], row, strict=True)}


def _expected(
    world: World, kind: SubjectKind, purpose: Purpose, level: Level, name: str, shown: AbstractSet[Part]
) -> Reached:
    everyone = set(world.people)
    home = {other for other in everyone if world.household_of(other) == world.household_of(name)}
    reached = {"own": {name}, "home": home, "all": everyone, "unobjected": everyone - {"objector"}, "none": set()}
    reached["in_force"] = {name} & {"objector"}
    expected: Reached = {}
    for step, cell in _cells(kind).items():
        whose, _, purposes = cell.partition(":")
        whose, _, least = whose.partition("≥")
        if (purposes and purpose not in PURPOSES[purposes]) or (least and level < Level[least]):
            whose = "none"
        part = Part.CONTACT if step == ("person", "UPDATE") else PARTS.get(step[0])
        if kind is PERSON and part and part not in shown and whose != "-":
            whose = "none"
        expected[step] = DENIED if whose == "-" else reached[whose]
    return expected


def _outside(world: World) -> Iterator[str]:
    """Without a ticket nothing is reached, in no role; and the intake may insert, and nothing else."""
    from django.db import connection, transaction

    nothing = dict.fromkeys(((table, verb) for table in KEYS for verb in VERBS), DENIED)
    expected = {
        "tarkka_app": nothing,
        "tarkka_intake": nothing | {(table, "INSERT"): {"self"} for table in INTAKE_INSERTS},
    }
    for kind in SubjectKind:
        expected[f"tarkka_{kind}"] = {step: DENIED if cell == "-" else set() for step, cell in _cells(kind).items()}
    for role, steps in expected.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {role}")
            found = _ask(world, PERSON if role == "tarkka_person" else None, {"self": world.people["self"]})
        for step, whose in steps.items():
            if found[step] != whose:
                yield f"{role} without a ticket: {' '.join(step)} reaches {found[step]}, expected {whose}"


def _trail(world: World) -> Iterator[str]:
    """Every sealed row becomes a leaf, and what identifies the world's people can be taken from every row."""
    from tarkka.trail.sealed import SEALED, entries_of

    with administrator() as admin, admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("DELETE FROM trail_leaf")
        admin.execute("DELETE FROM trail_progress")
        emptied = {}
        for each in SEALED:
            if each.whose:
                [(emptied[each.table],)] = admin.execute(
                    f"SELECT count(*) FROM {each.table} t WHERE salt IS NULL OR EXISTS ("
                    f" SELECT FROM unnest(%s::bigint[]) person WHERE {each.whose})",
                    [list(world.people.values())],
                )
        for person in world.people.values():
            admin.execute("SELECT trail.erase(%s, 'walk')", [person])
        for table, rows in emptied.items():
            [(found,)] = admin.execute(f"SELECT count(*) FROM {table} WHERE salt IS NULL")
            if found != rows:
                yield f"erasing empties {found} rows of {table}, expected {rows}"
        expected = {}
        for each in SEALED:
            [(expected[each.table],)] = admin.execute(f"SELECT count(*) FROM ({entries_of(each)}) e")
        admin.execute("SET LOCAL ROLE tarkka_app")
        admin.execute("SELECT FROM trail.append(10000000, true)")
        admin.execute("RESET ROLE")
        sealed = dict(admin.execute("SELECT kind, count(*) FROM trail_leaf GROUP BY 1").fetchall())
        if sealed != {table: rows for table, rows in expected.items() if rows}:
            yield f"rows are sealed of {sealed}"


def _functions(world: World) -> Iterator[str]:
    """What may be asked without a look: whose an identity or a card is, what intake has; to register, a return."""
    from django.db import connection, transaction

    with administrator() as admin:
        hashes = dict(
            admin.execute(
                "SELECT id, identity_hash FROM person WHERE id = ANY (%s)", [list(world.people.values())]
            ).fetchall()
        )
        sales = admin.execute("SELECT source_receipt_id, level FROM receipt WHERE source_id = %s", [world.source_id])
        levels = dict(sales.fetchall())
        waiting = "SELECT what, count(*) FROM rights.waiting() WHERE person_id = ANY (%s) GROUP BY 1 ORDER BY 1"
        found = admin.execute(waiting, [list(world.people.values())]).fetchall()
        if found != [("extract", 4), ("request", 4)]:
            yield f"of extracts and requests wait {found}"
    receipts = list(levels)
    products = [receipt for receipt, level in levels.items() if level == "PRODUCT"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.begin_batch(%s)", [world.source_id])
        [batch] = cursor.fetchone()
    with transaction.atomic(), connection.cursor() as cursor:
        for person, identity in hashes.items():
            cursor.execute("SELECT people.person_by_identity(%s)", [identity])
            if cursor.fetchone() != (person,):
                yield "sign-in does not find a person"
        objector = world.people["objector"]
        cursor.execute("SELECT count(*) FROM services.due(%s, 0, 9) WHERE person_id = %s", [objector - 1, objector])
        if (found := cursor.fetchone()) != (1,):
            yield f"{found} receipts are to be sent, of two of which one was"
        cursor.execute("SET LOCAL ROLE tarkka_intake")
        cursor.execute(
            "SELECT count(DISTINCT person_id), count(DISTINCT household_id), count(cap) FROM people.holders(%s, %s)",
            [batch, [*world.home.cards]],
        )
        if (found := cursor.fetchone()) != (2, 1, 2):
            yield f"intake finds {found} persons, households and caps of two cards"
        cursor.execute(REGISTER)
        cursor.execute("SELECT level::text FROM purchases.sales(%s, %s) ORDER BY 1", [batch, receipts])
        if (found := cursor.fetchall()) != [(level,) for level in sorted(levels.values())]:
            yield f"intake finds {found} of twelve receipts"
        for sale in products:
            returned, line = json.dumps(RETURNED | {"source_receipt_id": f"{sale}-back"}), json.dumps([RETURNED_LINE])
            cursor.execute(
                "SELECT verdict, place FROM purchases.take_back(%s, %s, '', %s, '{}', %s)",
                [batch, sale, returned, line],
            )
            if (found := cursor.fetchone()) != ("accepted", None):
                yield f"a return is {found}"
        cursor.execute("SELECT count(*) FROM purchases.taken(%s, %s)", [batch, receipts])
        if (found := cursor.fetchone()) != (12,):
            yield f"intake finds {found} of twelve receipts taken"
        transaction.set_rollback(True)


def _ask(world: World, kind: SubjectKind | None, people: dict[str, int]) -> Reached:
    """Try every verb on every table as the present role, undo it, and return whom each reached."""
    from django.db import connection

    steps = [(f"{table} {verb}", text) for table, key in KEYS.items() for verb, text in _statements(world, table, key)]
    steps += [
        (f"{table} INSERT {name}", f"INSERT INTO {table.removesuffix('_for_safety')} " + _addition(world, table, name))
        for table in KEYS
        for name in (people if table in ADDITIONS else list(people)[:1])
    ]
    found: Reached = {}
    if kind is PERSON:
        steps.append(("shared_looks SELECT", "SELECT string_agg(id::text, ',') FROM access.shared_looks(NULL, 100000)"))
        found = {("shared_looks", verb): DENIED for verb in VERBS}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_RUN).format(steps=sql.Literal(json.dumps(steps))).as_string(cursor.connection))
        cursor.execute("SELECT current_setting('walk.found')")
        answers = json.loads(cursor.fetchone()[0])
    for step, (state, message) in answers.items():
        table, verb, *name = step.split()
        keys = {int(key) for key in message.split(",") if key} if state == "ZZ001" else set()
        # A view cannot be truncated, whoever asks.
        if (state == "42501" and message.startswith("permission denied")) or (verb == "TRUNCATE" and "." in table):
            found[table, verb] = DENIED
        elif verb == "INSERT":
            # Refused by a policy, or by nothing but what a row must have.
            added = {*found.get((table, verb), set()), *(name if state != "42501" else ())}
            found[table, verb] = added
        elif state != "ZZ001":
            found[table, verb] = {f"{state} {message}"}
        elif table == "shared_looks":
            found[table, verb] = _whose_looks(world, keys)
        else:
            found[table, verb] = {name for key in keys for name in world.owners[table].get(key, ())}
    return found


def _whose_looks(world: World, keys: set[int]) -> set[str]:
    """Whose shared looks these are: a person's own are exactly the world's looks that they were in."""
    looks = world.owners["shared_looks"]
    for name in world.people:
        if keys & looks.keys() == {key for key, names in looks.items() if name in names}:
            return {name}
    return {f"look {key}" for key in keys & looks.keys()}


def _addition(world: World, table: str, name: str) -> str:
    return ADDITIONS.get(table, "DEFAULT VALUES").format(world.people[name], world.household_of(name), world.recall_id)


def _statements(world: World, table: str, key: str) -> Iterator[tuple[str, str]]:
    name = table.removesuffix("_for_safety")
    rows = f"{key} IN ({','.join(map(str, world.owners[table])) or 'NULL'})"
    change = CHANGES.get(table, f"{key} = {key}")
    yield "SELECT", f"SELECT string_agg({key}::text, ',') FROM {name} WHERE {rows}"
    changes = {"UPDATE": f"UPDATE {name} SET {change} WHERE {rows}", "DELETE": f"DELETE FROM {name} WHERE {rows}"}
    for verb, text in changes.items():
        yield verb, f"WITH reached AS ({text} RETURNING {key}) SELECT string_agg({key}::text, ',') FROM reached"
    yield "TRUNCATE", f"TRUNCATE {name}"
