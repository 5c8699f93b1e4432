-- What released recalls say, newest first; outlets by their codes, the period by its first and last day.
SELECT p.id, p.kind, p.gtins, p.group_codes, p.lots,
       (SELECT coalesce(array_agg(o.code ORDER BY o.code), '{}') FROM outlet o WHERE o.id = ANY (p.outlets)),
       lower(p.period), upper(p.period) - 1, p.texts, p.released_at, p.ended_at
FROM recalls.published(%s) p
