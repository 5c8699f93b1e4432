-- Looks at a colleague or at those whom a colleague lives with, a day and a person together. Colleagues are customers too and do call, so
-- there is often an explanation; only the officer can ask for it.
SELECT r.actor, min(r.at), max(r.at), NULL::bigint, jsonb_build_object('looks', count(DISTINCT r.id), 'of_household', bool_and(NOT s.is_self)),
       array_agg(DISTINCT r.id)
FROM supervision.reached r JOIN supervision.people_of_staff() s ON s.user_id <> r.actor AND s.person_id = r.person_id AND s.valid @> r.at
WHERE r.at >= %(since)s AND r.at < %(until)s
-- What `household` and `own` flag is not flagged twice where two of a household work here.
AND NOT EXISTS (SELECT FROM supervision.people_of_staff() o WHERE o.user_id = r.actor AND o.person_id = r.person_id AND o.valid @> r.at)
GROUP BY r.actor, r.person_id, (r.at AT TIME ZONE %(zone)s)::date
