-- Who bought these products in a stretch of time, and on which receipt, of lines and of those held back, for whatever. What was returned is
-- taken off its sale: a person is left out when nothing that may be recalled can be left, and told "may have" when it may be that nothing is.
-- A line that tells no lot may be of any; a returned one too. A minus on the sale itself may be a discount or something taken back at once.
WITH line AS NOT MATERIALIZED (
    SELECT l.purchaser_id, l.purchased_at, l.receipt_id, l.line, l.product_id, l.unit, l.quantity, l.amount_cents, l.lot FROM receipt_line l
    UNION ALL  -- once, though it may be held for several
    SELECT DISTINCT h.purchaser_id, h.purchased_at, h.receipt_id, h.line, h.product_id, h.unit, h.quantity, h.amount_cents, h.lot FROM held_receipt_line h
),
sold AS (
    SELECT l.purchaser_id, l.purchased_at, l.receipt_id, l.product_id, l.unit,
           coalesce(sum(l.quantity) FILTER (WHERE of_lot), 0) AS named, coalesce(sum(l.quantity) FILTER (WHERE of_lot IS NULL), 0) AS unknown,
           coalesce(sum(l.quantity) FILTER (WHERE NOT of_lot), 0) AS other
    FROM line l CROSS JOIN LATERAL (SELECT CASE WHEN %(lots)s::text[] = '{}' THEN true ELSE upper(replace(l.lot, ' ', '')) = ANY (%(lots)s::text[]) END) o (of_lot)
    WHERE l.product_id = ANY (%(products)s::bigint[]) AND l.purchased_at >= %(since)s::timestamptz AND l.purchased_at < %(until)s::timestamptz
    AND l.quantity > 0 AND l.amount_cents >= 0
    GROUP BY 1, 2, 3, 4, 5 HAVING bool_or(of_lot IS DISTINCT FROM false)
),
back AS (
    SELECT r.purchaser_id, coalesce(r.refers_to, r.id) AS receipt_id, l.product_id, l.unit,
           coalesce(sum(-l.quantity) FILTER (WHERE r.kind = 'return' AND of_lot), 0) AS named,
           coalesce(sum(-l.quantity) FILTER (WHERE r.kind = 'return' AND of_lot IS NULL), 0) AS unknown,
           coalesce(sum(-l.quantity) FILTER (WHERE r.kind = 'return' AND NOT of_lot), 0) AS other,
           coalesce(sum(-l.quantity) FILTER (WHERE r.kind = 'sale'), 0) AS minus
    FROM line l CROSS JOIN LATERAL (SELECT CASE WHEN %(lots)s::text[] = '{}' THEN true ELSE upper(replace(l.lot, ' ', '')) = ANY (%(lots)s::text[]) END) o (of_lot)
    JOIN LATERAL (
        SELECT t.purchaser_id, t.id, t.kind, t.refers_to, t.refers_to_at FROM receipt t
        WHERE t.purchaser_id = l.purchaser_id AND t.purchased_at = l.purchased_at AND t.id = l.receipt_id
        UNION ALL
        SELECT t.purchaser_id, t.id, t.kind, t.refers_to, t.refers_to_at FROM held_receipt t
        WHERE t.purchaser_id = l.purchaser_id AND t.purchased_at = l.purchased_at AND t.id = l.receipt_id
        LIMIT 1
    ) r ON true
    WHERE l.product_id = ANY (%(products)s::bigint[]) AND l.purchased_at >= %(since)s::timestamptz AND l.quantity < 0 AND l.amount_cents <= 0
    AND coalesce(r.refers_to_at, l.purchased_at) >= %(since)s::timestamptz AND coalesce(r.refers_to_at, l.purchased_at) < %(until)s::timestamptz
    GROUP BY 1, 2, 3, 4
),
kept AS (
    SELECT s.purchaser_id, s.purchased_at, s.receipt_id,
           -- The most and the least of the recalled lots that can be left.
           s.named + s.unknown - coalesce(b.named, 0) - greatest(0, coalesce(b.unknown, 0) + coalesce(b.other, 0) - s.other) AS most,
           s.named - coalesce(b.named, 0) - coalesce(b.unknown, 0) - coalesce(b.minus, 0) AS least
    FROM sold s LEFT JOIN back b USING (purchaser_id, receipt_id, product_id, unit)
)
SELECT k.purchaser_id AS person_id, k.receipt_id, min(k.purchased_at) AS purchased_at,
       CASE WHEN bool_or(k.least > 0) THEN 'bought' ELSE 'may_have_bought' END AS certainty
FROM kept k WHERE k.most > 0
AND (%(outlets)s::bigint[] = '{}' OR EXISTS (
    SELECT FROM receipt t WHERE t.purchaser_id = k.purchaser_id AND t.purchased_at = k.purchased_at AND t.id = k.receipt_id
    AND t.outlet_id = ANY (%(outlets)s::bigint[])
    UNION ALL
    SELECT FROM held_receipt t WHERE t.purchaser_id = k.purchaser_id AND t.purchased_at = k.purchased_at AND t.id = k.receipt_id
    AND t.outlet_id = ANY (%(outlets)s::bigint[])))
GROUP BY k.purchaser_id, k.receipt_id
