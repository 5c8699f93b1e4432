-- Looks at single persons in a role that needs no case, without a reference of why, at which nothing was done either: an act says why by
-- itself, and the customer is told of it. A day together.
SELECT r.actor, min(r.at), max(r.at), NULL::bigint, jsonb_build_object('looks', count(*), 'people', count(DISTINCT r.person_id)),
       array_agg(r.id ORDER BY r.id)
FROM supervision.reached r
WHERE r.at >= %(since)s AND r.at < %(until)s AND NOT r.is_search AND r.role <> 'customer_service' AND r.case_ref IS NULL
  AND NOT EXISTS (SELECT FROM staff_act a WHERE a.person_id = r.person_id AND a.event_id = r.id)
GROUP BY r.actor, (r.at AT TIME ZONE %(zone)s)::date
