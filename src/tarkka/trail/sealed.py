"""Which tables are sealed into the trail, column by column, and the text of the leaf that each of their rows is.

The one place that tells it: sealing, verifying, proving and erasing are made from these lists. A row's *entry* is a
JSON object of its columns, without the salt and those that are NULL. A column that tells who somebody is, or holds free
text, is *blinded*: in its place stands sha256(sha256(salt ‖ column name) ‖ value), a commitment that can be opened
column by column with its key sha256(salt ‖ column name), and by nobody once the salt is destroyed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "bytea_output": "hex",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
}
"""Under which PostgreSQL makes the same text of the same row."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed table: its key (a bigint or integer), its columns, and which of its rows are sealed.

    `whose` is the SQL condition by which a row `t` is of the person `person`: what erasing them takes from it.
    `at` tells in SQL when it was written, if anything does. `is_open`: the table is under no policies.
    """

    table: str
    clear: str
    blinded: str = ""
    key: str = "id"
    rows: str = "true"
    whose: str = ""
    at: str = ""
    is_open: bool = False


_OF_THEIR_CASE = "EXISTS (SELECT FROM public.service_case c WHERE c.id = t.case_id AND c.person_id = person)"

# In alphabetical order, in which a person is erased: what hangs on a case goes before the case does.
SEALED = (
    Sealed("access_cover", clear="id event_id people at xid", at="t.at"),
    Sealed(
        "access_event",
        clear="id at role purpose basis subject_kind level version refusal xid",
        blinded="actor subject_id case_ref terms",
        whose="t.subject_kind = 'person' AND t.subject_id = person OR t.role = 'customer' AND t.actor = person::text",
        at="t.at",
    ),
    Sealed(
        "access_event_person",
        clear="id event_id xid",
        blinded="person_id",
        rows="t.person_id IS DISTINCT FROM 0",  # that a group's look is everyone's ends when it is told who was in it
        whose="t.person_id = person",
        at="(SELECT min(e.at) FROM public.access_event e WHERE e.id = t.event_id)",
    ),
    Sealed("agreement_signed", clear="id number language at xid", blinded="actor", at="t.at"),
    Sealed(
        "bonus_part",
        clear="id run_id first_entry last_entry kind debit credit entries amount_cents digest xid",
    ),
    Sealed(
        "bonus_program",
        clear="version effective_from adjusted_for_months chains_left_out outlets_left_out payments_left_out"
        " benefit_methods benefit_basis_points published_at digest source compiled xid",
        blinded="published_by",
        key="version",
        at="t.published_at",
        is_open=True,
    ),
    Sealed("bonus_run", clear="id month number program_version at xid", blinded="acting", at="t.at"),
    Sealed("breach", clear="id found_at recorded_at xid", blinded="recorded_by", at="t.recorded_at"),
    Sealed("breach_entry", clear="id breach_id about risk reported_at at xid", blinded="words by", at="t.at"),
    Sealed("breach_notice", clear="id breach_id at xid", blinded="fi sv en by", at="t.at"),
    Sealed(
        "breach_person",
        clear="id breach_id found_at xid",
        blinded="person_id",
        whose="t.person_id = person",
        at="t.found_at",
    ),
    Sealed("case_closed", clear="case_id at xid", blinded="closed_by", key="case_id", at="t.at"),
    Sealed(
        "case_receipt", clear="case_id at xid", blinded="receipt_id", key="case_id", whose=_OF_THEIR_CASE, at="t.at"
    ),
    Sealed(
        "case_review",
        clear="case_id verdict at xid",
        blinded="reviewed_by words",
        key="case_id",
        whose=_OF_THEIR_CASE,
        at="t.at",
    ),
    Sealed(
        "description_announcement",
        clear="id digest effective_on channel announced_on recorded_at xid",
        blinded="recorded_by",
        at="t.recorded_at",
        is_open=True,
    ),
    Sealed(
        "description_version",
        clear="number effective_on time_zone published_at digest source compiled agreement xid",
        blinded="published_by",
        key="number",
        at="t.published_at",
        is_open=True,
    ),
    Sealed(
        "erased",
        clear="id request_id at counts bonus_before_cents bonus_after_cents xid",
        blinded="person_id",
        whose="t.person_id = person",
        at="t.at",
    ),
    Sealed("erasure", clear="id at digest xid", blinded="acting", at="t.at"),
    Sealed("flag", clear="id rule first_at last_at case_id found_at xid", blinded="actor figures", at="t.found_at"),
    Sealed("flag_decision", clear="flag_id verdict at xid", blinded="decided_by words", key="flag_id", at="t.at"),
    Sealed(
        "flag_event",
        clear="id event_id rule flag_id xid",
        at="(SELECT min(f.found_at) FROM public.flag f WHERE f.id = t.flag_id)",
    ),
    Sealed(
        "look_delay",
        clear="case_id until at xid",
        blinded="reason set_by",
        key="case_id",
        whose=_OF_THEIR_CASE,
        at="t.at",
    ),
    Sealed("mandate", clear="id role valid given_at xid", blinded="actor reason given_by", at="t.given_at"),
    Sealed("mandate_confirmed", clear="mandate_id at xid", blinded="confirmed_by", key="mandate_id", at="t.at"),
    Sealed("mandate_ended", clear="mandate_id at xid", blinded="ended_by reason", key="mandate_id", at="t.at"),
    Sealed("payout_return", clear="payout_id at xid", blinded="acting", key="payout_id", at="t.at"),
    Sealed(
        "payout_run",
        clear="id month at payouts paid_cents without_account digest xid",
        blinded="payer_name payer_iban acting",
        at="t.at",
    ),
    Sealed(
        "recall_draft",
        clear="id recall_id kind is_dangerous at xid",
        blinded="gtins group_codes lots outlets period texts drafted_by",
        at="t.at",
    ),
    Sealed("recall_end", clear="recall_id at xid", blinded="ended_by reason", key="recall_id", at="t.at"),
    Sealed("recall_release", clear="recall_id draft_id at xid", blinded="released_by", key="recall_id", at="t.at"),
    Sealed(
        "register_change",
        clear="id at kind row_id said xid",
        blinded="person_id",
        whose="t.person_id = person",
        at="t.at",
    ),
    Sealed("retention_drop", clear="id run_id version level quarter rows bytes held at xid", at="t.at", is_open=True),
    Sealed("retention_release", clear="id run_id hold rows at xid", at="t.at", is_open=True),
    Sealed("retention_run", clear="id version at xid", blinded="acting", at="t.at"),
    Sealed(
        "service_case",
        clear="id situation break_glass place opened_at closes_at xid",
        blinded="person_id opened_by identified_by call_ref reason",
        whose="t.person_id = person",
        at="t.opened_at",
    ),
    Sealed(
        "staff_act",
        clear="id event_id act at xid",
        blinded="person_id",
        whose="t.person_id = person",
        at="t.at",
    ),
    Sealed("staff_call", clear="id began_at ended_at taken_at xid", blinded="ref user_id", at="t.taken_at"),
    Sealed("supervision_run", clear="id since until at xid", at="t.at", is_open=True),
    Sealed("trail_checkpoint", clear="number size note xid", key="number", is_open=True),
)
RECORDED = ("level_cap", "objection", "register_extract", "request", "restriction")
"""Tables whose rows are changed in place, as an objection is by withdrawing: each state is a row of register_change."""
OUTSIDE = {"access_event.is_own": "made from role, subject_kind, actor and subject_id by the database"}
"""Columns of sealed tables that no entry covers, and why not."""


def entries() -> str:
    """Return the query of all entries, as `entries_of` tells each table's."""
    return "\nUNION ALL\n".join(map(entries_of, SEALED))


