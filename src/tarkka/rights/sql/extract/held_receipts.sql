-- The receipts of the subject that are held although their time is over, and for what. As receipts.sql.
SELECT r.id, r.source_receipt_id, r.purchased_at, o.name, o.chain, r.channel, r.kind, r.level, r.version, r.household_id, r.source_id,
       r.refers_to, r.refers_to_at, r.currency, round(r.total_cents * 0.01, 2), round(r.bonus_eligible_cents * 0.01, 2),
       round(r.card_benefit_cents * 0.01, 2), r.payments,
       r.hold, r.hold_id, r.held_at
FROM held_receipt r JOIN outlet o ON o.id = r.outlet_id
WHERE r.purchased_at >= %(since)s ORDER BY r.purchased_at, r.id, r.hold, r.hold_id
