-- Rows of one table that are not as their last change says (access.record_change), or are there twice; a row is gone only if its changes were emptied.
SELECT coalesce(t.id, c.row_id)
FROM (SELECT r.id, string_agg(jsonb_strip_nulls(to_jsonb(r))::text, '') AS says FROM ONLY public.{table} r GROUP BY r.id) t
FULL JOIN (SELECT DISTINCT ON (x.row_id) x.row_id, x.salt, x.said FROM public.register_change x WHERE x.kind = '{table}'
           ORDER BY x.row_id, x.id DESC) c ON c.row_id = t.id
WHERE (t.id IS NOT NULL OR c.salt IS NOT NULL)
AND (c.said = sha256(sha256(c.salt || 'row') || convert_to(t.says, 'UTF8'))) IS NOT TRUE
ORDER BY 1
