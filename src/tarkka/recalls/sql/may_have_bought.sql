-- Who bought something of these product groups in a stretch of time, where nothing finer is stored: the receipt was stored so, or its lines were
-- let go before the recall was released. A group that was returned whole is left out. Receipts first: where products are collected, few are.
-- Rows held back count too, whatever they are held for, and once.
WITH total AS NOT MATERIALIZED (
    SELECT r.purchaser_id, r.purchased_at, r.id, r.kind, r.level, r.outlet_id, r.refers_to FROM receipt r
    UNION ALL
    SELECT DISTINCT h.purchaser_id, h.purchased_at, h.id, h.kind, h.level, h.outlet_id, h.refers_to FROM held_receipt h
),
part AS NOT MATERIALIZED (
    SELECT g.purchaser_id, g.purchased_at, g.receipt_id, g.group_code, g.amount_cents FROM receipt_group g
    UNION ALL
    SELECT DISTINCT h.purchaser_id, h.purchased_at, h.receipt_id, h.group_code, h.amount_cents FROM held_receipt_group h
),
coarse AS MATERIALIZED (
    SELECT DISTINCT r.purchaser_id, r.purchased_at, r.id FROM total r
    WHERE r.kind = 'sale' AND r.level = %(level)s::level AND r.purchased_at >= %(since)s::timestamptz AND r.purchased_at < %(until)s::timestamptz
    AND (%(outlets)s::bigint[] = '{}' OR r.outlet_id = ANY (%(outlets)s::bigint[]))
),
bought AS MATERIALIZED (
    SELECT r.purchaser_id, r.purchased_at, r.id, g.group_code, g.amount_cents FROM coarse r
    JOIN part g ON g.purchaser_id = r.purchaser_id AND g.purchased_at = r.purchased_at AND g.receipt_id = r.id
    WHERE g.group_code = ANY (%(groups)s::text[]) AND g.purchased_at >= %(since)s::timestamptz AND g.purchased_at < %(until)s::timestamptz
)
SELECT b.purchaser_id AS person_id, b.id AS receipt_id, min(b.purchased_at) AS purchased_at, 'may_have_bought' AS certainty
FROM bought b
WHERE b.amount_cents = 0 OR b.amount_cents <> coalesce((
    -- A return may have its total twice: where it is kept, and held with what was erased of it.
    SELECT -sum(g.amount_cents) FROM (
        SELECT DISTINCT t.purchaser_id, t.purchased_at, t.id FROM total t
        WHERE t.purchaser_id = b.purchaser_id AND t.purchased_at >= b.purchased_at AND t.refers_to = b.id) t
    JOIN part g ON g.purchaser_id = t.purchaser_id AND g.purchased_at = t.purchased_at AND g.receipt_id = t.id
    WHERE g.group_code = b.group_code), 0)
GROUP BY b.purchaser_id, b.id