def entries_of(each: Sealed) -> str:
    """Return the query of one table's entries: kind, row_id, xid, at (NULL if no column tells it), entry."""
    columns = [f"'table', '{each.table}'"]
    columns += [f"'{column}', t.{column}" for column in each.clear.split()]
    columns += [f"'{column}', {commitment(each, column)}" for column in each.blinded.split()]
    return (
        f"SELECT '{each.table}' AS kind, t.{each.key}::bigint AS row_id, t.xid,"
        f" {each.at or 'NULL'}::timestamptz AS at,"
        f" jsonb_strip_nulls(jsonb_build_object({', '.join(columns)}))::text AS entry"
        f" FROM public.{each.table} t WHERE {each.rows}"
    )


def commitment(each: Sealed, column: str) -> str:
    """Return the expression of a blinded column's commitment; of an erased row, the one that was kept.

    Nothing may stand in an erased row: whatever does is a commitment that no row has.
    """
    value = f"convert_to(t.{column}::text, 'UTF8')"
    return (
        f"CASE WHEN t.salt IS NOT NULL THEN encode(sha256({opening_key(column)} || {value}), 'hex')"
        f" WHEN t.{column} IS NULL THEN (SELECT min(e.commitments ->> '{column}') FROM public.trail_erased e"
        f" WHERE e.kind = '{each.table}' AND e.row_id = t.{each.key}) ELSE '' END"
    )


