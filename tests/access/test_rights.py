"""What each role of the door may do to each table, column by column: the whole of it, as the database has it."""

import pytest

from tarkka.trail.sealed import SEALED

ALL = "*"
SHARED = {(table, "SELECT"): ALL for table in ("outlet", "product", "product_group")}
PUBLISHED = ("announcement", "in_force", "level", "situation", "use", "version")
DESCRIPTION = {(f"description_{part}", "SELECT"): ALL for part in PUBLISHED}
WITHDRAWN = "withdrawn_at withdrawn_place withdrawn_version"
EVENT = "id at role purpose basis subject_kind subject_id case_ref level version refusal is_own"
CASE = "id person_id situation break_glass place identified_by call_ref opened_at closes_at"
STAFF = (
    "access_cover", "agreement_signed", "case_closed", "case_receipt", "case_review", "look_delay", "mandate",
    "mandate_confirmed", "mandate_ended", "service_case", "staff_act",
)  # fmt: skip
ASKED = "kind text place extension_reason outcome answer"
AMOUNTS = "currency total_cents bonus_eligible_cents card_benefit_cents payments"
HOUSEHOLD_RECEIPT = "household_id purchased_at id outlet_id channel kind " + AMOUNTS
DOOR_RECEIPT = (
    "purchaser_id purchased_at id household_id outlet_id source_id version level channel kind source_receipt_id"
    " refers_to refers_to_at currency total_cents bonus_eligible_cents card_benefit_cents payments sole_payment"
)
SUPERVISION = ("flag", "flag_decision", "flag_event", "staff_call")
VIEWS = tuple(f"supervision.{name}" for name in ("deed", "reached", "search", "suspected"))
BREACHES = ("breach", "breach_entry", "breach_notice", "breach_person")
ERASED = (
    "card", "contact", "glass_notice", "level_cap", "membership", "objection", "person", "receipt",
    "receipt_group", "receipt_key", "receipt_line", "register_extract", "request", "restriction", "sent_receipt",
    "wish",
)  # fmt: skip
_KEPT = ("cardless_receipt", "intake_batch", "product", "receipt_key")
TRAIL = ("trail_checkpoint", "trail_leaf", "trail_node")
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")
HELD = ("held_receipt", "held_receipt_group", "held_receipt_line")
DROPPED = {("retention_drop", "SELECT"): ALL}
QUEUE = {
    ("jobs.procrastinate_jobs", "SELECT"): ALL,
    (
        "jobs.procrastinate_jobs",
        "UPDATE",
    ): "status worker_id attempts scheduled_at priority queue_name lock abort_requested",
    ("jobs.procrastinate_jobs", "DELETE"): ALL,
    ("jobs.procrastinate_events", "SELECT"): ALL,
    ("jobs.procrastinate_events", "INSERT"): ALL,
    ("jobs.procrastinate_periodic_defers", "SELECT"): "job_id",
    ("jobs.procrastinate_periodic_defers", "UPDATE"): "job_id",
} | {("jobs.procrastinate_workers", verb): ALL for verb in _VERBS}
QUEUED = {
    ("jobs.procrastinate_jobs", "SELECT"): "id task_name args status",
    ("jobs.procrastinate_jobs", "INSERT"): ALL,
    ("jobs.procrastinate_events", "INSERT"): ALL,
}
RECALLS = ("recall_draft", "recall_end", "recall_release")
RECALLED = ("recall_acknowledgement", "recall_notice", "recall_person")
PROGRAM = {(table, "SELECT"): ALL for table in ("bonus_cooperative", "bonus_program")}
LEDGER = (
    {(table, "SELECT"): ALL for table in ("bonus_part", "household_cooperative", "ledger_entry")}
    | {("bonus_run", "SELECT"): "id month number program_version at"}
    | PROGRAM
)
RIGHTS: dict[str, dict[tuple[str, str], str]] = {
    "tarkka_app": SHARED
    | QUEUE
    | PROGRAM
    | DROPPED
    | {(table, "SELECT"): ALL for table in TRAIL}
    | {(table, "INSERT"): ALL for table in ("trail_checkpoint", "trail_node")}
    | DESCRIPTION
    | {(table, "SELECT"): ALL for table in ("recall_run", "source", "source_scope", "supervision_run")}
    | {(table, verb): ALL for table in ("request_count", "session") for verb in _VERBS}
    | {("sign_in_used", verb): ALL for verb in ("SELECT", "INSERT", "DELETE")}
    | {("staff_code_app", verb): ALL for verb in _VERBS}
    | {("staff_password", verb): ALL for verb in ("SELECT", "INSERT", "UPDATE")}
    | {("staff_security_key", verb): ALL for verb in ("SELECT", "INSERT", "DELETE")}
    | {
        ("staff_account", "SELECT"): "user_id name email language opened_at closed_at",
        ("staff_invitation", "SELECT"): ALL,
        ("staff_invitation", "UPDATE"): "ended_at",
        ("staff_security_key", "UPDATE"): "sign_count used_at",
    },
    "tarkka_seal": {(each.table, "SELECT"): ALL for each in SEALED}
    | {(each.table, "UPDATE"): f"{each.blinded} salt" for each in SEALED if each.whose}
    | {(table, verb): ALL for table in ("trail_erased", "trail_leaf") for verb in ("SELECT", "INSERT")}
    | {("trail_progress", verb): ALL for verb in ("SELECT", "INSERT", "DELETE")}
    | {("erasure", "INSERT"): ALL},
    "tarkka_person": SHARED
    | DROPPED
    | {(table, "SELECT"): ALL for table in HELD}
    | {(table, "SELECT"): ALL for table in TRAIL}
    | {(table, "SELECT"): ALL for table in ("card", "contact", "level_cap", "membership", "person", "wish")}
    | {("restriction", "SELECT"): ALL}
    | {(table, "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line")}
    | {(f"description_{part}", "SELECT"): ALL for part in ("in_force", "version")}
    | {
        ("access_event", "SELECT"): EVENT,
        ("breach_notice", "SELECT"): "id breach_id fi sv en at",
        ("breach_person", "SELECT"): "breach_id person_id found_at",
        ("erased", "SELECT"): "id person_id request_id at counts bonus_before_cents bonus_after_cents",
        ("card", "INSERT"): "number person_id valid",
        ("card", "UPDATE"): "valid",
        ("register_extract", "SELECT"): ALL,
        ("register_extract", "INSERT"): "person_id way may_cost made_at",
        ("register_extract", "UPDATE"): "made_at",
        ("contact", "INSERT"): "person_id kind value for_safety_only",
        ("contact", "DELETE"): ALL,
        ("membership", "INSERT"): "person_id household_id is_main_member valid",
        ("membership", "UPDATE"): "valid",
        ("objection", "SELECT"): "id person_id kind made_at made_place made_version " + WITHDRAWN,
        ("objection", "INSERT"): "person_id kind made_place made_by made_version",
        ("objection", "UPDATE"): "withdrawn_at withdrawn_place withdrawn_by withdrawn_version",
        ("person", "UPDATE"): "given_name family_name language",
        ("request", "SELECT"): "id person_id received_at received_on due_on extended_at answered_at " + ASKED,
        ("request", "INSERT"): "person_id kind text place taken_by received_on",
        ("request", "UPDATE"): "extended_at extension_reason extended_by answered_at outcome answer answered_by",
        ("glass_notice", "SELECT"): ALL,
        ("sent_receipt", "SELECT"): ALL,
        ("service_case", "SELECT"): CASE,
        ("staff_act", "SELECT"): "id event_id person_id act at",
        ("sent_receipt", "INSERT"): "person_id receipt_id is_refused",
        ("wish", "INSERT"): "person_id purpose kind",
        ("wish", "UPDATE"): "ended_at",
        ("recall_acknowledgement", "INSERT"): "recall_id person_id",
        ("recall_notice", "UPDATE"): "state told_at failed_why",
        ("payout", "SELECT"): ALL,
        ("payout_account", "SELECT"): ALL,
        ("payout_account", "INSERT"): "person_id iban_sealed",
        ("payout_account", "UPDATE"): "iban_sealed set_at",
        ("payout_account", "DELETE"): ALL,
        ("payout_return", "SELECT"): "payout_id at",
        ("payout_run", "SELECT"): "id month at",
    }
    | {(table, "SELECT"): ALL for table in RECALLED},
    "tarkka_household": SHARED
    | DROPPED
    | LEDGER
    | {
        ("household_cooperative", "INSERT"): "household_id from_month cooperative set_by",
        ("person", "SELECT"): "id given_name family_name",
        ("receipt", "SELECT"): HOUSEHOLD_RECEIPT,
    },
    "tarkka_trace": SHARED
    | DROPPED
    | LEDGER
    | {("payout_run", "SELECT"): "id month at payer_name payer_iban payouts paid_cents without_account"}
    | {(table, "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line", *HELD)}
    | {(table, "SELECT"): ALL for table in ("recall_person", "recall_run")}
    | {
        ("recall_person", "INSERT"): "recall_id person_id receipt_id purchased_at certainty",
        ("recall_run", "INSERT"): "recall_id event_id quarter people new_people",
    },
    "tarkka_audience": SHARED
    | {(f"audience.{table}", "SELECT"): ALL for table in ("receipt", "receipt_group", "receipt_line")},
    "tarkka_door": DESCRIPTION
    | {(table, verb): ALL for table in ("recall", *RECALLS) for verb in ("SELECT", "INSERT")}
    | {(table, verb): ALL for table in RECALLED for verb in ("SELECT", "DELETE")}
    | {
        ("recall_notice", "INSERT"): "recall_id person_id channel use_safety_contact state told_at contact_id",
        ("recall_notice", "UPDATE"): "state attempts begun_at told_at failed_why is_only_way contact_id token",
        ("recall_run", "SELECT"): "recall_id at",
    }
    | QUEUED
    | DROPPED
    | LEDGER
    | {(table, verb): ALL for table in ("payout", "payout_run") for verb in ("SELECT", "INSERT")}
    | {("payout_account", verb): ALL for verb in ("SELECT", "DELETE")}
    | {
        ("bonus_part", "INSERT"): "run_id first_entry last_entry kind debit credit entries amount_cents digest",
        ("bonus_run", "INSERT"): "id month number program_version acting",
        ("ledger_entry", "INSERT"): (
            "household_id month kind debit credit amount_cents program_version run_id payout_id"
        ),
        ("payout", "UPDATE"): "person_id iban_sealed",
        ("payout_return", "INSERT"): "payout_id acting",
    }
    | {(table, verb): ALL for table in HELD for verb in ("SELECT", "INSERT", "DELETE")}
    | {("retention_run", "SELECT"): "id version", ("retention_run", "INSERT"): "version acting"}
    | {(table, "SELECT"): ALL for table in ("outlet", "receipt_group")}
    | {
        (table, verb): ALL
        for table in STAFF
        for verb in ("SELECT", "INSERT")
        if verb == "INSERT" or table not in ("access_cover", "case_review", "staff_act")
    }
    | {(table, verb): ALL for table in _KEPT for verb in ("SELECT", "INSERT")}
    | {(table, "INSERT"): ALL for table in (*SUPERVISION, "register_change")}
    | {(table, "SELECT"): ALL for table in SUPERVISION if table != "flag_decision"}
    | {(table, "DELETE"): ALL for table in ERASED}
    | {(table, "INSERT"): ALL for table in BREACHES}
    | {("access_ticket", verb): ALL for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    | {(table, "INSERT"): ALL for table in ("access_event", "access_event_person")}
    | {("access_event_person", "DELETE"): ALL}
    | {(table, "INSERT"): ALL for table in ("receipt", "receipt_group", "receipt_line")}
    | {
        (
            "access_event",
            "SELECT",
        ): "id at role actor purpose basis subject_kind subject_id case_ref level version refusal",
        ("breach", "SELECT"): "id found_at",
        ("breach_entry", "SELECT"): "breach_id about",
        ("breach_notice", "SELECT"): "breach_id",
        ("breach_person", "SELECT"): "breach_id person_id",
        ("access_event_person", "SELECT"): "person_id event_id",
        ("card", "SELECT"): "id number person_id valid",
        ("card", "INSERT"): "number person_id valid",
        ("contact", "SELECT"): "id person_id kind for_safety_only",
        ("contact", "INSERT"): "person_id kind value",
        ("glass_notice", "SELECT"): "case_id person_id",
        ("glass_notice", "INSERT"): "case_id person_id is_refused",
        ("erased", "SELECT"): ALL,
        ("erased", "INSERT"): "person_id request_id counts bonus_before_cents bonus_after_cents",
        ("register_extract", "SELECT"): "id person_id way asked_at made_at",
        ("household", "INSERT"): "id",
        ("level_cap", "SELECT"): "person_id request_id level valid",
        ("level_cap", "INSERT"): "person_id request_id level valid reason",
        ("level_cap", "UPDATE"): "valid",
        ("membership", "SELECT"): "person_id household_id is_main_member valid",
        ("membership", "INSERT"): "person_id household_id is_main_member valid",
        ("objection", "SELECT"): "person_id kind withdrawn_at",
        ("person", "SELECT"): "id identity_hash given_name family_name",
        ("person", "UPDATE"): "given_name family_name",
        ("person", "INSERT"): "id identity_hash identity_sealed given_name family_name language",
        ("receipt", "SELECT"): DOOR_RECEIPT,
        ("receipt", "UPDATE"): "level",
        ("restriction", "SELECT"): "id person_id request_id valid",
        ("restriction", "INSERT"): "person_id request_id valid reason",
        ("restriction", "UPDATE"): "valid end_reason",
        (
            "receipt_line",
            "SELECT",
        ): "purchaser_id purchased_at receipt_id line product_id quantity unit amount_cents lot vat_rate",
        ("request", "SELECT"): "id person_id kind received_on due_on extended_at answered_at",
        ("sent_receipt", "SELECT"): "person_id receipt_id",
        ("staff_account", "SELECT"): "user_id identity_hash closed_at",
        ("wish", "SELECT"): "person_id purpose kind wished_at ended_at",
    },
    "tarkka_lookup": {},
    "tarkka_trail": {(table, "SELECT"): ALL for table in (*BREACHES, *STAFF, *SUPERVISION, *VIEWS, "retention_run")}
    | {("supervision_run", verb): ALL for verb in ("SELECT", "INSERT")}
    | {
        (
            "access_event",
            "SELECT",
        ): "id at role actor purpose basis subject_kind subject_id case_ref terms level version refusal",
        ("access_event_person", "SELECT"): "person_id event_id",
    },
    "tarkka_intake": {(table, "INSERT"): ALL for table in ("receipt", "receipt_group", "receipt_line")},
}

CALLERS = {
    "access.begin_batch": {"app"},
    "access.bonus_left_out": {"household"},
    "access.agreements_signed": {"app", "owner"},
    "access.cases_open": {"app"},
    "access.cases_untold": {"person", "seal"},
    "access.close_case": {"app"},
    "access.confirm_mandate": {"app", "owner"},
    "access.cover": {"trace", "audience", "trail"},
    "access.delay_look": {"app"},
    "access.end_mandate": {"app", "owner"},
    "access.give_mandate": {"app", "owner"},
    "access.group_for": {"trace"},
    "access.group_ok": {"trace", "audience", "trail"},
    "access.household_for": {"household"},
    "access.issue": {"app"},
    "access.mandates": {"app", "owner"},
    "access.one_receipt": {"person"},
    "access.open_case": {"app"},
    "access.recall": {"trace"},
    "access.record_act": {"person"},
    "access.record_change": {"owner"},
    "access.refusal_of_staff": {"app"},
    "access.review_case": {"app"},
    "access.sign_agreement": {"app"},
    "access.left_out": {"trace", "audience"},
    "access.lowering": {"audience"},
    "access.name_who_chose": {"owner"},
    "access.revoke_tickets": {"owner"},
    "access.shared_looks": {"person"},
    "access.subject": {"person", "household", "seal"},
    "access.subject_for": {"person"},
    "access.subject_period": {"household"},
    **{
        f"bonus.{name}": {"door"}
        for name in (
            "benefiting",
            "counting",
            "earning",
            "is_writable",
            "outlets_left_out",
            "paid_by",
            "payees",
            "sum_of",
        )
    },
    **{
        f"bonus.{name}": {"household"}
        for name in ("accounts_shown", "balance", "of_household", "sees_all", "take_back", "visible_months")
    },
    "bonus.accounts_due": {"trace"},
    "bonus.close_month": {"trace"},
    "bonus.closings": {"app", "household", "trace"},
    "bonus.kept_since": {"app"},
    "bonus.pay_out": {"trace"},
    "bonus.payments": {"trace"},
    "bonus.this_month": {"app", "household", "owner", "trace"},
    "jobs.procrastinate_defer_jobs_v1": {"door"},
    "jobs.procrastinate_fetch_job_v2": {"app"},
    "jobs.procrastinate_finish_job_v1": {"app"},
    "jobs.procrastinate_prune_stalled_workers_v1": {"app"},
    "jobs.procrastinate_register_worker_v1": {"app"},
    "jobs.procrastinate_retry_job_v2": {"app"},
    "jobs.procrastinate_unregister_worker_v1": {"app"},
    "jobs.procrastinate_update_heartbeat_v1": {"app"},
    "people.cards_among": {"intake"},
    "people.holders": {"intake"},
    "people.household_persons": {"household"},
    "people.look_up": {"lookup"},
    "people.person_by_identity": {"app"},
    "people.register": {"intake"},
    "purchases.broken_references": {"app"},
    "purchases.cardless": {"intake"},
    "purchases.claim": {"intake"},
    "purchases.count_cardless": {"intake"},
    "purchases.household_sums": {"household"},
    "purchases.let_go_alone": {"door"},
    "purchases.level_left": {"door", "person", "trace"},
    "purchases.make_partitions": {"app", "intake"},
    "purchases.products": {"intake"},
    "purchases.sales": {"intake"},
    "purchases.take_back": {"intake"},
    "purchases.taken": {"intake"},
    **{
        f"retention.{name}": {"owner"}
        for name in (
            "begin_run",
            "days_with_keys",
            "forget_keys",
            "hold",
            "months_unclosed",
            "release",
            "would_hold",
            "would_release",
        )
    },
    "recalls.bounce": {"app"},
    "recalls.claim": {"app"},
    "recalls.draft": {"app"},
    "recalls.end_recall": {"app"},
    "recalls.on_desk": {"app"},
    "recalls.progress": {"app"},
    "recalls.published": {"app", "person", "trace"},
    "recalls.queue_trace": {"app"},
    "recalls.release": {"app"},
    "recalls.shown": {"person"},
    "recalls.tell_found": {"trace"},
    "recalls.to_trace": {"app"},
    "recalls.issue": {"app"},
    "recalls.give_back": {"app"},
    "recalls.over_among": {"app"},
    "recalls.queue_due": {"app"},
    "recalls.traced": {"trace"},
    "recalls.unread": {"household", "person"},
    "rights.breaches_told": {"person"},
    "rights.cap_level": {"person"},
    "rights.correct_name": {"person"},
    "rights.end_cap": {"person"},
    "rights.erasable": {"person"},
    "rights.erase": {"person"},
    "rights.erase_person": {"person"},
    "rights.extracts_made": {"app"},
    "rights.find_touched": {"trail"},
    "rights.lift_restriction": {"person"},
    "rights.measures_at_desk": {"app"},
    "rights.person_of_request": {"app"},
    "rights.record_breach": {"trail"},
    "rights.requests_at_desk": {"app"},
    "rights.restrict": {"person"},
    "rights.say_of_breach": {"trail"},
    "rights.tell_touched": {"trail"},
    "rights.touch_everybody": {"trail"},
    "rights.waiting": {"owner"},
    "services.claim_glass": {"person"},
    "services.due": {"app"},
    "services.glasses_due": {"app"},
    "supervision.decide_flag": {"app"},
    "supervision.people_of_staff": {"trail"},
    "supervision.raise_flag": {"trail"},
    "supervision.take_calls": {"owner"},
    "trail.alone": {"app"},
    "trail.append": {"app"},
    "trail.erase": {"door"},
    "trail.proof": {"person"},
}

TOLD = {
    "access.agreements_signed": "actor text, number integer, at timestamp with time zone",
    "access.begin_batch": "bigint",
    "access.cases_open": (
        "id bigint, person_id bigint, situation text, break_glass boolean, place text,"
        " opened_at timestamp with time zone, closes_at timestamp with time zone, receipt_id bigint"
    ),
    "access.close_case": "boolean",
    "access.confirm_mandate": "void",
    "access.delay_look": "void",
    "access.end_mandate": "void",
    "access.give_mandate": "bigint",
    "access.mandates": (
        "id bigint, actor text, role text, valid tstzrange, reason text, given_by text,"
        " given_at timestamp with time zone, confirmed_by text"
    ),
    "access.open_case": "bigint",
    "access.refusal_of_staff": "text",
    "access.review_case": "void",
    "access.sign_agreement": "void",
    "access.issue": "event_id bigint, level level, refusal text",
    "bonus.closings": "month date, at timestamp with time zone",
    "bonus.kept_since": "date",
    "bonus.this_month": "date",
    "people.cards_among": "text",
    "people.holders": "number text, person_id bigint, valid tstzrange, household_id bigint, cap level",
    "people.person_by_identity": "bigint",
    "people.register": "void",
    "purchases.broken_references": "what text, found bigint",
    "purchases.cardless": "bytea",
    "purchases.claim": "place bigint, id bigint, verdict text",
    "purchases.count_cardless": "place bigint, is_new boolean",
    "purchases.make_partitions": "void",
    "purchases.products": "place bigint, id bigint",
    "purchases.sales": "receipt_id text, level level, level_left level",
    "purchases.take_back": "verdict text, place text",
    "purchases.taken": "text",
    "recalls.bounce": "boolean",
    "recalls.claim": "number bigint, channel text, use_safety_contact boolean, attempts integer",
    "recalls.draft": "bigint",
    "recalls.end_recall": "void",
    "recalls.on_desk": (
        "id bigint, reference text, draft_id bigint, kind text, is_dangerous boolean, gtins text[],"
        " group_codes text[], lots text[], outlets bigint[], period daterange, texts jsonb, drafted_by text,"
        " drafted_at timestamp with time zone, released_by text, released_at timestamp with time zone,"
        " ended_by text, ended_at timestamp with time zone, end_reason text"
    ),
    "recalls.progress": (
        "bought bigint, may_have_bought bigint, told bigint, waiting bigint, unreachable bigint, acknowledged bigint,"
        " by_channel jsonb, failed_by_channel jsonb, median_to_told interval, last_to_told interval"
    ),
    "recalls.published": (
        "id bigint, kind text, gtins text[], group_codes text[], lots text[], outlets bigint[], period daterange,"
        " texts jsonb, released_at timestamp with time zone, ended_at timestamp with time zone"
    ),
    "recalls.queue_trace": "void",
    "recalls.release": "void",
    "recalls.to_trace": "bigint",
    "recalls.issue": "event_id bigint, level level, refusal text",
    "recalls.give_back": "void",
    "recalls.over_among": "number bigint, told boolean",
    "recalls.queue_due": "void",
    "rights.extracts_made": "year integer, way text, made bigint",
    "rights.measures_at_desk": (
        "what text, person_id bigint, request_id bigint, since timestamp with time zone, until timestamp with time zone"
    ),
    "rights.person_of_request": "bigint",
    "rights.requests_at_desk": (
        "id bigint, person_id bigint, kind text, received_on date, due_on date, extended boolean,"
        " answered_at timestamp with time zone"
    ),
    "services.due": "person_id bigint, receipt_id bigint",
    "services.glasses_due": "person_id bigint, case_id bigint",
    "supervision.decide_flag": "void",
    "trail.alone": "boolean",
    "trail.append": "index bigint, hash bytea",
}

_GRANTED = """
WITH granted AS (
    SELECT c.oid, x.grantee, x.privilege_type, NULL::name AS attname
    FROM pg_class c, aclexplode(c.relacl) x WHERE relkind <> 'S'
    UNION ALL
    SELECT attrelid, x.grantee, x.privilege_type, attname FROM pg_attribute a, aclexplode(a.attacl) x
)
SELECT oid::regclass::text, privilege_type, coalesce(string_agg(attname, ' '), '*') FROM granted
WHERE grantee IN (0, %s::regrole) AND oid >= 16384 GROUP BY 1, 2
"""
_CALLABLE = """
SELECT pronamespace::regnamespace || '.' || proname, x.grantee::regrole::text FROM pg_proc, aclexplode(proacl) x
WHERE pronamespace::regnamespace::text
    IN ('access', 'bonus', 'jobs', 'people', 'purchases', 'recalls', 'retention', 'rights', 'services', 'supervision',
        'trail')
AND x.grantee <> proowner
"""
_TOLD = """
SELECT pronamespace::regnamespace || '.' || proname, coalesce(
    (SELECT string_agg(concat(name, ' ', format_type(type, NULL)), ', ' ORDER BY nth)
     FROM unnest(proallargtypes, proargmodes, proargnames) WITH ORDINALITY a (type, mode, name, nth) WHERE mode <> 'i'),
    format_type(prorettype, NULL))
FROM pg_proc WHERE pronamespace::regnamespace::text IN
    ('access', 'bonus', 'people', 'purchases', 'recalls', 'retention', 'rights', 'services', 'supervision', 'trail')
AND (has_function_privilege('tarkka_app', oid, 'EXECUTE') OR has_function_privilege('tarkka_intake', oid, 'EXECUTE'))
"""


@pytest.mark.parametrize("role", RIGHTS)
def test_role_has_exactly_the_rights_that_it_needs(database: str, role: str) -> None:
    from looking import rows

    found = {(table, verb): columns for table, verb, columns in rows(_GRANTED, role)}
    assert {step: set(columns.split()) for step, columns in found.items()} == {
        step: set(columns.split()) for step, columns in RIGHTS[role].items()
    }


def test_functions_of_the_door_are_called_by_those_who_need_them(database: str) -> None:
    from looking import rows

    found: dict[str, set[str]] = {}
    for function, role in rows(_CALLABLE):
        found.setdefault(function, set()).add(role.removeprefix("tarkka_"))
    assert found == CALLERS


def test_no_function_tells_without_a_look_what_was_bought(database: str) -> None:
    """Keys, levels, fingerprints and verdicts come out: no amount, group or product does."""
    from looking import rows

    assert dict(rows(_TOLD)) == TOLD
