-- What the subject was paid of Bonus.
SELECT p.id, p.household_id, r.month, r.at, round(p.amount_cents * 0.01, 2), p.iban_sealed, t.at
FROM payout p JOIN payout_run r ON r.id = p.run_id LEFT JOIN payout_return t ON t.payout_id = p.id ORDER BY p.id
