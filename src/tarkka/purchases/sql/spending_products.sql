-- What one person spent on each product, of the receipts that have lines: PRODUCT; and in the row without a product, on all groups together.
SELECT l.product_id::text, sum(l.amount_cents)::bigint AS cents
FROM receipt_line l
WHERE l.purchased_at >= %(starts_at)s AND l.purchased_at < %(ends_at)s
GROUP BY 1
UNION ALL
SELECT NULL, coalesce(sum(g.amount_cents), 0)::bigint
FROM receipt_group g
WHERE g.purchased_at >= %(starts_at)s AND g.purchased_at < %(ends_at)s
