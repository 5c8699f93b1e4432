-- How many looks and searches each member of staff made in each hour of each day, and how many of them no rule suspects.
SELECT d.actor, d.role, (d.at AT TIME ZONE %(zone)s)::date AS day, extract(hour FROM d.at AT TIME ZONE %(zone)s)::integer AS hour, count(*),
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM supervision.suspected s WHERE s.event_id = d.id AND s.rule = 'hours')),
       min(d.at), max(d.at), array_agg(d.id)
FROM supervision.deed d WHERE d.subject_kind IN ('person', 'lookup') AND d.at >= %(past)s AND d.at < %(end)s GROUP BY 1, 2, 3, 4
