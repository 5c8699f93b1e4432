-- The same person, or the same words of which no case came, again and again: on three days of four weeks, or five searches in a day that led
-- to nothing. Who calls back is seldom answered by the same one of many on three days. Half an hour late, by which a case would be open.
WITH occasion AS (
    SELECT r.id, r.at, r.actor, r.person_id::text AS what, false AS is_fruitless FROM supervision.reached r
    WHERE r.at >= %(until)s - interval '28 days' AND r.at < %(until)s - interval '30 minutes'
    UNION ALL
    SELECT s.id, s.at, s.actor, 'terms ' || lower(s.terms), true FROM supervision.search s
    WHERE s.at >= %(until)s - interval '28 days' AND s.at < %(until)s - interval '30 minutes' AND NOT s.led_to_case
), by_day AS (
    SELECT o.actor, o.what, (o.at AT TIME ZONE %(zone)s)::date AS day, min(o.at) AS first, max(o.at) AS last, count(*) AS times,
           count(*) FILTER (WHERE o.is_fruitless) AS fruitless, array_agg(o.id) AS events
    FROM occasion o GROUP BY 1, 2, 3
)
SELECT d.actor, min(d.first), max(d.last), NULL::bigint,
       jsonb_build_object('days', count(*), 'times', sum(d.times), 'is_search', d.what LIKE 'terms %%'),
       (SELECT array_agg(DISTINCT e) FROM by_day o, unnest(o.events) e WHERE o.actor = d.actor AND o.what = d.what)
FROM by_day d GROUP BY d.actor, d.what
HAVING (count(*) >= 3 OR max(d.fruitless) >= 5) AND max(d.last) >= %(since)s - interval '30 minutes'
