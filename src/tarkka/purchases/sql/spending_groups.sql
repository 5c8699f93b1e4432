-- What one person spent on each product group, of the receipts that have groups: GROUP.
SELECT g.group_code, sum(g.amount_cents)::bigint AS cents
FROM receipt_group g
WHERE g.purchased_at >= %(starts_at)s AND g.purchased_at < %(ends_at)s
GROUP BY 1
