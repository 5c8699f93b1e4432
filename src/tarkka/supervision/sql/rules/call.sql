-- Cases with a customer on the phone while whoever opened them was on no call: from two minutes before it (somebody types before they
-- answer) to a quarter of an hour after (the work that a call leaves). Silent about days of which the telephone system told nothing, and
-- about cases newer than the newest call. Two weeks back, for calls may come late; a case is flagged once.
SELECT c.opened_by, c.opened_at, c.opened_at, c.id,
       jsonb_build_object('calls', (SELECT count(*) FROM staff_call k WHERE k.user_id = c.opened_by AND k.began_at >= d.day AND k.began_at < d.day + interval '1 day')),
       ARRAY(SELECT e.id FROM supervision.deed e WHERE e.actor = c.opened_by AND e.case_ref = c.id::text AND e.at BETWEEN c.opened_at AND c.closes_at ORDER BY e.id)
FROM service_case c CROSS JOIN LATERAL (SELECT date_trunc('day', c.opened_at, %(zone)s) AS day) d
WHERE c.place = 'phone' AND c.opened_at >= %(since)s - interval '14 days' AND c.opened_at < %(until)s
  AND EXISTS (SELECT FROM staff_call k WHERE k.began_at >= d.day AND k.began_at < d.day + interval '1 day')
  AND EXISTS (SELECT FROM staff_call k WHERE k.began_at > c.opened_at)
  AND NOT EXISTS (SELECT FROM staff_call k WHERE k.user_id = c.opened_by
                  AND c.opened_at BETWEEN k.began_at - interval '2 minutes' AND k.ended_at + interval '15 minutes')
