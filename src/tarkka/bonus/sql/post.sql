-- Post what a month's receipts earn each household beyond what the ledger has for it: Bonus and payment-method benefit. Where nothing is due
-- nothing is posted, so a month that is closed again, and to which nothing came, stays as it is. The first time that a month is closed the
-- entries are of their own kinds; whatever comes later adjusts, and turns debit and credit round where it takes away.
INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)
WITH home AS (
    SELECT DISTINCT ON (h.household_id) h.household_id, c.from_cents, c.basis_points
    FROM household_cooperative h JOIN bonus_cooperative c ON c.version = %(version)s AND c.code = h.cooperative
    WHERE h.from_month = (SELECT max(l.from_month) FROM household_cooperative l WHERE l.household_id = h.household_id AND l.from_month <= %(month)s)
    ORDER BY h.household_id
),
posted AS (
    SELECT e.household_id,
           sum(CASE WHEN e.debit = 'bonus_cost' THEN e.amount_cents WHEN e.credit = 'bonus_cost' THEN - e.amount_cents ELSE 0 END)::bigint AS bonus,
           sum(CASE WHEN e.debit = 'payment_benefit_cost' THEN e.amount_cents
                    WHEN e.credit = 'payment_benefit_cost' THEN - e.amount_cents ELSE 0 END)::bigint AS benefit
    FROM ledger_entry e WHERE e.month = %(month)s AND e.run_id IS NOT NULL GROUP BY 1
),
earned AS (
    SELECT c.household_id,
           (c.earning_cents * (coalesce(h.basis_points, d.basis_points))[width_bucket(c.earning_cents, coalesce(h.from_cents, d.from_cents))] + 5000) / 10000 AS bonus,
           (c.paid_cents * p.benefit_basis_points + 5000) / 10000 AS benefit
    FROM bonus.counting(%(since)s, %(until)s, %(version)s) c
    JOIN bonus_program p ON p.version = %(version)s
    JOIN bonus_cooperative d ON d.version = %(version)s AND d.is_default
    LEFT JOIN home h USING (household_id)
)
SELECT e.household_id, %(month)s, CASE WHEN %(is_first)s THEN k.kind ELSE 'adjustment' END,
       CASE WHEN k.cents > 0 THEN k.cost ELSE 'household' END, CASE WHEN k.cents > 0 THEN 'household' ELSE k.cost END, abs(k.cents),
       %(version)s, %(run)s
FROM earned e LEFT JOIN posted p USING (household_id)
CROSS JOIN LATERAL (VALUES ('bonus'::ledger_kind, 'bonus_cost'::ledger_account, e.bonus - coalesce(p.bonus, 0)),
                           ('payment_benefit', 'payment_benefit_cost', e.benefit - coalesce(p.benefit, 0))) AS k (kind, cost, cents)
WHERE k.cents <> 0
ORDER BY e.household_id
