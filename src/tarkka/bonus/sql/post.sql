-- Post what is due to some households, given as ids and cents of each kind, and keep a digest of the entries. The first time that a month is
-- closed they are of their own kinds; whatever comes later adjusts, and turns debit and credit round where it takes away.
WITH posted AS (
    INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)
    SELECT d.household_id, %(month)s, CASE WHEN %(is_first)s THEN k.kind ELSE 'adjustment' END,
           CASE WHEN k.cents > 0 THEN k.cost ELSE 'household' END, CASE WHEN k.cents > 0 THEN 'household' ELSE k.cost END, abs(k.cents),
           %(version)s, %(run)s
    FROM unnest(%(households)s::bigint[], %(bonus)s::bigint[], %(benefit)s::bigint[]) AS d (household_id, bonus, benefit)
    CROSS JOIN LATERAL (VALUES ('bonus'::ledger_kind, 'bonus_cost'::ledger_account, d.bonus),
                               ('payment_benefit', 'payment_benefit_cost', d.benefit)) AS k (kind, cost, cents)
    WHERE k.cents <> 0
    RETURNING id, household_id, month, kind, debit, credit, amount_cents, program_version, run_id
)
INSERT INTO bonus_part (run_id, first_entry, last_entry, entries, bonus_cents, benefit_cents, digest)
SELECT %(run)s, min(id), max(id), count(*),
       coalesce(sum(CASE WHEN debit = 'bonus_cost' THEN amount_cents WHEN credit = 'bonus_cost' THEN - amount_cents END), 0),
       coalesce(sum(CASE WHEN debit = 'payment_benefit_cost' THEN amount_cents WHEN credit = 'payment_benefit_cost' THEN - amount_cents END), 0),
       sha256(convert_to(string_agg(concat_ws(' ', id, household_id, month, kind, debit, credit, amount_cents, program_version, run_id), E'\n' ORDER BY id), 'UTF8'))
FROM posted HAVING count(*) > 0
RETURNING entries, bonus_cents, benefit_cents
