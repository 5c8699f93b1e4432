-- The looks at the subject of the present look that are wanted, newest first, from those older than `before`: at the person, and at the
-- households and groups that they were in, told together. One more than `most`, to tell whether there are older ones. `read_to` is where
-- reading stopped: of each kind at most `reach` events are read, so that a filter that little passes costs no more than that.
WITH shared AS MATERIALIZED (SELECT * FROM access.shared_looks(%(before)s::bigint, %(reach)s::integer + 1)),
stop AS MATERIALIZED (
    SELECT greatest(
        (SELECT e.id FROM access_event e WHERE e.id < %(before)s::bigint ORDER BY e.id DESC OFFSET %(reach)s::integer LIMIT 1),
        (SELECT min(s.id) FROM shared s HAVING count(*) > %(reach)s::integer)) AS id
)
SELECT s.id AS read_to, e.* FROM stop s LEFT JOIN LATERAL (
    (SELECT id, at, role, purpose, subject_kind, case_ref, level, version, refusal, is_own FROM access_event
     WHERE id < %(before)s::bigint AND id > coalesce((SELECT id FROM stop), 0) AND {wanted} ORDER BY id DESC LIMIT %(most)s::integer + 1)
    UNION ALL
    (SELECT id, at, role, purpose, subject_kind, case_ref, level, version, refusal, is_own FROM shared
     WHERE id > coalesce((SELECT id FROM stop), 0) AND {wanted} ORDER BY id DESC LIMIT %(most)s::integer + 1)
    ORDER BY id DESC LIMIT %(most)s::integer + 1
) e ON true
