-- Every recall, or the one, newest first; outlets by their codes, the period by its first and last day.
SELECT d.id, d.reference, d.draft_id, d.kind, d.is_dangerous, d.gtins, d.group_codes, d.lots,
       (SELECT coalesce(array_agg(o.code ORDER BY o.code), '{}') FROM outlet o WHERE o.id = ANY (d.outlets)),
       lower(d.period), upper(d.period) - 1, d.texts, d.drafted_by, d.drafted_at, d.released_by, d.released_at, d.ended_by, d.ended_at, d.end_reason
FROM recalls.on_desk(%s, %s) d
