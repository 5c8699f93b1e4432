-- The extracts that were taken online or ordered on paper.
SELECT id, way, asked_at, may_cost, made_at FROM register_extract ORDER BY id
