-- Each erasure: its number, when it was, and how many rows of which table it emptied.
SELECT e.id, e.at, (SELECT string_agg(k.kind || ' ' || k.rows, ', ' ORDER BY k.kind) FROM (
    SELECT x.kind, count(*) AS rows FROM public.trail_erased x WHERE x.erasure_id = e.id GROUP BY 1) k)
FROM public.erasure e ORDER BY 1