def opening_key(column: str) -> str:
    """Return the expression of the key that opens the commitment of a column of `t`."""
    return f"sha256(t.salt || '{column}')"


def hashed(entry: str = "entry") -> str:
    """Return the expression of an entry's leaf hash (RFC 9162)."""
    return f"sha256('\\x00'::bytea || convert_to({entry}, 'UTF8'))"


def erased_digest() -> str:
    """Return the aggregate that an erasure's digest is, over its rows of trail_erased."""
    row = "concat_ws(' ', kind, row_id, commitments)"
    return f"sha256(convert_to(string_agg({row}, E'\\n' ORDER BY kind COLLATE \"C\", row_id), 'UTF8'))"


def pinned() -> str:
    """Return SETTINGS as clauses of a function."""
    return " ".join(
        f"SET {name} = {value if name == 'search_path' else repr(value)}" for name, value in SETTINGS.items()
    )


def readers() -> Iterator[str]:
    """Yield the statements that let tarkka_seal read every sealed row, and take from one what identifies somebody."""
    for each in SEALED:
        yield f"GRANT SELECT ON {each.table} TO tarkka_seal"
        if not each.is_open:
            yield f"CREATE POLICY seals ON {each.table} FOR SELECT TO tarkka_seal USING (true)"
        if each.whose:
            gone = " AND ".join(f"{column} IS NULL" for column in [*each.blinded.split(), "salt"])
            yield f"GRANT UPDATE ({', '.join([*each.blinded.split(), 'salt'])}) ON {each.table} TO tarkka_seal"
            yield f"CREATE POLICY erases ON {each.table} FOR UPDATE TO tarkka_seal USING (true) WITH CHECK ({gone})"


def erasing() -> str:
    """Return the statements of trail.erase that keep the commitments of a person's rows and take the rest away."""
    parts = []
    for each in SEALED:
        if each.whose:
            kept = ", ".join(f"'{column}', {commitment(each, column)}" for column in each.blinded.split())
            nulls = ", ".join(f"{column} = NULL" for column in [*each.blinded.split(), "salt"])
            parts.append(
                f"INSERT INTO public.trail_erased (kind, row_id, erasure_id, commitments)"
                f" SELECT '{each.table}', t.{each.key}, made, jsonb_strip_nulls(jsonb_build_object({kept}))"
                f" FROM public.{each.table} t WHERE t.salt IS NOT NULL AND ({each.whose}) AND ({each.rows});\n"
                f"UPDATE public.{each.table} t SET {nulls}"
                f" WHERE t.salt IS NOT NULL AND ({each.whose}) AND ({each.rows});"
            )
    return "\n".join(parts)


def functions() -> str:
    """Return the statements of functions.sql, with what the sealed tables make of them."""
    text = files("tarkka.trail").joinpath("sql", "functions.sql").read_text()
    made = {
        "entries": entries(),
        "erased_digest": erased_digest(),
        "erasing": erasing(),
        "hashed": hashed("w.entry"),
        "person_key": opening_key("person_id"),
        "pinned": pinned(),
        "subject_key": opening_key("subject_id"),
    }
    for name, statement in made.items():
        text = text.replace(f"{{{name}}}", statement)
    return ";\n".join([*readers(), text])
