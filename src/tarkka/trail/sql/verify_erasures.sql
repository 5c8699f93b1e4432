-- What is wrong with which erasure: it is not of the rows that say that they were emptied by it, or it is none that the program makes.
SELECT coalesce(e.id, x.erasure_id), 'is not of the rows that say so' FROM public.erasure e
FULL JOIN (SELECT erasure_id, {erased_digest} AS digest FROM public.trail_erased GROUP BY 1) x ON x.erasure_id = e.id
WHERE e.digest IS DISTINCT FROM coalesce(x.digest, sha256(''))
UNION
SELECT erasure_id, 'is of rows that erasing never touches' FROM public.trail_erased WHERE kind <> ALL (%(kinds)s::text[])
UNION
-- The officer's act, and the look at which they did it (five minutes at most), are among the rows that the erasure empties.
SELECT e.id, 'was not made by the data-protection officer at a look at the person' FROM public.erasure e
WHERE NOT EXISTS (
    SELECT FROM public.trail_erased x JOIN public.staff_act a ON a.id = x.row_id AND a.act = 'data_erased'
    JOIN public.access_event v ON v.id = a.event_id AND v.role = 'data_protection_officer' AND v.purpose = 'register_upkeep'
        AND v.subject_kind = 'person' AND v.refusal IS NULL AND v.at BETWEEN e.at - %(late)s::interval AND e.at
    JOIN public.trail_erased o ON o.erasure_id = e.id AND o.kind = 'access_event' AND o.row_id = v.id
    WHERE x.erasure_id = e.id AND x.kind = 'staff_act')
UNION
-- Nobody is twice in a look at several, or in a breach.
SELECT x.erasure_id, 'is of more than one person' FROM public.trail_erased x JOIN public.access_event_person p ON p.id = x.row_id
WHERE x.kind = 'access_event_person' GROUP BY x.erasure_id, p.event_id HAVING count(*) > 1
UNION
SELECT x.erasure_id, 'is of more than one person' FROM public.trail_erased x JOIN public.breach_person p ON p.id = x.row_id
WHERE x.kind = 'breach_person' GROUP BY x.erasure_id, p.breach_id HAVING count(*) > 1
UNION
-- What was erased at a request is of whom the request is of.
SELECT x.erasure_id, 'is of more than one person' FROM public.trail_erased x JOIN public.erased d ON d.id = x.row_id
WHERE x.kind = 'erased' AND NOT EXISTS (
    SELECT FROM public.trail_erased c JOIN public.register_change r ON r.id = c.row_id AND r.kind = 'request' AND r.row_id = d.request_id
    WHERE c.erasure_id = x.erasure_id AND c.kind = 'register_change')
UNION
-- What hangs on a case is of whom the case is of.
SELECT x.erasure_id, 'is of more than one person' FROM public.trail_erased x
WHERE x.kind IN ('case_receipt', 'case_review', 'look_delay') AND NOT EXISTS (
    SELECT FROM public.trail_erased c WHERE c.erasure_id = x.erasure_id AND c.kind = 'service_case' AND c.row_id = x.row_id)
UNION
-- What was done at a look at a person was done to that person.
SELECT x.erasure_id, 'is of more than one person' FROM public.trail_erased x JOIN public.staff_act a ON a.id = x.row_id
JOIN public.access_event v ON v.id = a.event_id AND v.subject_kind = 'person'
WHERE x.kind = 'staff_act' AND NOT EXISTS (
    SELECT FROM public.trail_erased c WHERE c.erasure_id = x.erasure_id AND c.kind = 'access_event' AND c.row_id = v.id)
ORDER BY 1, 2
