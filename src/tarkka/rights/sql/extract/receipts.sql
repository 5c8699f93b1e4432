-- Every receipt of the subject, oldest first, at the level that is left of it. Which source it is from is told by id: sources' names are read outside the door.
SELECT r.id, r.source_receipt_id, r.purchased_at, o.name, o.chain, r.channel, r.kind,
       CASE d.gone WHEN 'GROUP' THEN 'TOTAL' WHEN 'PRODUCT' THEN least(r.level, 'GROUP') ELSE r.level END, r.version, r.household_id, r.source_id,
       r.refers_to, r.refers_to_at, r.currency, round(r.total_cents * 0.01, 2), round(r.bonus_eligible_cents * 0.01, 2),
       round(r.card_benefit_cents * 0.01, 2), r.payments
FROM receipt r JOIN outlet o ON o.id = r.outlet_id
LEFT JOIN (SELECT quarter, min(level) AS gone FROM retention_drop GROUP BY 1) d
    ON d.quarter = date_trunc('quarter', r.purchased_at AT TIME ZONE 'UTC')::date
WHERE r.purchased_at >= %(since)s ORDER BY r.purchased_at, r.id
