-- Looks at one's own data by way of one's work, a day together. Whoever wants to see their own has the portal, where the look is theirs.
SELECT r.actor, min(r.at), max(r.at), NULL::bigint, jsonb_build_object('looks', count(*)), array_agg(r.id ORDER BY r.id)
FROM supervision.reached r JOIN supervision.people_of_staff() s ON s.user_id = r.actor AND s.person_id = r.person_id AND s.is_self
WHERE r.at >= %(since)s AND r.at < %(until)s
GROUP BY r.actor, (r.at AT TIME ZONE %(zone)s)::date
