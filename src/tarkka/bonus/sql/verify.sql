-- Each statement tells what is wrong: of which table, which row, what. All names are qualified: nothing on a search path is called.
-- A part is what its entries come to, and they say the same of themselves as their run.
SELECT 'bonus_part', p.id, 'is not what its entries come to'
FROM public.bonus_part p LEFT JOIN public.bonus_run r ON r.id = p.run_id
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, sum(e.amount_cents) AS cents,
           sha256(string_agg(int8send(e.id) || int8send(e.household_id) || int8send(e.amount_cents), ''::bytea ORDER BY e.id)) AS digest,
           bool_and((e.month, e.program_version, e.posted_at) = (r.month, r.program_version, r.at)) AS are_of_run
    FROM public.ledger_entry e
    WHERE e.id BETWEEN p.first_entry AND p.last_entry AND e.run_id = p.run_id AND e.kind = p.kind AND e.debit = p.debit AND e.credit = p.credit) f
WHERE (f.entries, f.cents, f.digest, f.are_of_run) IS DISTINCT FROM (p.entries, p.amount_cents::numeric, p.digest, true);
-- Every entry of a closing lies in a part.
SELECT 'bonus_run', coalesce(e.run_id, p.run_id), 'has other entries than lie in its parts'
FROM (SELECT run_id, count(*) AS entries FROM public.ledger_entry WHERE run_id IS NOT NULL GROUP BY 1) e
FULL JOIN (SELECT run_id, sum(entries) AS entries FROM public.bonus_part GROUP BY 1) p ON p.run_id = e.run_id
WHERE e.entries::numeric IS DISTINCT FROM p.entries;
-- Every other entry is a payout's, or of one that came back.
SELECT 'ledger_entry', e.id, 'is of no closing, of no payout and of none that came back'
FROM public.ledger_entry e LEFT JOIN public.payout p ON p.id = e.payout_id LEFT JOIN public.payout_return t ON t.payout_id = e.payout_id
WHERE e.run_id IS NULL AND CASE e.kind WHEN 'payout' THEN p.id IS NULL WHEN 'payout_returned' THEN t.payout_id IS NULL ELSE true END;
-- A payout has the one entry that says the same, and is of a run.
SELECT 'payout', p.id, 'is not what was posted of it'
FROM public.payout p LEFT JOIN public.payout_run r ON r.id = p.run_id
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, bool_and((e.household_id, e.month, e.debit, e.credit, e.amount_cents, e.posted_at)
                                       = (p.household_id, r.month, 'household', 'bank', p.amount_cents, r.at)) AS are_same
    FROM public.ledger_entry e WHERE e.payout_id = p.id AND e.kind = 'payout') f
WHERE (f.entries, f.are_same) IS DISTINCT FROM (1::bigint, true);
-- What came back has the one entry that gives the payout back, as it was taken in.
SELECT 'payout_return', t.payout_id, 'is not what was posted of it'
FROM public.payout_return t LEFT JOIN public.payout p ON p.id = t.payout_id LEFT JOIN public.payout_run r ON r.id = p.run_id
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, bool_and((e.household_id, e.month, e.debit, e.credit, e.amount_cents, e.posted_at)
                                       = (p.household_id, r.month, 'bank', 'household', p.amount_cents, t.at)) AS are_same
    FROM public.ledger_entry e WHERE e.payout_id = t.payout_id AND e.kind = 'payout_returned') f
WHERE (f.entries, f.are_same) IS DISTINCT FROM (1::bigint, true);
-- The account is the one that it was paid to; of an erased person its digest alone is left.
SELECT 'payout', p.id, 'is not to the account that it was paid to' FROM public.payout p WHERE sha256(p.iban_sealed) <> p.iban_digest;
-- A run is what its payouts come to.
SELECT 'payout_run', r.id, 'is not what its payouts come to'
FROM public.payout_run r CROSS JOIN LATERAL (
    SELECT count(*) AS payouts, coalesce(sum(p.amount_cents), 0) AS cents,
           sha256(convert_to(coalesce(string_agg(concat_ws(' ', p.id, p.household_id, p.amount_cents, encode(p.iban_digest, 'hex')), E'\n' ORDER BY p.id), ''), 'UTF8')) AS digest
    FROM public.payout p WHERE p.run_id = r.id) f
WHERE (f.payouts, f.cents, f.digest) IS DISTINCT FROM (r.payouts, r.paid_cents::numeric, r.digest)
