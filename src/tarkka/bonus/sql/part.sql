-- Keep a digest of the entries of a run from one id up to another, of each pair of accounts.
INSERT INTO bonus_part (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest)
SELECT %(run)s, min(e.id), max(e.id), e.kind, e.debit, e.credit, count(*), sum(e.amount_cents),
       sha256(string_agg(int8send(e.id) || int8send(e.household_id) || int8send(e.amount_cents), '' ORDER BY e.id))
FROM ledger_entry e WHERE e.run_id = %(run)s AND e.id >= %(first)s AND e.id < %(first)s::bigint + %(size)s GROUP BY e.kind, e.debit, e.credit
RETURNING debit::text, credit::text, entries, amount_cents
