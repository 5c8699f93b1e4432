-- Looks at groups that are shown neither to everyone, nor to as many people as were told to be in them.
SELECT e.id FROM public.access_event e
LEFT JOIN (SELECT event_id, count(*) FILTER (WHERE person_id IS DISTINCT FROM 0) AS people, bool_or(person_id = 0) AS everyone
           FROM public.access_event_person GROUP BY 1) p ON p.event_id = e.id
LEFT JOIN (SELECT event_id, sum(people) AS people FROM public.access_cover GROUP BY 1) c ON c.event_id = e.id
WHERE e.subject_kind NOT IN ('person', 'household') AND e.refusal IS NULL
AND (coalesce(p.everyone, false) = (c.people IS NOT NULL) OR coalesce(p.people, 0) <> coalesce(c.people, 0))
