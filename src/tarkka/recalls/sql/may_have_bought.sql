-- Who bought something of these product groups in a stretch of time, where nothing finer is stored: the receipt was stored so, or its lines were
-- let go before the recall was released. A group that was returned whole is left out.
SELECT r.purchaser_id AS person_id, r.id AS receipt_id, r.purchased_at, 'may_have_bought' AS certainty
FROM receipt r
JOIN receipt_group g ON g.purchaser_id = r.purchaser_id AND g.purchased_at = r.purchased_at AND g.receipt_id = r.id
WHERE r.kind = 'sale' AND r.level = %(level)s::level AND g.group_code = ANY (%(groups)s::text[])
AND r.purchased_at >= %(since)s::timestamptz AND r.purchased_at < %(until)s::timestamptz
AND (%(outlets)s::bigint[] = '{}' OR r.outlet_id = ANY (%(outlets)s::bigint[]))
GROUP BY r.purchaser_id, r.id, r.purchased_at
HAVING bool_or(g.amount_cents <> coalesce((
    SELECT -sum(b.amount_cents) FROM receipt t
    JOIN receipt_group b ON b.purchaser_id = t.purchaser_id AND b.purchased_at = t.purchased_at AND b.receipt_id = t.id
    WHERE t.purchaser_id = r.purchaser_id AND t.purchased_at >= r.purchased_at AND t.refers_to = r.id AND b.group_code = g.group_code), 0)
    OR g.amount_cents = 0)
