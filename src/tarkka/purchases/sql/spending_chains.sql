-- What one person spent in each month of the register's time zone at each chain, and on how many receipts: TOTAL.
SELECT date_trunc('month', r.purchased_at AT TIME ZONE %(zone)s::text)::date AS month, o.chain, sum(r.total_cents)::bigint AS cents, count(*) AS receipts
FROM receipt r JOIN outlet o ON o.id = r.outlet_id
WHERE r.purchased_at >= %(starts_at)s AND r.purchased_at < %(ends_at)s
GROUP BY 1, 2
