-- Looks at those whom one lives with, a day together: a colleague serves them.
SELECT r.actor, min(r.at), max(r.at), NULL::bigint, jsonb_build_object('looks', count(*), 'people', count(DISTINCT r.person_id)),
       array_agg(DISTINCT r.id)
FROM supervision.reached r
JOIN supervision.people_of_staff() s ON s.user_id = r.actor AND s.person_id = r.person_id AND NOT s.is_self AND s.valid @> r.at
WHERE r.at >= %(since)s AND r.at < %(until)s
GROUP BY r.actor, (r.at AT TIME ZONE %(zone)s)::date
