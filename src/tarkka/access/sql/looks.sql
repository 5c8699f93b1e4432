-- The looks at the subject of the present look that are wanted, newest first, from those older than `before`: at the person, and at the
-- households and groups that they were in, told together. One more than `most`, to tell whether there are older ones. `read_to` is where
-- reading stopped: of each kind at most `reach` events are read, so that a filter that little passes costs no more than that.
WITH shared AS MATERIALIZED (SELECT * FROM access.shared_looks(%(before)s::bigint, %(reach)s::integer + 1)),
stop AS MATERIALIZED (
    -- Zero for everything was read. Found here and not where it is compared: what row-level security takes for leaky uses no index.
    SELECT coalesce(greatest(
        (SELECT e.id FROM access_event e WHERE e.id < %(before)s::bigint ORDER BY e.id DESC OFFSET %(reach)s::integer LIMIT 1),
        (SELECT min(s.id) FROM shared s HAVING count(*) > %(reach)s::integer)), 0) AS id
)
SELECT nullif(s.id, 0) AS read_to, e.* FROM stop s LEFT JOIN LATERAL (
    (SELECT id, at, role, purpose, subject_kind, case_ref, level, version, refusal, is_own FROM access_event
     WHERE id < %(before)s::bigint AND id > (SELECT id FROM stop) AND {wanted} ORDER BY id DESC LIMIT %(most)s::integer + 1)
    UNION ALL
    (SELECT id, at, role, purpose, subject_kind, case_ref, level, version, refusal, is_own FROM shared
     WHERE id > (SELECT id FROM stop) AND {wanted} ORDER BY id DESC LIMIT %(most)s::integer + 1)
    ORDER BY id DESC LIMIT %(most)s::integer + 1
) e ON true
