-- How many people each member of staff looked at on each day.
SELECT d.actor, d.role, (d.at AT TIME ZONE %(zone)s)::date AS day, count(DISTINCT d.subject_id), min(d.at), max(d.at), array_agg(d.id),
       bool_or(EXISTS (SELECT FROM supervision.suspected s WHERE s.event_id = d.id AND s.rule = 'volume'))
FROM supervision.deed d WHERE d.subject_kind = 'person' AND d.at >= %(past)s AND d.at < %(end)s GROUP BY 1, 2, 3
