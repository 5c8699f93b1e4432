-- The product lines that are held, and for what. As receipt_lines.sql.
SELECT l.receipt_id, l.purchased_at, l.line, p.name, p.gtin, p.product_code, p.group_code,
       CASE %(language)s WHEN 'fi' THEN n.name_fi WHEN 'sv' THEN n.name_sv ELSE n.name_en END, l.quantity, l.unit, round(l.amount_cents * 0.01, 2), l.lot, l.vat_rate,
       l.hold, l.hold_id, l.held_at
FROM held_receipt_line l JOIN product p ON p.id = l.product_id LEFT JOIN product_group n ON n.code = p.group_code
WHERE l.purchased_at >= %(since)s ORDER BY l.purchased_at, l.receipt_id, l.line, l.hold, l.hold_id
