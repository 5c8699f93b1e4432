-- The breaches that touched the subject, and what they are told of them in the extract's language.
SELECT p.breach_id, p.found_at,
       (SELECT string_agg(CASE %(language)s WHEN 'fi' THEN n.fi WHEN 'sv' THEN n.sv ELSE n.en END, E'\n\n' ORDER BY n.id)
        FROM breach_notice n WHERE n.breach_id = p.breach_id)
FROM breach_person p ORDER BY p.breach_id
