-- The sums by product group that are held, and for what. As receipt_groups.sql.
SELECT g.receipt_id, g.purchased_at, g.group_code, CASE %(language)s WHEN 'fi' THEN n.name_fi WHEN 'sv' THEN n.name_sv ELSE n.name_en END,
       round(g.amount_cents * 0.01, 2),
       g.hold, g.hold_id, g.held_at
FROM held_receipt_group g LEFT JOIN product_group n ON n.code = g.group_code
WHERE g.purchased_at >= %(since)s ORDER BY g.purchased_at, g.receipt_id, g.group_code, g.hold, g.hold_id
