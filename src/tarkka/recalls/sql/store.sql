-- Store whom a trace found, and tell whom: everybody found, and whether no look had found them before.
WITH found AS MATERIALIZED ({found}),
stored AS (
    INSERT INTO recall_person (recall_id, person_id, receipt_id, purchased_at, certainty)
    SELECT %(recall)s, f.person_id, f.receipt_id, f.purchased_at, f.certainty FROM found f ON CONFLICT DO NOTHING
)
SELECT f.person_id, NOT EXISTS (SELECT FROM recall_person p WHERE p.recall_id = %(recall)s AND p.person_id = f.person_id)
FROM (SELECT DISTINCT f.person_id FROM found f) f
