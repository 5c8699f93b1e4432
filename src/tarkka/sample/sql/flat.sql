-- The CSV form: a row a line, the receipt's own columns repeated, payments as JSON text.
SELECT receipt_id, kind, refers_to, outlet, channel, purchased_at, card, currency, total, bonus_eligible, card_benefit,
       to_json(payments)::VARCHAR AS payments,
       line.line AS line, line.gtin AS gtin, line.product_code AS product_code, line.name AS name,
       coalesce(line."group", grouped."group") AS "group", line.quantity AS quantity, line.unit AS unit,
       coalesce(line.amount, grouped.amount) AS amount, line.lot AS lot
FROM receipt LEFT JOIN LATERAL (SELECT unnest(lines) AS line) ON true LEFT JOIN LATERAL (SELECT unnest(groups) AS grouped) ON true
