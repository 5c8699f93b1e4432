-- Of each row and leaf of one table: what is wrong (NULL for nothing), and then the row's key. A row may wait while it is fresh.
SELECT what, CASE WHEN what IS NOT NULL THEN row_id END FROM (
    SELECT coalesce(e.row_id, l.row_id) AS row_id, CASE
        WHEN l.hash = e.hash THEN
            CASE WHEN e.at < (%(times)s::timestamptz[])[width_bucket(l.index, %(sizes)s::bigint[]) + 1] - %(late)s::interval
            THEN 'was sealed long after its own time' END
        WHEN e.row_id IS NULL THEN 'is gone'
        WHEN l.hash IS NOT NULL THEN 'is not what was sealed'
        WHEN e.xid < (SELECT min(p.since) FROM public.trail_progress p) OR e.at < %(last)s::timestamptz - %(late)s::interval
            THEN 'was passed over when others were sealed'
        ELSE 'waits'
    END AS what
    FROM (SELECT row_id, xid, at, {hashed} AS hash FROM ({entries}) e) e
    FULL JOIN (SELECT index, row_id, hash FROM public.trail_leaf WHERE kind = '{table}') l ON l.row_id = e.row_id) compared
